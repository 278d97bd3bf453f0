// The umbrella chart: what it asks for, and that its three charts find each other, whatever the release is called.
// Not proved here: that it runs, survives a rotated password, and lets traffic through (test/e2e/umbrella.test.ts).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findings } from "local-charts";
import { parse } from "yaml";
import { policyOf } from "../../components/policy.ts";
import { chartValues } from "../../ops/generate/chart-values.ts";
import { checkoutOfFixtures } from "../support/checkout.ts";
import { variablesOf } from "../support/variables.ts";
import {
  chartsOfTodoApp as charts,
  chartsFolder,
  helm,
  type KubernetesObject,
  namespace,
  notes,
  objectsOf,
  podsOf,
  render as renderChart,
  templateTodoApp,
  todoApp,
  type Values,
} from "./render.ts";
import { leastOfTodoApp, merge } from "./values.ts";

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
  variablesOf(objects, named(objects, kind, name).spec.template.spec.containers[0]);
const configOf = (objects: KubernetesObject[], name: string): string =>
  named(objects, "Deployment", name).spec.template.spec.containers[0].envFrom[0].configMapRef.name;
const textOf = (env: { name: string; value?: string }[], name: string) =>
  env.find((each) => each.name === name)?.value ?? "";

const brokenRules = (objects: KubernetesObject[]) =>
  findings(
    [{ chart: "./helm/todo-app", release: "todo", namespace, objects }],
    policyOf({ environment: "test", policy: "mandatory" }, []),
  );

