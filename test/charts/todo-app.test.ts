// The umbrella chart: what it asks for, and that its three charts find each other, whatever the release is called.
// Not proved here: that it runs, survives a rotated password, and lets traffic through (test/e2e/umbrella.test.ts).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { findings } from "../../components/policy";
import {
  charts,
  chartsFolder,
  helm,
  type KubernetesObject,
  namespace,
  notes,
  objectsOf,
  podsOf,
  templateTodoApp,
  todoApp,
  type Values,
} from "./render";
import { leastOfTodoApp, merge } from "./values";

const having = (values: Values) => merge(leastOfTodoApp, values) as Values;
async function render(values: Values = {}, release?: string): Promise<KubernetesObject[]> {
  const { status, stdout, stderr } = await templateTodoApp(having(values), release);
  assert.equal(status, 0, stderr);
  return objectsOf(stdout);
}
const named = (objects: KubernetesObject[], kind: string, name: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, `${kind} ${name} is not among ${objects.map((each) => `${each.kind} ${each.metadata.name}`)}`);
  return found;
};
const envOf = (objects: KubernetesObject[], kind: string, name: string) =>
  named(objects, kind, name).spec.template.spec.containers[0].env as { name: string; value?: string }[];
const textOf = (env: { name: string; value?: string }[], name: string) =>
  env.find((each) => each.name === name)?.value ?? "";

