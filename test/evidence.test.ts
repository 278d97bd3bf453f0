// `make evidence`: each rule holds for this repository, and fails where it is broken.
// Does not prove: what a rule does not look at; its lines in evidence.md say what that was.
import { strict as assert } from "node:assert";
import type { KubernetesObject, RenderedChart } from "../components/render-chart";
import type { Live, World } from "../ops/evidence/rule";
import { judgeAll, rules } from "../ops/evidence/rules";
import { count, markdown, summary } from "../ops/evidence/text";
import { treeWorld } from "../ops/evidence/world";
import { ROOT } from "./support/mocks";

type Change = (world: World) => World;

/** A file with other text; the pattern has to be there. */
const inFile =
  (path: string, from: string | RegExp, to: string): Change =>
  (world) => {
    const text = world.files[path];
    assert.ok(text?.match(from), `${path} has no ${from}`);
    return { ...world, files: { ...world.files, [path]: text.replace(from, to) } };
  };
const withFile =
  (path: string, text: string): Change =>
  (world) => ({ ...world, files: { ...world.files, [path]: text } });

/** A chart of an environment after an edit of its rendered text. */
const inObjects =
  (environment: string, chart: string, from: string | RegExp, to: string): Change =>
  (world) => {
    const edit = (one: RenderedChart): RenderedChart => {
      const text = JSON.stringify(one.objects);
      const edited = text.replaceAll(from, to);
      assert.notEqual(edited, text, `${chart} of ${environment} has no ${from}`);
      return { ...one, objects: JSON.parse(edited) };
    };
    return changeEnvironment(environment, (charts) => charts.map((one) => (one.chart === chart ? edit(one) : one)))(
      world,
    );
  };
const changeEnvironment =
  (environment: string, change: (charts: RenderedChart[]) => RenderedChart[]): Change =>
  (world) => ({
    ...world,
    environments: world.environments.map((one) =>
      one.name === environment ? { ...one, charts: change(one.charts) } : one,
    ),
  });
const withObject = (environment: string, chart: string, object: KubernetesObject): Change =>
  changeEnvironment(environment, (charts) =>
    charts.map((one) => (one.chart === chart ? { ...one, objects: [...one.objects, object] } : one)),
  );

/** A change of a record so many seconds after it was made. */
const changed = (seconds: number, manager = "pulumi-kubernetes") => ({
  manager,
  time: new Date(Date.UTC(2026, 2, 1, 10, 0, seconds)).toISOString(),
});

/** A cluster in which all three environments run well. */
function cluster(): Record<string, Live[]> {
  const spaces = ["todo-dev", "todo-staging", "todo-prod"];
  const record = (namespace: string) => ({
    metadata: {
      namespace,
      creationTimestamp: "2026-03-01T10:00:00Z",
      managedFields: [changed(12)],
      // As an upgrade leaves it: the time of the revision before.
      labels: { name: "todo-backend", version: "2", status: "deployed", modifiedAt: "1772350000" },
    },
  });
  const node = { metadata: { name: "n", labels: { "minikube.k8s.io/name": "todo-on-minikube" } } };
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  return {
    nodes: [{ ...node, status: { nodeInfo: { kubeletVersion: "v1.35.1" } } }],
    namespaces: spaces.map((name) => ({ metadata: { name } })),
    pods: spaces.map((namespace) => ({ metadata: { namespace, name: "backend" }, status })),
    configMaps: spaces.map((namespace) => ({ metadata: { namespace, name: "ca" }, data: { "ca.crt": "x" } })),
    records: spaces.map(record),
  };
}
const inCluster =
  (change: (all: Record<string, Live[]>) => unknown): Change =>
  (world) => {
    const all = cluster();
    change(all);
    return { ...world, cluster: all as unknown as World["cluster"] };
  };
const tests = [
  "keeps every secret value in its Secret alone",
  "still has it after the PostgreSQL pod was deleted",
  "`make up` releases the lock, rolls the release back and deploys again",
];
const tested =
  (failed = ""): Change =>
  (world) => ({
    ...world,
    endToEnd: {
      commit: "0123456789abcdef",
      tests: tests.map((title) => ({ title, state: title.includes(failed || "\0") ? "failed" : "passed" })),
    },
  });

const backendImage = "app/backend/Dockerfile";
const frontendImage = "app/frontend/Dockerfile";
const slow = (seconds: number) =>
  inCluster(({ records }) => {
    records[1].metadata.managedFields.push(changed(seconds));
  });

