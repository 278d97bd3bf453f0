# The verbs. Each is one program; tools/run finds (or fetches) the Node and the packages it needs.
ENV ?= dev
run := @tools/run

.DEFAULT_GOAL := help
.PHONY: help up monitoring logs alerts preview diff drift pr-report down open compare promote history rollback rotate identity migrate backup restore evidence env test e2e check format generate diagnose ask faults guard recover doctor tools cluster images clean bench mutate scan

help: ## List the verbs
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

up: ## Deploy to Minikube, making whatever is missing, and print the URL          [ENV=dev|staging|prod MONITORING=1]
	$(run) ops/up.ts "$(ENV)" $(if $(MONITORING),"MONITORING=$(MONITORING)")

monitoring: ## Metrics, dashboards, logs and alerts of the cluster; DOWN=1 removes them
	$(run) ops/monitoring.ts $(if $(DOWN),"DOWN=$(DOWN)")

# The text comes by the environment, as the question of `ask` does.
logs: ## What all pods of an environment say and said, also those that are gone        [ENV=… Q=text FOLLOW=0]
	$(run) ops/logs.ts "$(ENV)" $(if $(FOLLOW),"FOLLOW=$(FOLLOW)")

alerts: ## What is wrong by the rules of monitoring, what to do, and the command
	$(run) ops/alerts.ts

preview: ## Show what `up` would change                                            [ENV=…]
	$(run) ops/preview.ts "$(ENV)"

diff: ## The same in full, object by object; exit code 2 when something would change  [ENV=…]
	$(run) ops/diff.ts "$(ENV)"

drift: ## What somebody changed in the cluster since it was deployed; exit code 2 when anything  [ENV=… REPAIR=1]
	$(run) ops/drift.ts "$(ENV)" $(if $(REPAIR),"REPAIR=$(REPAIR)")

compare: ## Show what differs between two environments                                [A=staging B=prod]
	$(run) ops/compare.ts "$(A)" "$(B)"

promote: ## Carry the verified image tags of one environment over to another         [FROM=staging TO=prod]
	$(run) ops/promote.ts "$(FROM)" "$(TO)"

history: ## List what an environment was each time that all of it was well      [ENV=…]
	$(run) ops/history.ts "$(ENV)"

rollback: ## Go back to the images that it ran when it was last well        [ENV=… TO=4 SCHEMA=checked]
	$(run) ops/rollback.ts "$(ENV)" "TO=$(TO)" "SCHEMA=$(SCHEMA)"

evidence: ## Write evidence.md: every rule of the project with its proof; fails where one does not hold
	$(run) ops/evidence.ts

down: ## Remove an environment from the cluster                                     [ENV=…]
	$(run) ops/down.ts "$(ENV)"

rotate: ## Give a secret a new value; exactly the pods that use it are replaced       [ENV=… KEY=…]
	$(run) ops/rotate.ts "$(ENV)" "$(KEY)"

identity: ## A kubeconfig that may deploy this environment, or only look at it, and nothing else  [ENV=… AS=reader HOURS=8]
	$(run) ops/identity.ts "$(ENV)" $(if $(filter command%,$(origin AS)),"AS=$(AS)") "HOURS=$(HOURS)"

migrate: ## Bring the database's schema up to date with the deployed image                [ENV=… PROTECTED=prod]
	$(run) ops/migrate.ts "$(ENV)" "PROTECTED=$(PROTECTED)"

backup: ## Back the database in the cluster up now, and say how old the last backup was   [ENV=…]
	$(run) ops/backup.ts "$(ENV)"

restore: ## Put a backup in the place of all that the database holds           [ENV=… FROM=name PROTECTED=prod]
	$(run) ops/restore.ts "$(ENV)" "FROM=$(FROM)" "PROTECTED=$(PROTECTED)"

open: ## The page at its URL; where nothing in the cluster opens the port, forward it  [ENV=… WHAT=metrics|logs]
	$(run) ops/open.ts "$(ENV)" $(if $(WHAT),"WHAT=$(WHAT)")

env: ## Print what a shell needs for plain pulumi, kubectl, helm: eval "$(make env)" [ENV=…]
	@tools/run ops/env.ts "$(ENV)"

test: ## Everything that needs no cluster: types, lint, units, mocks, charts, the application
	$(run) ops/test.ts

e2e: ## Against the running cluster, with a real browser; ALL=1 every suite         [ONLY=todo,secrets AGAIN=1 MARKDOWN=file]
	$(run) ops/e2e.ts $(foreach name,ALL AGAIN ONLY MARKDOWN,$(if $($(name)),"$(name)=$($(name))"))

check: ## Format, lint, types, workflows, and whether generated files are current
	$(run) ops/check.ts

scan: ## What checkov and kube-score find in the objects of every environment; fails at what is no reviewed exception
	$(run) ops/scan.ts

format: ## Format the sources and fix what the linter can fix
	$(run) ops/format.ts

generate: ## Write the generated files again
	$(run) ops/generate.ts

diagnose: ## What is wrong in an environment, why, and what to type          [ENV=…]
	$(run) ops/diagnose.ts "$(ENV)"

# The question comes by the environment, where make puts what it was given: as an argument a shell would read it.
ask: ## What an AI helper says that can look and nothing else: Q="why is the backend not ready?"  [ENV=… WITHIN=180 SHOW_PROMPT=1]
	$(run) ops/ask.ts "$(ENV)"

faults: ## Make what can go wrong outside happen, and write what came of it to docs/faults.md  (half an hour)  [ONLY=asleep]
	$(run) ops/e2e.ts PAGE=faults $(if $(ONLY),"ONLY=$(ONLY)")

guard: ## Try to get around what reaches, scales and guards, and write what came of it to docs/guard.md  (half an hour)  [ONLY=reach]
	$(run) ops/e2e.ts PAGE=guard $(if $(ONLY),"ONLY=$(ONLY)")

recover: ## Put right what an interrupted update left, and say what the next one does  [ENV=…]
	$(run) ops/recover.ts "$(ENV)"

doctor: ## Say which tools are here, from where, and what is missing; of an environment, what is in its way  [ENV=…]
	$(run) ops/doctor.ts $(if $(filter command%,$(origin ENV)),"$(ENV)")

tools: ## Make the command-line tools available
	$(run) ops/tools.ts

cluster: ## Start (or find, or wake) the cluster; with all of its add-ons, with a second node  [ADDONS=1 NODES=2]
	$(run) ops/cluster.ts $(foreach name,ADDONS NODES,$(if $($(name)),"$(name)=$($(name))"))

pr-report: ## What a pull request would change, as Markdown, without a cluster   [BASE=origin/main]
	$(run) ops/pr-report.ts "$(BASE)"

images: ## Build and load the application's images where they changed             [ENV=…]
	$(run) ops/images.ts "$(ENV)"

clean: ## Remove the cluster and all it holds; ALL=1 the cached tools too          [PROTECTED=prod]
	$(run) ops/clean.ts $(if $(ALL),ALL=1) "PROTECTED=$(PROTECTED)"

bench: ## Measure what docs/costs.md states; ONLY=metrics: what the application's metrics cost it
	$(run) ops/bench.ts $(if $(ONLY),"$(ONLY)")

mutate: ## Change the pure parts a line at a time, and count what no test notices (tens of minutes)  [PART=wiring]
	$(run) ops/mutate.ts $(PART)