describe("todo-app", () => {
  it("is exactly these objects, with one origin and two images given, and no hook but the tests", async () => {
    const objects = await render();
    const inventory = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    const each = ["NetworkPolicy", "Service", "ServiceAccount"].flatMap((kind) =>
      charts.map((chart) => `${kind} todo-${chart}`),
    );
    assert.deepEqual(
      inventory,
      [
        ...each,
        "Deployment todo-todo-backend",
        "Deployment todo-todo-frontend",
        "Job todo-todo-backend-migration-1",
        "StatefulSet todo-todo-postgres",
        ...charts.map((chart) => `Pod todo-${chart}-test`),
      ].sort(),
    );
    const hooks = objects.filter(({ metadata }) => metadata.annotations?.["helm.sh/hook"] !== undefined);
    assert.deepEqual(
      hooks.map(({ kind, metadata }) => [kind, metadata.annotations["helm.sh/hook"]]),
      [
        ["Pod", "test"],
        ["Pod", "test"],
        ["Pod", "test"],
      ],
    );
  });

  for (const release of ["todo", "shop", `a${"b".repeat(37)}`]) {
    it(`is wired by the release's name: ${release}`, async () => {
      const objects = await render({}, release);
      const port = (name: string) => named(objects, "Service", name).spec.ports[0].port;
      const api = new URL(textOf(envOf(objects, "Deployment", `${release}-todo-frontend`), "API_URL"));
      assert.deepEqual([api.protocol, Number(api.port)], ["http:", port(api.hostname)]);
      for (const [kind, name] of [
        ["Deployment", `${release}-todo-backend`],
        ["Job", `${release}-todo-backend-migration-1`],
      ] as const) {
        const env = envOf(objects, kind, name);
        const names = env.map((variable) => variable.name);
        const text = textOf(env, "DATABASE_URL");
        assert.match(text, /^postgresql\+asyncpg:\/\/todo:\$\(POSTGRES_PASSWORD\)@/);
        assert.ok(names.indexOf("POSTGRES_PASSWORD") < names.indexOf("DATABASE_URL"), "its password comes first");
        const database = new URL(text.replace("$(POSTGRES_PASSWORD)", "x"));
        assert.equal(Number(database.port), port(database.hostname));
        const server = envOf(objects, "StatefulSet", database.hostname);
        assert.equal(textOf(server, "POSTGRES_USER"), database.username);
        assert.equal(textOf(server, "POSTGRES_DB"), database.pathname.slice(1));
        assert.equal(textOf(env, "CORS_ORIGINS"), "https://todo.example.com");
      }
      assert.ok(`${release}-todo-postgres-0123456789`.length <= 63, "the label of a StatefulSet's pods");
    });
  }

  it("keeps to the rules that every environment is held to", async () => {
    const chart = { chart: "todo-app", environment: "test", namespace, values: {} };
    assert.deepEqual(findings([{ ...chart, objects: await render() }]), []);
  });

  it("lets each pod connect to what it is wired to, and to nothing else in the cluster", async () => {
    const objects = await render();
    const podNames = podsOf(objects);
    const selects = (selector: Values, labels: Values) => {
      const { matchLabels = {}, matchExpressions = [] } = selector as {
        matchLabels?: Values;
        matchExpressions?: { key: string; values: unknown[] }[];
      };
      return (
        Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
        matchExpressions.every(({ key, values }) => values.includes(labels[key]))
      );
    };
    const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    const allowed = podNames.flatMap((from) =>
      podNames
        .filter((to) => to.name.match(/^(Deployment|StatefulSet)/))
        .filter((to) => {
          const out = policies.filter(({ spec }) => selects(spec.podSelector, from.metadata.labels));
          const into = policies.filter(({ spec }) => selects(spec.podSelector, to.metadata.labels));
          const leaves = out.every(({ spec }) =>
            (spec.egress ?? []).some((rule: { to?: { podSelector: Values }[] }) =>
              rule.to?.some(({ podSelector }) => selects(podSelector, to.metadata.labels)),
            ),
          );
          const enters = into.every(({ spec }) =>
            spec.ingress.some(
              (rule: { from?: { podSelector: Values }[] }) =>
                rule.from === undefined ||
                rule.from.some(({ podSelector }) => selects(podSelector, from.metadata.labels)),
            ),
          );
          return leaves && enters;
        })
        .map(
          (to) => `${from.metadata.labels["app.kubernetes.io/name"]} > ${to.metadata.labels["app.kubernetes.io/name"]}`,
        ),
    );
    assert.deepEqual(allowed.sort(), [
      "todo-backend > todo-postgres",
      "todo-backend-migration > todo-postgres",
      "todo-backend-test > todo-backend",
      "todo-backend-test > todo-frontend",
      "todo-frontend > todo-backend",
      "todo-frontend-test > todo-frontend",
      "todo-postgres-test > todo-frontend",
      "todo-postgres-test > todo-postgres",
    ]);
  });

  it("takes every secret from the one Secret, by key; a changed checksum restarts who uses it", async () => {
    const rolled = async (global: Values) => {
      const objects = await render({ global });
      const references = podsOf(objects).flatMap(({ name, spec }) =>
        (spec.containers[0].env ?? []).flatMap(
          (variable: { valueFrom?: { secretKeyRef: { name: string; key: string } } }) =>
            variable.valueFrom
              ? [`${name.split(" ")[0]} ${Object.values(variable.valueFrom.secretKeyRef).slice(0, 2)}`]
              : [],
        ),
      );
      const annotations = podsOf(objects).map(({ name, metadata }) => [
        name,
        metadata.annotations?.["checksum/secrets"],
      ]);
      return { references: [...new Set(references)].sort(), annotations: Object.fromEntries(annotations) };
    };
    const { references, annotations } = await rolled({ existingSecret: "mine", secretChecksum: "7" });
    const backend = ["AUTH_SECRET", "OPENAI_API_KEY", "POSTGRES_PASSWORD", "SECRET_KEY"];
    assert.deepEqual(references, [
      ...backend.map((key) => `Deployment mine,${key}`),
      ...backend.map((key) => `Job mine,${key}`),
      "Pod mine,POSTGRES_PASSWORD",
      "StatefulSet mine,POSTGRES_PASSWORD",
    ]);
    assert.equal(annotations["Deployment todo-todo-backend"], "7");
    assert.equal(annotations["StatefulSet todo-todo-postgres"], "7");
    assert.equal(annotations["Deployment todo-todo-frontend"], undefined);
    assert.equal((await rolled({})).annotations["Deployment todo-todo-backend"], "initial");
  });

  it("passes on the switches of its charts: autoscaling, Ingress for the origin's host, no NetworkPolicy", async () => {
    const part = { autoscaling: { enabled: true }, networkPolicy: { enabled: false } };
    const objects = await render({
      "todo-postgres": { networkPolicy: { enabled: false } },
      "todo-backend": part,
      "todo-frontend": { ...part, ingress: { enabled: true, className: "traefik", tls: { secretName: "tls" } } },
    });
    const kinds = objects.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "HorizontalPodAutoscaler").length, 2);
    assert.equal(kinds.includes("NetworkPolicy"), false);
    const { ingressClassName, rules, tls } = named(objects, "Ingress", "todo-todo-frontend").spec;
    assert.deepEqual(
      [ingressClassName, rules[0].host, tls],
      ["traefik", "todo.example.com", [{ secretName: "tls", hosts: ["todo.example.com"] }]],
    );
  });
});