/** By rule: what breaks it, and a part of the sentence that says so. */
const planted: [id: string, text: RegExp, change: Change, says: string][] = [
  [
    "C-002",
    /stages/,
    inFile(backendImage, /FROM \$\{BASE\}\nWORKDIR/, "WORKDIR"),
    "expected two stages or more, found 1",
  ],
  ["C-003", /Base/, inFile(frontendImage, /node:24\S+/, "node:latest"), "found docker.io/library/node:latest"],
  ["C-003", /Base/, inFile(frontendImage, /:24\S+/, ""), "expected a base with a version or a digest"],
  [
    "C-003",
    /run/,
    inObjects("prod", "todo-backend", '"image":"', '"image":"app:latest","was":"'),
    'found "app:latest"',
  ],
  [
    "C-004",
    /./,
    inFile(backendImage, "USER 10001", "RUN pip install -r more.txt\nUSER 10001"),
    "found RUN pip install",
  ],
  [
    "C-004",
    /./,
    inFile(frontendImage, "/app/.next/standalone ./", "/app/node_modules node_modules"),
    "no development files",
  ],
  ["C-004", /./, inFile(frontendImage, "/app/.next/standalone ./", "/app ./"), "expected no development files"],
  ["C-004", /./, inFile(frontendImage, "--from=build /app/.next/standalone ./", ". ."), "expected what a stage made"],
  [
    "C-004",
    /./,
    inFile(backendImage, "-r requirements.txt", "-r requirements-dev.txt"),
    "the requirements of production",
  ],
  ["C-005", /./, inObjects("dev", "todo-frontend", "startupProbe", "someProbe"), "expected a startupProbe"],
  [
    "C-006",
    /./,
    inObjects("staging", "todo-backend", '"emptyDir":', '"configMap":'),
    "expected no file of configuration",
  ],
  [
    "C-007",
    /image/,
    inFile(backendImage, "PYTHONUNBUFFERED=1", "SECRET_KEY=x"),
    "expected no secret, found SECRET_KEY",
  ],
  ["C-007", /image/, inFile(backendImage, "USER", "COPY prod.env .env\nUSER"), "expected no file of variables"],
  [
    "C-007",
    /ConfigMap/,
    inObjects("prod", "todo-backend", '"name":"POOL_SIZE"', '"name":"DB_PASSWORD"'),
    "DB_PASSWORD",
  ],
  ["C-007", /records/, tested("secret value"), "failed"],
  ["C-008", /./, inFile("README.md", /8000/g, "80"), "expected 8000 in README.md"],
  [
    "C-008",
    /./,
    inObjects("dev", "todo-backend", '"targetPort":"http"', '"targetPort":"api"'),
    "expected a port of the container, found api",
  ],
  ["C-008", /./, inFile(frontendImage, "EXPOSE 3000", "EXPOSE 3001"), "expected EXPOSE 3000"],
  [
    "K-001",
    /./,
    inCluster(({ nodes }) => delete nodes[0].metadata.labels["minikube.k8s.io/name"]),
    "expected one of Minikube",
  ],
  [
    "K-002",
    /./,
    withFile("deploy.yaml", "apiVersion: apps/v1\nkind: Deployment\n"),
    "deploy.yaml: expected no loose manifest",
  ],
  [
    "H-001",
    /./,
    inFile("index.ts", "new kubernetes.Provider", "new kubernetes.apps.v1.Deployment(1); new kubernetes.Provider"),
    "expected workloads in charts, found apps.v1.Deployment",
  ],
  ["K-003", /./, inFile("Makefile", "help: ##", "bad:\n\tkubectl apply -f x\nhelp: ##"), "kubectl apply -f x"],
  ["K-003", /./, withFile("ops/x.mts", 'await run("kubectl", ["apply", "-f", "x"]);'), "ops/x.mts:1"],
  ["K-003", /./, withFile("docs/x.md", "then `kubectl -n x apply -f y`"), "docs/x.md:1"],
  [
    "K-004",
    /./,
    (world) => {
      const [{ parts, ...dev }, ...others] = world.environments;
      const wrong = { ...parts, environment: { ...parts.environment, namespace: "dev" } };
      return { ...world, environments: [{ ...dev, parts: wrong }, ...others] };
    },
    "dev: expected namespace todo-dev, found dev",
  ],
  ["K-005", /./, inObjects("prod", "todo-frontend", '"limits"', '"limit"'), "expected resources.limits.cpu"],
  ["K-006", /./, inObjects("dev", "todo-backend", "livenessProbe", "aliveProbe"), "expected a livenessProbe"],
  [
    "K-007",
    /./,
    withObject("prod", "todo-backend", { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db" } }),
    "prod: expected no database, found StatefulSet db",
  ],
  [
    "K-007",
    /./,
    inObjects("staging", "todo-backend", "localhost/todo-backend:", "postgres:1"),
    "expected no database, found Deployment",
  ],
  [
    "K-008",
    /./,
    inObjects("staging", "todo-frontend", "http://todo-backend-staging:8000", "http://todo-backend:8000"),
    "todo-backend:8000: expected a rendered Service",
  ],
  [
    "K-008",
    /./,
    inObjects("staging", "todo-frontend", "http://todo-backend-staging:8000", "http://todo-backend-staging:80"),
    "todo-backend-staging:80: expected a rendered Service",
  ],
  [
    "K-008",
    /./,
    changeEnvironment("dev", (charts) => charts.filter(({ chart }) => chart !== "todo-postgres")),
    "DATABASE_URL: todo-postgres-dev:5432: expected a rendered Service",
  ],
  [
    "H-002",
    /./,
    inObjects("dev", "todo-frontend", '"kind":"Service"', '"kind":"Deployment"'),
    "expected one service, found 2",
  ],
  [
    "H-003",
    /./,
    inFile("helm/todo-backend/values.schema.json", '"additionalProperties": false', '"additionalProperties": true'),
    "expected a closed map",
  ],
  [
    "H-003",
    /./,
    inFile("helm/todo-backend/values.schema.json", /("replicaCount": \{\s*)"description"/, '$1"text"'),
    "replicaCount: expected a description",
  ],
  [
    "H-003",
    /./,
    inFile("helm/todo-backend/templates/service.yaml", ".Values.service.type", ".Values.service.kind"),
    "expected service.kind in values.yaml",
  ],
  [
    "H-004",
    /./,
    (world) => ({ ...world, environments: world.environments.map((one) => ({ ...one, fromValuesFile: {} })) }),
    "helm/todo-backend/values/prod.yaml: expected the objects",
  ],
  [
    "H-004",
    /./,
    inObjects("prod", "todo-backend", '"replicas":2', '"replicas":3'),
    "helm/todo-backend/values/prod.yaml: expected the objects",
  ],
  [
    "H-005",
    /./,
    inFile("helm/todo-frontend/Chart.yaml", /^version: .*/m, "version: v1"),
    "expected a SemVer version, found v1",
  ],
  [
    "H-006",
    /./,
    (world) => ({
      ...world,
      environments: world.environments.map((one) => ({
        ...one,
        notes: { ...one.notes, "todo-frontend": "Well done." },
      })),
    }),
    "dev todo-frontend: expected NOTES.txt to say",
  ],
  [
    "H-007",
    /./,
    inFile("helm/todo-backend/values.yaml", "env: {}", "env: { API: http://todo-backend-staging:8000 }"),
    "helm/todo-backend/values.yaml:",
  ],
  [
    "H-007",
    /./,
    inFile("helm/todo-frontend/templates/service.yaml", "spec:", '{{- if eq .Values.env "prod" }}\nspec:'),
    "found {{- if eq",
  ],
  [
    "H-008",
    /./,
    inObjects(
      "prod",
      "todo-backend",
      '"app.kubernetes.io/instance":"todo-backend-prod"',
      '"app.kubernetes.io/instance":"backend"',
    ),
    "expected todo-backend-prod, found",
  ],
  ["SC", /60 s/, slow(61), "todo-staging/todo-backend: expected at most 60 s, found 61"],
  ["SC", /30 s/, slow(31), "expected at most 30 s, found 31"],
  ["SC", /5 minutes/, slow(301), "todo-staging: expected at most 300 s, found 301"],
  [
    "SC",
    /Probes/,
    inCluster(({ pods }) => pods.splice(0, 1, { ...pods[0], status: { phase: "Running" } })),
    "todo-dev/backend: expected a ready pod",
  ],
  [
    "SC",
    /ConfigMaps/,
    inCluster(({ configMaps }) => Object.assign(configMaps[2].data, { SECRET_KEY: "x" })),
    "todo-prod/ca SECRET_KEY",
  ],
  ["SC", /survives/, tested("still has it"), "failed"],
  ["SC", /Rollback/, tested("rolls the release back"), "failed"],
];

describe("evidence", function () {
  this.timeout(60_000);
  let tree: World;
  const judged = (world: World, id: string, text: RegExp) => {
    const found = judgeAll(world).filter(({ rule }) => rule.id === id && text.test(rule.text));
    assert.equal(found.length, 1, `${id} ${text} names ${found.length} rules`);
    return found[0].outcome;
  };
  before(async () => {
    tree = await treeWorld(ROOT);
  });

  for (const rule of rules) {
    const first = planted.find(([id, text]) => id === rule.id && text.test(rule.text));
    if (rule.id.startsWith("A-")) continue;
    it(`${rule.id} holds here: ${rule.text}`, () => {
      assert.ok(first, "no violation is planted below");
      const outcome = rule.check(inCluster(() => {})(tested()(tree)));
      assert.deepEqual({ ...outcome, proof: [] }, { state: "holds", proof: [] });
      assert.ok(
        outcome.state === "holds" && outcome.proof.length > 0 && outcome.proof.every((line) => line.length > 10),
      );
    });
  }

  for (const [id, text, change, says] of planted) {
    it(`${id} fails: ${says}`, () => {
      const outcome = judged(change(tree), id, text);
      assert.equal(outcome.state, "fails", JSON.stringify(outcome));
      const problems = outcome.state === "fails" ? outcome.problems : [];
      assert.ok(
        problems.some((problem) => problem.includes(says)),
        problems.join("\n"),
      );
    });
  }

  it("fails a rule that has nothing to look at, rather than to let it pass", () => {
    const nothing = judgeAll({ files: {}, environments: [], exceptions: [] });
    assert.deepEqual(
      nothing.filter(({ outcome }) => outcome.state === "holds"),
      [],
    );
  });

  it("leaves open what nobody ran, and counts it as not holding", () => {
    const all = judgeAll(tree);
    const open = all.filter(({ outcome }) => outcome.state === "open").map(({ rule }) => rule.id);
    assert.deepEqual(open, ["C-007", "K-001", "K-004", "A-002", "A-007", ...Array(7).fill("SC")]);
    const { holds, fails, open: ids } = count(all);
    // C-007 is open as a whole, although its other parts hold.
    assert.deepEqual([fails, ids, holds], [0, 6, new Set(rules.map(({ id }) => id)).size - 6]);
  });

  it("leaves K-004 open while one environment is not installed, and names it", () => {
    const world = inCluster(({ namespaces }) => namespaces.pop())(tree);
    const reason = "not installed here: todo-prod; in the cluster: todo-dev, todo-staging";
    assert.deepEqual(judged(world, "K-004", /./), { state: "open", reason });
  });

  it("counts no change that Helm's own command made, such as a test's result, and leaves open what it alone has made", () => {
    const tested = inCluster(({ records }) => records[0].metadata.managedFields.push(changed(2_000, "Helm")))(tree);
    assert.equal(judged(tested, "SC", /30 s/).state, "holds");
    const rolledBack = inCluster(({ records }) => {
      for (const { metadata } of records) metadata.managedFields = [changed(2_000, "Helm")];
    })(tree);
    for (const rule of [/30 s/, /60 s/, /5 minutes/]) assert.equal(judged(rolledBack, "SC", rule).state, "open");
  });

  it("tells the time of an upgrade by its record's last change, not by the label of the revision before", () => {
    const outcome = judged(inCluster(() => {})(tree), "SC", /60 s/);
    const proof = ["dev", "staging", "prod"].map(
      (name) => `todo-${name}/todo-backend, revision 2: pods ready after 12 s`,
    );
    assert.deepEqual(outcome, { state: "holds", proof });
  });

  it("writes a proof on one line, whatever the command of a probe looks like", () => {
    const lines = markdown(judgeAll(tree), "")
      .split("\n")
      .filter((line) => line !== "" && !/^(#|\*\*|<!--|\.)/.test(line));
    assert.deepEqual(
      lines.filter((line) => !/^- (`[^`]+`|`` .+ ``)$/.test(line)),
      [],
    );
    assert.ok(lines.some((line) => line.includes("pg_isready") && line.includes("psql")));
  });

  it("writes each rule with its proof, and what is wrong on the screen too", () => {
    const all = judgeAll(inFile("helm/todo-frontend/Chart.yaml", /^version: .*/m, "version: v1")(tree));
    const text = markdown(all, "Commit 0123456789ab, 2026-03-01 10:00 UTC");
    for (const { id, text: title } of rules) assert.ok(text.includes(`\n## ${id}: ${title}\n`), id);
    assert.match(
      text,
      /\n\*\*fails\*\*\n\n- `helm\/todo-frontend\/Chart\.yaml: expected a SemVer version, found v1`\n/,
    );
    assert.match(text, /^<!-- Generated by `make evidence`/);
    assert.match(
      summary(all),
      /\n✖ H-005 .*\n {9}helm\/todo-frontend\/Chart\.yaml: expected a SemVer version, found v1\n/,
    );
  });

  it("has every rule of the list, by its id", () => {
    const ids = ["C-002", "C-003", "C-004", "C-005", "C-006", "C-007", "C-008"];
    const more = ["K-001", "K-002", "K-003", "K-004", "K-005", "K-006", "K-007", "K-008"];
    const helm = ["H-001", "H-002", "H-003", "H-004", "H-005", "H-006", "H-007", "H-008"];
    assert.deepEqual([...new Set(rules.map(({ id }) => id))], [...ids, ...more, ...helm, "A-002", "A-007", "SC"]);
  });
});
