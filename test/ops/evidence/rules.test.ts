// The rules of `make evidence`: each holds for this repository, and fails where it is broken.
// Does not prove: what a rule does not look at; its lines in evidence.md say what that was. Nor that policy and wiring find
// everything: their own tests do.
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChartObjects } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { type ClusterInput, type EvidenceInput, repositoryInput } from "../../../ops/evidence/input.ts";
import { evaluate, type Result } from "../../../ops/evidence/rule.ts";
import { rules } from "../../../ops/evidence/rules.ts";
import { FIXTURES, ROOT } from "../../support/mocks.ts";

type Change = (input: EvidenceInput) => EvidenceInput;

/** A file with other text; the pattern has to be there. */
const inFile =
  (path: string, from: string | RegExp, to: string): Change =>
  (input) => {
    const text = input.files[path];
    assert.ok(text?.match(from), `${path} has no ${from}`);
    return { ...input, files: { ...input.files, [path]: text.replace(from, to) } };
  };
const withFile =
  (path: string, text: string): Change =>
  (input) => ({ ...input, files: { ...input.files, [path]: text } });

/** A chart of an environment after an edit of its rendered text. */
const inObjects =
  (environment: string, chart: string, from: string | RegExp, to: string): Change =>
  (input) => {
    const edit = (one: ChartObjects): ChartObjects => {
      const text = JSON.stringify(one.objects);
      const edited = text.replaceAll(from, to);
      assert.notEqual(edited, text, `${chart} of ${environment} has no ${from}`);
      return { ...one, objects: JSON.parse(edited) };
    };
    return changeEnvironment(environment, (charts) =>
      charts.map((one) => (one.chart === `./helm/${chart}` ? edit(one) : one)),
    )(input);
  };
const changeEnvironment =
  (environment: string, change: (charts: ChartObjects[]) => ChartObjects[]): Change =>
  (input) => ({
    ...input,
    environments: input.environments.map((one) =>
      one.settings.environment === environment ? { ...one, charts: change(one.charts) } : one,
    ),
  });
const withObject = (environment: string, chart: string, object: KubernetesObject): Change =>
  changeEnvironment(environment, (charts) =>
    charts.map((one) => (one.chart === `./helm/${chart}` ? { ...one, objects: [...one.objects, object] } : one)),
  );

/** A deployment as an update notes it that has waited so long for its release. */
const entry = (number: number, seconds: number | undefined) => {
  const release = { revision: number, chart: "todo-backend", version: "1.0.0", digest: "a", images: [], seconds };
  return JSON.stringify({
    number,
    at: "2026-03-01T10:00:00Z",
    by: "a@b",
    releases: { "todo-backend": release },
    details: {},
  });
};

/** A cluster in which all three environments run well. */
function cluster(): ClusterInput {
  const spaces = ["todo-dev", "todo-staging", "todo-prod"];
  const noted = (namespace: string) => ({
    ...{ apiVersion: "v1", kind: "ConfigMap" },
    metadata: { namespace, name: "deployments" },
    data: { 2: entry(2, 12), 1: entry(1, 400) },
  });
  const node = { metadata: { name: "n", labels: { "minikube.k8s.io/name": "todo-on-minikube" } } };
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  return {
    nodes: [{ ...node, status: { nodeInfo: { kubeletVersion: "v1.35.1" } } }],
    namespaces: spaces.map((name) => ({ metadata: { name } })),
    pods: spaces.map((namespace) => ({ metadata: { namespace, name: "backend" }, status })),
    configMaps: [
      ...spaces.map((namespace) => ({
        ...{ apiVersion: "v1", kind: "ConfigMap" },
        metadata: { namespace, name: "ca" },
        data: { "ca.crt": "x" },
      })),
      ...spaces.map(noted),
    ],
  };
}
const inCluster =
  (change: (all: ClusterInput) => unknown): Change =>
  (input) => {
    const all = cluster();
    change(all);
    return { ...input, cluster: all };
  };
const tests = [
  "keeps every secret value in its Secret alone",
  "has no value anywhere else",
  "still has it after the PostgreSQL pod was deleted",
  "`make up` releases the lock, goes on from the release and deploys again",
  "each takes a todo at its own origin",
  "each shows its own alone",
  "keeps them in three databases",
];
const tested =
  (failed = ""): Change =>
  (input) => ({
    ...input,
    endToEnd: {
      commit: "0123456789abcdef",
      tests: tests.map((title) => ({ title, state: title.includes(failed || "\0") ? "failed" : "passed" })),
    },
  });

const backendImage = "app/backend/Dockerfile";
const frontendImage = "app/frontend/Dockerfile";
const slow = (seconds: number) =>
  inCluster(({ configMaps }) => {
    configMaps[4].data[2] = entry(2, seconds);
  });

