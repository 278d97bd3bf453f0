# The verbs. Each is one program; tools/run finds (or fetches) the Node and the packages it needs.
ENV ?= dev
run := @tools/run

.DEFAULT_GOAL := help
.PHONY: help up preview diff pr-report down open compare promote rotate evidence env test e2e check format generate doctor tools cluster images clean bench

help: ## List the verbs
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

up: ## Deploy to Minikube, making whatever is missing, and print the URL          [ENV=dev|staging|prod]
	$(run) ops/up.mts $(ENV)

preview: ## Show what `up` would change                                            [ENV=…]
	$(run) ops/preview.mts $(ENV)

diff: ## The same in full, object by object; exit code 2 when something would change  [ENV=…]
	$(run) ops/diff.mts $(ENV)

compare: ## Show what differs between two environments                                [A=staging B=prod]
	$(run) -r ts-node/register ops/compare.ts "$(A)" "$(B)"

promote: ## Carry the verified image tags of one environment over to another         [FROM=staging TO=prod]
	$(run) ops/promote.mts "$(FROM)" "$(TO)"

evidence: ## Write evidence.md: every rule of the project with its proof; fails where one does not hold
	$(run) ops/evidence.mts

down: ## Remove an environment from the cluster                                     [ENV=…]
	$(run) ops/down.mts $(ENV)

rotate: ## Give a secret a new value; exactly the pods that use it are replaced       [ENV=… KEY=…]
	$(run) ops/rotate.mts $(ENV) "$(KEY)"

open: ## The page at its URL; where nothing in the cluster opens the port, forward it  [ENV=…]
	$(run) ops/open.mts $(ENV)

env: ## Print what a shell needs for plain pulumi, kubectl, helm: eval "$(make env)" [ENV=…]
	@tools/run ops/env.mts $(ENV)

test: ## Everything that needs no cluster: types, lint, units, mocks, charts, the application
	$(run) test/run.mts

e2e: ## Against the running cluster, with a real browser
	$(run) test/e2e/run.mts

check: ## Format, lint, types, and whether generated files are current
	$(run) test/run.mts checks

format: ## Format the sources and mend what the linter can mend
	$(run) node_modules/@biomejs/biome/bin/biome check --write

generate: ## Write the generated files again
	$(run) helm/schema.mts
	$(run) -r ts-node/register settings/artifacts.ts
	$(run) -r ts-node/register helm/values.ts
	$(run) -r ts-node/register components/wiring/artifact.ts

doctor: ## Say which tools are here, from where, and what is missing
	$(run) tools/doctor.mts

tools: ## Make the command-line tools available
	$(run) tools/install.mts

cluster: ## Start (or find, or wake) the cluster
	$(run) cluster/cluster.mts

pr-report: ## What a pull request would change, as Markdown, without a cluster   [BASE=origin/main]
	$(run) ops/pr-report.mts $(BASE)

images: ## Build and load the application's images where they changed             [ENV=…]
	$(run) cluster/images-of.mts $(ENV)

clean: ## Remove the cluster and all it holds; ALL=1 removes the cached tools too
	$(run) cluster/clean.mts $(if $(ALL),ALL=1)

bench: ## Measure what the README states
	$(run) test/bench.mts