describe("todo-app refuses", () => {
  const tooLong = `a${"b".repeat(38)}`;
  const part = (chart: string, values: Values) => ({ [chart]: values });
  const cases: [string, Values, string, string?][] = [
    [
      "no origin",
      { global: { origin: "" } },
      "at '/global/origin': value must be 'scheme://host[:port], what the browser\\'s address bar shows, such as http://localhost:3000'",
    ],
    [
      "an origin with a path",
      { global: { origin: "https://a.example/" } },
      "at '/global/origin': value must be 'scheme:",
    ],
    [
      "a misspelt global",
      { global: { orign: "https://a.example" } },
      "at '/global': additional properties 'orign' not allowed",
    ],
    ["an unknown chart", { "todo-redis": {} }, "additional properties 'todo-redis' not allowed"],
    [
      "a misspelt value of a chart",
      part("todo-backend", { replicas: 2 }),
      "todo-backend:\n- at '': additional properties 'replicas' not allowed",
    ],
    [
      "no image",
      part("todo-frontend", { image: { tag: "" } }),
      "todo-frontend:\n- at '/image/tag': value must be 'a tag with",
    ],
    [
      "a name that the wiring does not know",
      part("todo-backend", { fullnameOverride: "api" }),
      "at '/todo-backend/fullnameOverride': value must be 'unset (the charts of todo-app find each other by the name of the release)'",
    ],
    [
      "a port that it does not know",
      part("todo-backend", { service: { port: 80 } }),
      "at '/todo-backend/service/port': value must be 8000",
    ],
    [
      "a user that it does not know",
      part("todo-postgres", { auth: { username: "me" } }),
      "at '/todo-postgres/auth/username': value must be 'todo'",
    ],
    [
      "a release named like one of its charts",
      {},
      'the release is called "my-todo-backend", but todo-app needs a name that does not contain todo-backend: that chart would leave its own name out of its Service\'s; `todo` is fine',
      "my-todo-backend",
    ],
    [
      "a release with a name too long",
      {},
      `the name ${tooLong}-todo-postgres is too long: a label of a StatefulSet's pods holds it and a hash, which leaves it 52 characters; use a shorter release name`,
      tooLong,
    ],
    [
      "a release with a digit first",
      {},
      'the release is called "1todo", but todo-app needs a name of letters, digits and hyphens that starts with a letter',
      "1todo",
    ],
    [
      "a release with a dot",
      {},
      'the release is called "to.do", but todo-app needs a name of letters, digits and hyphens that starts with a letter',
      "to.do",
    ],
  ];
  for (const [label, values, expected, release] of cases) {
    it(label, async () => {
      const { status, stderr } = await templateTodoApp(having(values), release);
      assert.deepEqual([status, stderr.includes(expected)], [1, true], `helm said: ${stderr}`);
    });
  }
});

describe("todo-app as a package", () => {
  it("passes helm lint --strict", async () => {
    const { status, stdout, stderr } = await helm(
      ["lint", "--strict", "--kube-version=1.35.1", todoApp(), "--values=-"],
      leastOfTodoApp,
    );
    assert.equal(status, 0, stdout + stderr);
  });

  it("depends on the three charts as they stand beside it, and Chart.lock says so", () => {
    const { dependencies } = parse(readFileSync(join(chartsFolder, "todo-app", "Chart.yaml"), "utf8"));
    const version = (chart: string) => parse(readFileSync(join(chartsFolder, chart, "Chart.yaml"), "utf8")).version;
    assert.deepEqual(
      dependencies,
      charts.map((name) => ({ name, version: version(name), repository: `file://../${name}` })),
    );
    const copy = mkdtempSync(join(tmpdir(), "charts-"));
    try {
      cpSync(chartsFolder, copy, { recursive: true });
      rmSync(join(copy, "todo-app", "charts"), { recursive: true, force: true });
      // `build` refuses a lock that does not belong to Chart.yaml.
      const build = spawnSync("helm", ["dependency", "build", join(copy, "todo-app")], { encoding: "utf8" });
      assert.equal(build.status, 0, build.stderr);
      const packed = charts.map((chart) => `${chart}-${version(chart)}.tgz`).sort();
      assert.deepEqual(readdirSync(join(copy, "todo-app", "charts")).sort(), packed);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it("knows no environment, no cluster and no controller", () => {
    for (const file of ["values.yaml", "Chart.yaml", "templates/NOTES.txt", "templates/release-name.yaml"]) {
      const text = readFileSync(join(chartsFolder, "todo-app", file), "utf8");
      assert.doesNotMatch(text, /\b(dev|staging|prod|minikube|pulumi|bitnami|nginx)\b/i, file);
    }
  });

  const say: [string, Values, string[]][] = [
    [
      "port-forward",
      { global: { origin: "http://localhost:8080" } },
      [
        "kubectl create secret generic todo-secrets --namespace todo-test --from-literal=POSTGRES_PASSWORD=$(openssl rand -hex 24)",
        "kubectl port-forward --namespace todo-test service/todo-todo-frontend 8080:3000",
        "helm test --namespace todo-test todo",
        "kubectl delete persistentvolumeclaim --namespace todo-test data-todo-todo-postgres-0",
      ],
    ],
    [
      "Ingress",
      { "todo-frontend": { ingress: { enabled: true } } },
      ["Open it through the Ingress:  https://todo.example.com"],
    ],
    ["NodePort", { "todo-frontend": { service: { type: "NodePort", nodePort: 30300 } } }, ["http://localhost:30300"]],
  ];
  for (const [label, values, expected] of say) {
    it(`NOTES say how to go on: ${label}`, async () => {
      const text = await notes("todo-app", having(values), "todo", todoApp());
      for (const line of expected) assert.ok(text.includes(line), `${JSON.stringify(line)} is not in\n${text}`);
    });
  }
});