/** By rule: what breaks it, and a part of the sentence that says so. */
const planted: [id: string, change: Change, says: string][] = [
  ["C-002", inFile(backendImage, /FROM \$\{BASE\}\nWORKDIR/, "WORKDIR"), "expected two stages or more, found 1"],
  ["C-003", inFile(frontendImage, /node:24\S+/, "node:latest"), "found docker.io/library/node:latest"],
  ["C-003", inFile(frontendImage, /:24\S+/, ""), "expected a base with a version or a digest"],
  ["C-003", inObjects("prod", "todo-backend", '"image":"', '"image":"app:latest","was":"'), 'found "app:latest"'],
  ["C-004", inFile(backendImage, "USER 10001", "RUN pip install -r more.txt\nUSER 10001"), "found RUN pip install"],
  [
    "C-004",
    inFile(frontendImage, "/app/.next/standalone ./", "/app/node_modules node_modules"),
    "no development files",
  ],
  ["C-004", inFile(frontendImage, "/app/.next/standalone ./", "/app ./"), "expected no development files"],
  ["C-004", inFile(frontendImage, "--from=build /app/.next/standalone ./", ". ."), "expected what another stage made"],
  ["C-004", inFile(backendImage, "-r requirements.txt", "-r requirements-dev.txt"), "the requirements of production"],
  ["C-005", inObjects("dev", "todo-frontend", "startupProbe", "someProbe"), "expected a startupProbe"],
  ["C-006", inObjects("staging", "todo-backend", '"emptyDir":', '"configMap":'), "expected no file of configuration"],
  ["C-007", inFile(backendImage, "PYTHONUNBUFFERED=1", "SECRET_KEY=x"), "expected no secret, found SECRET_KEY"],
  ["C-007", inFile(backendImage, "USER", "COPY prod.env .env\nUSER"), "expected no file of variables"],
  ["C-007", inObjects("prod", "todo-backend", '"POOL_SIZE":', '"DB_PASSWORD":'), "DB_PASSWORD"],
  ["C-007", tested("secret value"), "failed"],
  ["C-007", tested("anywhere else"), "failed"],
  ["C-008", inFile("README.md", /8000/g, "80"), "expected 8000 in README.md"],
  [
    "C-008",
    inObjects("dev", "todo-backend", '"targetPort":"http"', '"targetPort":"api"'),
    "expected a port of the containers of Deployment todo-backend-dev (http 8000, metrics 9464), found api",
  ],
  [
    "C-008",
    changeEnvironment("prod", (charts) =>
      charts.map((one) => ({ ...one, objects: one.objects.filter(({ kind }) => kind !== "Service") })),
    ),
    "prod, Deployment todo-frontend-prod, port http 3000: expected a Service that leads to it",
  ],
  ["C-008", inFile("README.md", /9464/g, "94"), "expected 9464 in README.md"],
  [
    "C-008",
    inObjects("dev", "todo-backend", '"targetPort":"http"', '"targetPort":"metrics"'),
    "expected no Service that leads to metrics, found todo-backend-dev",
  ],
  ["C-008", inFile(frontendImage, "EXPOSE 3000", "EXPOSE 3001"), "expected EXPOSE 3000"],
  [
    "K-001",
    inCluster(({ nodes }) => delete nodes[0].metadata.labels["minikube.k8s.io/name"]),
    "expected one of Minikube",
  ],
  [
    "K-002",
    withFile("deploy.yaml", "apiVersion: apps/v1\nkind: Deployment\n"),
    "deploy.yaml: expected no loose manifest",
  ],
  [
    "H-001",
    inFile("index.ts", "new kubernetes.Provider", "new kubernetes.apps.v1.Deployment(1); new kubernetes.Provider"),
    "expected workloads in charts, found apps.v1.Deployment",
  ],
  ["K-003", inFile("Makefile", "help: ##", "bad:\n\tkubectl apply -f x\nhelp: ##"), "kubectl apply -f x"],
  ["K-003", withFile("ops/x.ts", 'await run("kubectl", ["apply", "-f", "x"]);'), "ops/x.ts:1"],
  ["K-003", withFile("docs/x.md", "then `kubectl -n x apply -f y`"), "docs/x.md:1"],
  [
    "K-004",
    (input) => {
      const [{ parts, ...dev }, ...others] = input.environments;
      const wrong = { ...parts, environment: { ...parts.environment, namespace: "dev" } };
      return { ...input, environments: [{ ...dev, parts: wrong }, ...others] };
    },
    "dev: expected namespace todo-dev, found dev",
  ],
  ["K-005", inObjects("prod", "todo-frontend", '"limits"', '"limit"'), "expected resources.limits.cpu"],
  ["K-006", inObjects("dev", "todo-backend", "livenessProbe", "aliveProbe"), "expected a livenessProbe"],
  [
    "K-007",
    withObject("prod", "todo-backend", { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db" } }),
    "prod: expected no database, found StatefulSet db",
  ],
  [
    "K-007",
    inObjects("staging", "todo-backend", "localhost/todo-backend:", "postgres:1"),
    "expected no database, found Deployment",
  ],
  [
    "K-008",
    inObjects("staging", "todo-frontend", "http://todo-backend-staging:8000", "http://todo-backend:8000"),
    "nearest todo-backend-staging, found todo-backend:8000",
  ],
  [
    "K-008",
    inObjects("staging", "todo-frontend", "http://todo-backend-staging:8000", "http://todo-backend-staging:80"),
    "expected a port of Service todo-backend-staging (8000), found todo-backend-staging:80",
  ],
  [
    "K-008",
    changeEnvironment("dev", (charts) => charts.filter(({ chart }) => chart !== "./helm/todo-postgres")),
    "env DATABASE_URL of container todo-backend: expected a Service of namespace todo-dev",
  ],
  [
    "H-002",
    inObjects("dev", "todo-frontend", '"kind":"Service"', '"kind":"Deployment"'),
    "expected one service, found 2",
  ],
  [
    "H-003",
    inFile("helm/todo-backend/values.schema.json", '"additionalProperties": false', '"additionalProperties": true'),
    "helm/todo-backend/values.schema.json: expected the closed schema of values.yaml",
  ],
  [
    "H-003",
    inFile("helm/todo-backend/values.schema.json", /("replicaCount": \{\s*)"description"/, '$1"text"'),
    "helm/todo-backend/values.schema.json: expected the closed schema of values.yaml",
  ],
  [
    "H-003",
    inFile("helm/todo-backend/values.yaml", /(# [^\n]*\n)+replicaCount:/, "replicaCount:"),
    "helm/todo-backend/values.yaml: replicaCount: no description",
  ],
  [
    "H-003",
    inFile("helm/todo-backend/templates/service.yaml", ".Values.service.type", ".Values.service.kind"),
    "expected service.kind in values.yaml",
  ],
  [
    "H-004",
    (input) => ({
      ...input,
      environments: input.environments.filter(({ settings }) => settings.environment !== "prod"),
      notRendered: { prod: "helm/todo-backend does not render for prod" },
    }),
    "prod: expected charts, found helm/todo-backend does not render for prod",
  ],
  ["H-004", changeEnvironment("staging", () => []), "staging: expected charts, found none"],
  [
    "H-005",
    inFile("helm/todo-frontend/Chart.yaml", /^version: .*/m, "version: v1"),
    "expected a SemVer version, found v1",
  ],
  [
    "H-006",
    inFile("helm/todo-frontend/templates/NOTES.txt", "port-forward", "forward"),
    "helm/todo-frontend/templates/NOTES.txt: expected how to reach the release's Service",
  ],
  [
    "H-007",
    inFile("helm/todo-backend/values.yaml", "env: {}", "env: { API: http://todo-backend-staging:8000 }"),
    "helm/todo-backend/values.yaml:",
  ],
  [
    "H-007",
    inFile("helm/todo-frontend/templates/service.yaml", "spec:", '{{- if eq .Values.env "prod" }}\nspec:'),
    "found {{- if eq",
  ],
  [
    "H-008",
    inObjects(
      "prod",
      "todo-backend",
      '"app.kubernetes.io/instance":"todo-backend-prod"',
      '"app.kubernetes.io/instance":"backend"',
    ),
    "expected todo-backend-prod, found",
  ],
  ["SC-001", slow(61), "todo-staging/todo-backend, revision 2: expected at most 60 s, found 61"],
  [
    "SC-002",
    inCluster(({ pods }) => pods.splice(0, 1, { ...pods[0], status: { phase: "Running" } })),
    "todo-dev/backend: expected a ready pod",
  ],
  [
    "SC-003",
    inCluster(({ configMaps }) => Object.assign(configMaps[2].data, { SECRET_KEY: "x" })),
    "ConfigMap todo-prod/ca: expected nothing secret in a ConfigMap, found SECRET_KEY",
  ],
  ["SC-004", slow(301), "todo-staging: expected at most 300 s, found 301"],
  ["SC-005", tested("still has it"), "failed"],
  ["SC-006", slow(31), "expected at most 30 s, found 31"],
  ["SC-007", tested("goes on from the release"), "failed"],
  ["SC-008", tested("three databases"), "failed"],
];

const ruleOf = (id: string) => rules.find((rule) => rule.id === id) ?? assert.fail(`there is no rule ${id}`);
const texts = ({ found }: Result) => found.flatMap((part) => part.texts);

describe("rules of the evidence", function () {
  this.timeout(60_000);
  let repository: EvidenceInput;
  before(async () => {
    repository = await repositoryInput(ROOT, FIXTURES);
  });

  for (const rule of rules.filter(({ id }) => !id.startsWith("A-"))) {
    it(`${rule.id} holds here: ${rule.text}`, () => {
      assert.ok(
        planted.some(([id]) => id === rule.id),
        "no violation is planted below",
      );
      const result = evaluate(rule, inCluster(() => {})(tested()(repository)));
      assert.equal(result.state, "holds", texts(result).join("\n"));
      assert.ok(texts(result).every((text) => text.length > 10));
    });
  }

  for (const [id, change, says] of planted) {
    it(`${id} fails: ${says}`, () => {
      const result = evaluate(ruleOf(id), change(repository));
      assert.equal(result.state, "fails", JSON.stringify(result));
      assert.ok(
        texts(result).some((text) => text.includes(says)),
        texts(result).join("\n"),
      );
    });
  }

  it("fail where there is nothing to look at, rather than to pass", () => {
    const nothing = { files: {}, environments: [], notRendered: {}, exceptions: [] };
    assert.deepEqual(
      rules.filter((rule) => evaluate(rule, nothing).state === "holds"),
      [],
    );
  });

  it("stay open where nobody ran what proves them", () => {
    const open = rules.filter((rule) => evaluate(rule, repository).state === "open").map(({ id }) => id);
    const runs = ["SC-001", "SC-002", "SC-003", "SC-004", "SC-005", "SC-006", "SC-007", "SC-008"];
    assert.deepEqual(open, ["C-007", "K-001", "K-004", "A-002", "A-007", ...runs]);
  });

  it("K-004 stays open while one environment is not installed, and names it", () => {
    const { state, found } = evaluate(ruleOf("K-004"), inCluster(({ namespaces }) => namespaces.pop())(repository));
    assert.equal(state, "open");
    assert.deepEqual(found[1].texts, ["not installed here: todo-prod; `make up ENV=prod` installs it"]);
  });

  it("SC-008 stays open where no end-to-end tests of this commit came to a test, and names it", () => {
    const few = { ...repository, endToEnd: { commit: "0123456789abcdef", tests: [] } };
    const result = evaluate(ruleOf("SC-008"), few);
    assert.equal(result.state, "open");
    assert.equal(
      texts(result)[0],
      'not run here: no end-to-end tests of this commit came to "each takes a todo at its own origin"; `make e2e ALL=1` runs all',
    );
  });

  it("an exception of the policy is told with its reason, and covers what it is about alone", () => {
    const untagged = inObjects("prod", "todo-backend", /"image":"localhost[^"]*"/g, '"image":"app"')(repository);
    const reason = "a reason of more than twenty characters";
    const exception = { rule: "C-003" as const, chart: "todo-backend", object: "Deployment todo-backend", reason };
    const result = evaluate(ruleOf("C-003"), { ...untagged, exceptions: [exception] });
    assert.equal(result.state, "fails");
    assert.ok(texts(result).every((text) => !text.includes("Deployment todo-backend-prod")));
    const all = evaluate(ruleOf("C-003"), { ...repository, exceptions: [exception] });
    assert.ok(texts(all).includes(`exception for Deployment todo-backend: ${reason}`));
  });

  it("tell the time of the newest deployment that was noted, and stay open where nobody has waited for it", () => {
    const stacks = ["dev", "staging", "prod"];
    assert.deepEqual(
      texts(evaluate(ruleOf("SC-001"), inCluster(() => {})(repository))),
      stacks.map((stack) => `todo-${stack}/todo-backend, revision 2: pods ready after 12 s`),
    );
    const unseen = inCluster(({ configMaps }) => {
      for (const { data } of configMaps) if (data[2]) data[2] = entry(2, undefined);
    })(repository);
    for (const id of ["SC-001", "SC-004", "SC-006"]) assert.equal(evaluate(ruleOf(id), unseen).state, "open");
  });

  it("name files that are there, and end-to-end tests by their titles", () => {
    for (const { by, where } of rules.flatMap(({ proofs }) => proofs).filter(({ where }) => where !== "–")) {
      assert.ok(existsSync(join(ROOT, where)), where);
      const text = readFileSync(join(ROOT, where), "utf8");
      for (const [, title] of by.matchAll(/“(.+?)”/g)) assert.ok(text.includes(`it("${title}"`), `${where}: ${title}`);
    }
  });
});