describe("todo-app", () => {
  it("is exactly these objects, with one origin and two images given, and no hook but the tests and for a rollback", async () => {
    const objects = await render();
    const inventory = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    const each = ["NetworkPolicy", "Service", "ServiceAccount"].flatMap((kind) =>
      charts.map((chart) => `${kind} todo-${chart}`),
    );
    assert.deepEqual(
      inventory,
      [
        ...each,
        ...["todo-todo-backend", "todo-todo-frontend"].flatMap((name) => {
          const config = configOf(objects, name);
          return [`Deployment ${name}`, `ConfigMap ${config}`, `ConfigMap ${config}`];
        }),
        "Job todo-todo-backend-migration-1",
        "StatefulSet todo-todo-postgres",
        ...charts.map((chart) => `Pod todo-${chart}-test`),
      ].sort(),
    );
    const hooks = objects.filter(({ metadata }) => metadata.annotations?.["helm.sh/hook"] !== undefined);
    assert.deepEqual(
      hooks.map(({ kind, metadata }) => [kind, metadata.annotations["helm.sh/hook"]]),
      [
        ["ConfigMap", "pre-rollback"],
        ["ConfigMap", "pre-rollback"],
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
        const [wait] = named(objects, kind, name).spec.template.spec.initContainers;
        assert.deepEqual([textOf(wait.env, "PGHOST"), textOf(wait.env, "PGPORT")], [database.hostname, database.port]);
        const server = envOf(objects, "StatefulSet", database.hostname);
        assert.equal(textOf(server, "POSTGRES_USER"), database.username);
        assert.equal(textOf(server, "POSTGRES_DB"), database.pathname.slice(1));
        assert.equal(textOf(env, "CORS_ORIGINS"), "https://todo.example.com");
      }
      assert.ok(`${release}-todo-postgres-0123456789`.length <= 63, "the label of a StatefulSet's pods");
    });
  }

  it("keeps to the rules that every environment is held to", async () => {
    assert.deepEqual(brokenRules(await render()), []);
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
              // Without a podSelector: the pods of another namespace.
              (rule: { from?: { podSelector?: Values }[] }) =>
                rule.from === undefined ||
                rule.from.some(({ podSelector }) => podSelector && selects(podSelector, from.metadata.labels)),
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

describe("values of todo-app for an environment", () => {
  const backend = (cpu: string, memory: string) => ({
    requests: { cpu, memory },
    limits: { cpu: "500m", memory: "1Gi" },
  });
  const [small, contract] = [
    {
      "todo-backend": { requests: { cpu: "100m", memory: "128Mi" } },
      "todo-frontend": { requests: { cpu: "50m", memory: "64Mi" } },
    },
    {
      "todo-backend": backend("250m", "256Mi"),
      "todo-frontend": { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "250m", memory: "512Mi" } },
    },
  ];
  const environments = {
    dev: { replicas: 1, pool: ["2", "5"], nodePort: 30300, origin: "http://localhost:30300", amounts: small },
    staging: { replicas: 1, pool: ["5", "10"], origin: "http://staging.localhost:8301", amounts: contract },
    prod: { replicas: 2, pool: ["10", "20"], origin: "http://prod.localhost:8302", amounts: contract },
  };
  const folder = checkoutOfFixtures();
  const generated = chartValues(folder, Object.keys(environments));
  rmSync(folder, { recursive: true });
  const textOfFile = (chart: string, environment: string) =>
    generated.get(`helm/${chart}/values/${environment}.yaml`) ?? "";
  const valuesOf = (chart: string, environment: string) => parse(textOfFile(chart, environment));
  const textsOf = (env: { name: string; value?: string }[]) =>
    Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));

  for (const [environment, { replicas, pool, origin, amounts, ...service }] of Object.entries(environments)) {
    describe(environment, () => {
      const release = `todo-app-${environment}`;
      const rendered = async (binary = "helm") => {
        const { status, stdout, stderr } = await templateTodoApp(valuesOf("todo-app", environment), release, binary);
        assert.equal(status, 0, stderr);
        return objectsOf(stdout);
      };

      it("has its pods, its origin, its database inside, and keeps to the rules", async () => {
        const objects = await rendered();
        for (const chart of ["todo-backend", "todo-frontend"] as const) {
          const { spec } = named(objects, "Deployment", `${release}-${chart}`);
          assert.equal(spec.replicas, replicas);
          const found = spec.template.spec.containers[0].resources;
          assert.deepEqual({ ...found, ...amounts[chart] }, found, chart);
          const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget").length;
          assert.equal(budgets, replicas > 1 ? 2 : 0);
        }
        const env = envOf(objects, "Deployment", `${release}-todo-backend`);
        assert.deepEqual(
          ["BACKEND_ENV", "CORS_ORIGINS", "POOL_SIZE", "MAX_OVERFLOW"].map((name) => textOf(env, name)),
          [environment, origin, ...pool],
        );
        const { type, ports } = named(objects, "Service", `${release}-todo-frontend`).spec;
        const nodePort = "nodePort" in service ? service.nodePort : undefined;
        assert.deepEqual([type, ports[0].nodePort], [nodePort ? "NodePort" : "ClusterIP", nodePort]);
        const [claim] = named(objects, "StatefulSet", `${release}-todo-postgres`).spec.volumeClaimTemplates;
        assert.deepEqual(claim.spec.resources.requests, { storage: "1Gi" });
        assert.deepEqual(brokenRules(objects), []);
      });

      it("runs the same containers as the charts one by one, but for the addresses", async () => {
        const objects = await rendered();
        for (const chart of ["todo-backend", "todo-frontend"] as const) {
          const alone = await renderChart(chart, valuesOf(chart, environment));
          const [one, other] = [
            alone.find(({ kind }) => kind === "Deployment") as KubernetesObject,
            named(objects, "Deployment", `${release}-${chart}`),
          ].map(({ spec }) => spec.template.spec.containers[0]);
          const paths = (container: KubernetesObject) =>
            ["startupProbe", "livenessProbe", "readinessProbe"].map((name) => container[name].httpGet);
          assert.deepEqual([other.image, other.resources, paths(other)], [one.image, one.resources, paths(one)]);
          const { API_URL, DATABASE_URL, ...texts } = textsOf(variablesOf(objects, other));
          const { API_URL: api, ...expected } = textsOf(variablesOf(alone, one));
          assert.deepEqual(texts, expected);
          assert.equal(API_URL, api?.replace(`todo-backend-${environment}`, `${release}-todo-backend`));
        }
      });

      it("leaves the wiring to the umbrella, and says how to install with it", () => {
        const text = textOfFile("todo-app", environment);
        assert.doesNotMatch(
          text.replaceAll(/^#.*\n/gm, ""),
          /Release\.Name|CORS_ORIGINS|DATABASE_URL|API_URL|_HOST|_PORT|networkPolicy|existingSecret|mode:|waitFor|checksum/,
        );
        const install = `#   helm install ${release} ./helm/todo-app --dependency-update -f ./helm/todo-app/values/${environment}.yaml --namespace todo-${environment}`;
        assert.equal(text.split("\n")[1], install);
        const further = environment === "prod" ? ", OPENAI_API_KEY" : "";
        const keys = `POSTGRES_PASSWORD, SECRET_KEY, AUTH_SECRET${further}`;
        assert.ok(text.includes(`\n# It needs the Secret todo-secrets with ${keys}. `), text);
      });

      it("renders with Helm 4 as with Helm 3", async function () {
        if (spawnSync("helm4", ["version"]).error) this.skip();
        assert.deepEqual(await rendered("helm4"), await rendered());
      });

      it("is refused with a key that no chart knows", async () => {
        const values = merge(valuesOf("todo-app", environment), { "todo-backend": { replicas: 3 } }) as Values;
        const { stderr } = await templateTodoApp(values, release);
        assert.ok(stderr.includes("todo-backend:\n- at '': additional properties 'replicas' not allowed"), stderr);
      });
    });
  }
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
        "kubectl create secret generic todo-secrets --namespace todo-test --from-literal=AUTH_SECRET=$(openssl rand -hex 32) --from-literal=POSTGRES_PASSWORD=$(openssl rand -hex 32) --from-literal=SECRET_KEY=$(openssl rand -hex 32)\n",
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
