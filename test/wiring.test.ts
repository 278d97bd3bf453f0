// Whether the objects of all charts fit together: each defect planted in a stack file, in a chart's values, in a copy of a
// template or in the rendered objects, and the exact sentence about it.
// Does not prove: what an image does with its variables, nor that a cluster lets the connections through (test/e2e).
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../components/helm-template";
import { chartsOf, type Parts, partsOf } from "../components/parts";
import { type KubernetesObject, type Plain, type RenderedChart, renderCharts } from "../components/render-chart";
import { checkWiring, wiringOf, wiringProblems } from "../components/wiring";
import { drawing } from "../components/wiring/drawing";
import { parseSettings } from "../settings";
import { ROOT, runProgram } from "./support/mocks";
import { type Change, changed } from "./support/stack-file";

/** A rendered object, open to changes. */
// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
type Any = any;

interface Plant {
  /** Default: dev. */
  stack?: string;
  /** In the stack file. */
  config?: Change;
  /** In the values of a chart. */
  values?: Record<string, Record<string, Plain>>;
  /** In a template of a chart: file, what stands there, what is put there instead. */
  template?: [file: string, from: string, to: string];
  /** In the rendered objects, by "Kind name". */
  objects?: (find: (name: string) => Any, all: Record<string, RenderedChart>) => void;
  /** In the arguments of the components. */
  parts?: (parts: Parts) => void;
}

const renderings = new Map<string, Promise<KubernetesObject[]>>();

async function environment({ stack = "dev", config = {}, values = {}, template, objects, parts: change }: Plant) {
  const settings = parseSettings(stack, changed(stack, config), [], { assumeSecrets: true });
  const parts = partsOf(settings);
  change?.(parts);
  const args = chartsOf(parts).map((chart) => ({ ...chart, values: { ...chart.values, ...values[chart.chart] } }));
  const folder = template && mkdtempSync(join(tmpdir(), "charts-"));
  try {
    if (folder) {
      cpSync(join(ROOT, "helm"), folder, { recursive: true });
      const [file, from, to] = template;
      const text = readFileSync(join(folder, file), "utf8");
      assert.ok(text.includes(from), `${file} has no ${from}`);
      writeFileSync(join(folder, file), text.replace(from, to));
    }
    const rendered = await renderCharts(args, (options) => {
      if (folder) return helmTemplate({ ...options, path: join(folder, options.path.replace("./helm/", "")) });
      const key = JSON.stringify(options);
      const known = renderings.get(key) ?? helmTemplate(options);
      renderings.set(key, known);
      return known;
    });
    const charts = structuredClone(rendered);
    const find = (name: string) => {
      const all = Object.values(charts).flatMap((chart) => chart.objects);
      const found = all.find(({ kind, metadata }) => `${kind} ${metadata.name}` === name);
      assert.ok(found, `${name} is not rendered`);
      return found;
    };
    objects?.(find, charts);
    return { parts, charts };
  } finally {
    if (folder) rmSync(folder, { recursive: true });
  }
}

async function problems(plant: Plant): Promise<string[]> {
  const { parts, charts } = await environment(plant);
  return wiringProblems(parts, Object.values(charts));
}

const pod = (object: Any) => object.spec.template.spec;
const app = (object: Any) => pod(object).containers[0];
const variable = (object: Any, name: string) => app(object).env.find((each: Any) => each.name === name);
const BACKEND = "helm/todo-backend, Deployment todo-backend-dev";
const FRONTEND = "helm/todo-frontend, Deployment todo-frontend-dev";
const env = (name: string, of = BACKEND) =>
  `${of}, env ${name} of container ${of === BACKEND ? "todo-backend" : "todo-frontend"}`;
const set = (name: string, chart = "backend") => `change todo:${chart}.env.${name} in Pulumi.dev.yaml`;
const mend = (chart: string) => `mend helm/todo-${chart} or the values it gets`;
const service = (nearest: string) => `expected a Service of namespace todo-dev, nearest ${nearest}`;
const anyService = "expected a Service of namespace todo-dev (todo-postgres-dev, todo-backend-dev, todo-frontend-dev)";
const link = (value: string): Plant => ({ config: { "backend.env": { LINK_URL: value } } });

const addresses: [what: string, plant: Plant, says: string][] = [
  [
    "a URL without the environment's suffix",
    link("http://todo-frontend:3000/x"),
    `${env("LINK_URL")}: ${service("todo-frontend-dev")}, found todo-frontend:3000; ${set("LINK_URL")}`,
  ],
  [
    "a misspelt name with the namespace's domain, whose port is the scheme's",
    link("https://todo-bakend-dev.todo-dev.svc.cluster.local"),
    `${env("LINK_URL")}: ${service("todo-backend-dev")}, found todo-bakend-dev.todo-dev.svc.cluster.local:443; ${set("LINK_URL")}`,
  ],
  [
    "a port that the Service does not have",
    { config: { "frontend.env": { LINK: "see http://todo-backend-dev:9000/x, please" } } },
    `${env("LINK", FRONTEND)}: expected a port of Service todo-backend-dev (8000), found todo-backend-dev:9000; ${set("LINK", "frontend")}`,
  ],
  [
    "the port of another scheme",
    link("redis://todo-postgres-dev/0"),
    `${env("LINK_URL")}: expected a port of Service todo-postgres-dev (5432), found todo-postgres-dev:6379; ${set("LINK_URL")}`,
  ],
  [
    "another environment's Service",
    link("http://todo-backend-staging.todo-staging:8000"),
    `${env("LINK_URL")}: expected a Service of this environment's namespace, todo-dev, found todo-backend-staging.todo-staging:8000; ${set("LINK_URL")}`,
  ],
  [
    "one of several in a list",
    link("http://todo-backend-dev:8000,http://mailer:25"),
    `${env("LINK_URL")}: ${anyService}, found mailer:25; ${set("LINK_URL")}`,
  ],
  [
    "host:port, by the variable's name",
    { config: { "backend.env": { CACHE_SERVERS: "cache:6379" } } },
    `${env("CACHE_SERVERS")}: ${anyService}, found cache:6379; ${set("CACHE_SERVERS")}`,
  ],
  [
    "host:port, by its likeness to a Service",
    { config: { "backend.env": { LINK: "todo-fronted-dev:3000" } } },
    `${env("LINK")}: ${service("todo-frontend-dev")}, found todo-fronted-dev:3000; ${set("LINK")}`,
  ],
  [
    "host and port in variables of their own",
    { config: { "backend.env": { CACHE_HOST: "redis", CACHE_PORT: "6379" } } },
    `${env("CACHE_HOST")}: ${anyService}, found redis:6379; ${set("CACHE_HOST")}`,
  ],
  [
    "a URL made of variables",
    { config: { "backend.env": { A_NAME: "todo-backend-dev", B_LINK: "http://$(A_NAME):$(BACKEND_PORT)1/x" } } },
    `${env("B_LINK")}: expected a port of Service todo-backend-dev (8000), found todo-backend-dev:80001; ${set("B_LINK")}`,
  ],
  [
    "a URL made of a variable that is set after it",
    { config: { "backend.env": { A_LINK: "http://$(B_NAME):8000", B_NAME: "todo-backend-dev" } } },
    `${env("A_LINK")}: expected a host whose variables are set before it is, found $(B_NAME):8000; ${set("A_LINK")}`,
  ],
  [
    "a URL that has its own key",
    { config: { "backend.openaiBaseUrl": "http://llm:8080/v1" } },
    `${env("OPENAI_BASE_URL")}: ${anyService}, found llm:8080; change todo:backend.openaiBaseUrl in Pulumi.dev.yaml`,
  ],
  [
    "an argument",
    { objects: (find) => (app(find("Deployment todo-backend-dev")).args = ["serve", "--peer=todo-backend-dve:8000"]) },
    `${BACKEND}, args[1] of container todo-backend: ${service("todo-backend-dev")}, found todo-backend-dve:8000; ${mend("backend")}`,
  ],
  [
    "the URL of a test",
    {
      template: [
        "todo-frontend/templates/tests/test-connection.yaml",
        '- http://{{ include "todo-frontend.fullname" . }}',
        "- http://todo-frontend",
      ],
    },
    `helm/todo-frontend, Pod todo-frontend-dev-test, command[3] of container test: ${service("todo-frontend-dev")}, found todo-frontend:3000; ${mend("frontend")}`,
  ],
  [
    "a ConfigMap's text",
    {
      objects: (find, all) => {
        all["todo-backend"].objects.push({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "links" },
          data: { A: "ws://chat:80" },
        } as Any);
        app(find("Deployment todo-backend-dev")).envFrom = [{ prefix: "LINK_", configMapRef: { name: "links" } }];
      },
    },
    `${env("LINK_A")}: ${anyService}, found chat:80; ${mend("backend")}`,
  ],
];

describe("wiring of this repository", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`fits in ${stack}`, async () => {
      assert.deepEqual(await problems({ stack }), []);
    });
  }
});

describe("an address is refused:", () => {
  for (const [what, plant, says] of addresses) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), [says]);
    });
  }

  it("the database's, in the Secret, by each pod that gets it", async () => {
    const says = (where: string, container: string) =>
      `helm/todo-backend, ${where}, env DATABASE_URL of container ${container}: expected a Service of namespace todo-dev (db, todo-backend-dev, todo-frontend-dev), found todo-postgres-dev:5432; mend the Service, or the address that components/secrets.ts puts into the Secret`;
    const found = await problems({ values: { "todo-postgres": { fullnameOverride: "db" } } });
    assert.deepEqual(found, [
      says("Deployment todo-backend-dev", "todo-backend"),
      says("Job todo-backend-dev-migration", "migration"),
    ]);
  });
});

describe("an address is left alone:", () => {
  const values = [
    "https://api.openai.com/v1",
    "http://llm.models.svc:8080/v1",
    "http://localhost:9000",
    "http://127.0.0.1:9000/x",
    "http://$$(A):80",
    "http://todo-backend-dev.todo-dev:8000/x?next=1",
    "level:3",
    "12:30",
    "https://%s:%d/x",
    "http://$HOST:8000",
  ];
  for (const value of values) {
    it(value, async () => {
      assert.deepEqual(await problems({ config: { "backend.env": { LINK: value } } }), []);
    });
  }

  it("an origin whose host only browsers know", async () => {
    assert.deepEqual(await problems({ config: { origin: "http://laptop:30300" } }), []);
  });
});

const label = { "app.kubernetes.io/name": "todo-frontend", "app.kubernetes.io/instance": "todo-frontend-dev" };
const SERVICE = "helm/todo-backend, Service todo-backend-dev";
const behindIngress: Change = { "cluster.ingressClass": "traefik", origin: "https://todo.example.org" };
const httpRoute = { enabled: true, parentRefs: [{ name: "gateway" }], hostnames: ["todo.example.org"] };

const objects: [what: string, plant: Plant, says: string][] = [
  [
    "a Service that selects no pods",
    { template: ["todo-backend/templates/service.yaml", "selector:", "selector:\n    tier: api"] },
    `${SERVICE}, spec.selector: expected labels of a rendered workload's pods, found tier=api, app.kubernetes.io/name=todo-backend, app.kubernetes.io/instance=todo-backend-dev; ${mend("backend")}`,
  ],
  [
    "a Service that selects the migration's pods too",
    {
      objects: (find) =>
        (find("Service todo-backend-dev").spec.selector = { "app.kubernetes.io/instance": "todo-backend-dev" }),
    },
    `${SERVICE}, spec.selector: expected pods that stay as long as the release, found those of Job todo-backend-dev-migration too; ${mend("backend")}`,
  ],
  [
    "a targetPort by a name that no container has",
    { objects: (find) => (find("Service todo-backend-dev").spec.ports[0].targetPort = "web") },
    `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment todo-backend-dev (http 8000), found web; ${mend("backend")}`,
  ],
  [
    "a targetPort by a number that no container has",
    { objects: (find) => (find("Service todo-backend-dev").spec.ports[0].targetPort = 8080) },
    `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment todo-backend-dev (http 8000), found 8080; ${mend("backend")}`,
  ],
  [
    "a probe of a name that its container does not have",
    { template: ["todo-frontend/templates/deployment.yaml", "port: http", "port: htpp"] },
    `${FRONTEND}, startupProbe of container todo-frontend: expected a port of the container (http 3000), found htpp; ${mend("frontend")}`,
  ],
  [
    "a probe of a number that no container has",
    { objects: (find) => (app(find("Deployment todo-backend-dev")).livenessProbe = { tcpSocket: { port: 80 } }) },
    `${BACKEND}, livenessProbe of container todo-backend: expected a port of the container (http 8000), found 80; ${mend("backend")}`,
  ],
  [
    "a hook of a port that is not there",
    {
      objects: (find) => (app(find("Deployment todo-backend-dev")).lifecycle.preStop = { httpGet: { port: "admin" } }),
    },
    `${BACKEND}, preStop of container todo-backend: expected a port of the container (http 8000), found admin; ${mend("backend")}`,
  ],
  [
    "a node port twice",
    {
      objects: (find) => {
        const { spec } = find("Service todo-backend-dev");
        spec.ports[0].nodePort = 30300;
      },
    },
    "helm/todo-frontend, Service todo-frontend-dev, spec.ports[0].nodePort: expected a node port of its own, found 30300, which Service todo-backend-dev has too; change todo:frontend.service.nodePort in Pulumi.dev.yaml",
  ],
  [
    "a node port that is not the origin's",
    { objects: (find) => (find("Service todo-frontend-dev").spec.ports[0].nodePort = 30305) },
    "helm/todo-frontend, Service todo-frontend-dev, spec.ports[0].nodePort: expected port 30300, that of todo:origin, found 30305; change todo:frontend.service.nodePort in Pulumi.dev.yaml",
  ],
  [
    "an Ingress to no Service",
    {
      config: behindIngress,
      objects: (find) =>
        (find("Ingress todo-frontend-dev").spec.rules[0].http.paths[0].backend.service.name = "todo-frontend"),
    },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].http.paths[0].backend: expected a rendered Service, nearest todo-frontend-dev, found todo-frontend; ${mend("frontend")}`,
  ],
  [
    "an Ingress to no port",
    { config: behindIngress, template: ["todo-frontend/templates/ingress.yaml", "name: http", "name: web"] },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].http.paths[0].backend: expected a port of Service todo-frontend-dev (http 3000), found web; ${mend("frontend")}`,
  ],
  [
    "an Ingress for another host than the origin's",
    {
      config: behindIngress,
      objects: (find) => (find("Ingress todo-frontend-dev").spec.rules[0].host = "todo.example.com"),
    },
    "helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].host: expected todo.example.org, the host of todo:origin, found todo.example.com; change todo:origin in Pulumi.dev.yaml",
  ],
  [
    "an Ingress whose certificate nobody makes",
    {
      config: behindIngress,
      objects: (find) => (find("Ingress todo-frontend-dev").spec.tls = [{ secretName: "todo-tls" }]),
    },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.tls[0].secretName: expected a Secret that the environment makes (todo-backend-secrets, todo-postgres-secrets), found todo-tls; ${mend("frontend")}`,
  ],
  [
    "an HTTPRoute to no port",
    {
      config: { origin: "https://todo.example.org" },
      values: { "todo-frontend": { httpRoute } },
      objects: (find) => (find("HTTPRoute todo-frontend-dev").spec.rules[0].backendRefs[0].port = 80),
    },
    `helm/todo-frontend, HTTPRoute todo-frontend-dev, spec.rules[0].backendRefs[0]: expected a port of Service todo-frontend-dev (http 3000), found 80; ${mend("frontend")}`,
  ],
  [
    "an autoscaler of nothing",
    {
      values: { "todo-backend": { autoscaling: { enabled: true } } },
      objects: (find) => (find("HorizontalPodAutoscaler todo-backend-dev").spec.scaleTargetRef.name = "todo-backend"),
    },
    `helm/todo-backend, HorizontalPodAutoscaler todo-backend-dev, spec.scaleTargetRef: expected a rendered Deployment, nearest todo-backend-dev, found todo-backend; ${mend("backend")}`,
  ],
  [
    "a disruption budget of nothing",
    {
      config: { "backend.replicas": 2 },
      objects: (find) => (find("PodDisruptionBudget todo-backend-dev").spec.selector.matchLabels = { app: "todo" }),
    },
    `helm/todo-backend, PodDisruptionBudget todo-backend-dev, spec.selector: expected labels of a rendered workload's pods, found app=todo; ${mend("backend")}`,
  ],
  [
    "a StatefulSet without its Service",
    { objects: (find) => (find("StatefulSet todo-postgres-dev").spec.serviceName = "postgres") },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, spec.serviceName: expected a rendered Service, nearest todo-postgres-dev, found postgres; ${mend("postgres")}`,
  ],
  [
    "an account that nobody makes",
    { objects: (find) => (pod(find("Deployment todo-backend-dev")).serviceAccountName = "todo") },
    `${BACKEND}, serviceAccountName: expected a rendered ServiceAccount, nearest todo-backend-dev, found todo; ${mend("backend")}`,
  ],
  [
    "a mount of no volume",
    { objects: (find) => (app(find("StatefulSet todo-postgres-dev")).volumeMounts[0].name = "date") },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volumeMounts[0] of container todo-postgres: expected a volume of the pod, nearest data, found date; ${mend("postgres")}`,
  ],
  [
    "a volume of no claim",
    {
      objects: (find) =>
        pod(find("StatefulSet todo-postgres-dev")).volumes.push({
          name: "old",
          persistentVolumeClaim: { claimName: "old" },
        }),
    },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volume old: expected a rendered PersistentVolumeClaim (there is no PersistentVolumeClaim), found old; ${mend("postgres")}`,
  ],
  [
    "a volume of a key that will not exist",
    {
      objects: (find) =>
        pod(find("StatefulSet todo-postgres-dev")).volumes.push({
          name: "word",
          projected: { sources: [{ secret: { name: "todo-postgres-secrets", items: [{ key: "PASSWORD" }] } }] },
        }),
    },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volume word: expected a key of Secret todo-postgres-secrets, nearest POSTGRES_PASSWORD, found PASSWORD; ${mend("postgres")}`,
  ],
  [
    "a key that the Secret will not have",
    {
      objects: (find) =>
        (variable(find("Deployment todo-backend-dev"), "SECRET_KEY").valueFrom.secretKeyRef.key = "SECRET"),
    },
    `${env("SECRET_KEY")}: expected a key of Secret todo-backend-secrets, nearest SECRET_KEY, found SECRET; ${mend("backend")}`,
  ],
  [
    "a Secret that nobody makes",
    {
      objects: (find) =>
        (variable(find("Deployment todo-backend-dev"), "SECRET_KEY").valueFrom.secretKeyRef.name = "backend-secrets"),
    },
    `${env("SECRET_KEY")}: expected a Secret that the environment makes, nearest todo-backend-secrets, found backend-secrets; ${mend("backend")}`,
  ],
  [
    "a key of the stack file that leads to one that is not set",
    {
      config: { "backend.secretKeys": { CHAT: "OPENAI_API_KEY" } },
      objects: (find) => {
        for (const name of ["Deployment todo-backend-dev", "Job todo-backend-dev-migration"]) {
          delete variable(find(name), "CHAT").valueFrom.secretKeyRef.optional;
        }
      },
    },
    `${env("CHAT")}: expected a key of Secret todo-backend-secrets (DATABASE_URL, SECRET_KEY, AUTH_SECRET), found OPENAI_API_KEY; change todo:backend.secretKeys.CHAT in Pulumi.dev.yaml`,
  ],
  [
    "a ConfigMap that is not rendered",
    {
      objects: (find) =>
        app(find("Deployment todo-backend-dev")).env.push({
          name: "A",
          valueFrom: { configMapKeyRef: { name: "c", key: "k" } },
        }),
    },
    `${env("A")}: expected a rendered ConfigMap (there is no ConfigMap), found c; ${mend("backend")}`,
  ],
  [
    "all of a Secret that nobody makes",
    { objects: (find) => (app(find("Deployment todo-frontend-dev")).envFrom = [{ secretRef: { name: "todo" } }]) },
    `${FRONTEND}, envFrom[0] of container todo-frontend: expected a Secret that the environment makes, nearest todo-backend-secrets, found todo; ${mend("frontend")}`,
  ],
  [
    "a registry's Secret that nobody makes",
    {
      values: { "todo-frontend": { imagePullSecrets: [{ name: "registry" }] } },
      objects: (_, all) =>
        all["todo-frontend"].objects.splice(
          0,
          all["todo-frontend"].objects.length,
          ...all["todo-frontend"].objects.filter(({ kind }) => kind !== "Pod"),
        ),
    },
    `${FRONTEND}, imagePullSecrets[0]: expected a Secret that the environment makes (todo-backend-secrets, todo-postgres-secrets), found registry; ${mend("frontend")}`,
  ],
  [
    "a CORS list without the browser's origin",
    { parts: ({ backend }) => (backend.corsOrigins = ["http://localhost:3000"]) },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:3000"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "a CORS list with an origin that is nearly the browser's",
    { parts: ({ backend }) => (backend.corsOrigins = ["http://localhost:30300/"]) },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:30300/"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "a CORS list that lets everybody in",
    { parts: ({ backend }) => backend.corsOrigins.push("*") },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:30300,*"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "no CORS list",
    { objects: (find) => (variable(find("Deployment todo-backend-dev"), "CORS_ORIGINS").name = "ORIGINS") },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, found no such variable; ${mend("backend")}`,
  ],
  [
    "an API address that is another Service's",
    { parts: ({ frontend }) => (frontend.apiUrl = "http://todo-frontend-dev:3000") },
    `${env("API_URL", FRONTEND)}: expected the address of the backend's Service, http://todo-backend-dev:8000, found todo-frontend-dev; ${mend("frontend")}`,
  ],
  [
    "an API address on the pod itself",
    { parts: ({ frontend }) => (frontend.apiUrl = "http://localhost:8000") },
    `${env("API_URL", FRONTEND)}: expected the address of the backend's Service, http://todo-backend-dev:8000, found no Service; ${mend("frontend")}`,
  ],
  [
    "an empty API address",
    { parts: ({ frontend }) => (frontend.apiUrl = "") },
    `${env("API_URL", FRONTEND)}: expected the address of the backend's Service, http://todo-backend-dev:8000, found an empty text; ${mend("frontend")}`,
  ],
  [
    "an API address under a name that nothing reads",
    { objects: (find) => (variable(find("Deployment todo-frontend-dev"), "API_URL").name = "API_BASE_URL") },
    `${env("API_URL", FRONTEND)}: expected the address of the backend's Service, http://todo-backend-dev:8000, found no such variable; ${mend("frontend")}`,
  ],
  [
    "a variable of the build",
    {
      objects: (find) =>
        app(find("Deployment todo-frontend-dev")).env.push({ name: "NEXT_PUBLIC_API_URL", value: "/api" }),
    },
    `${env("NEXT_PUBLIC_API_URL", FRONTEND)}: expected a variable that is read at run time, found one that Next.js fixes at build time; ${mend("frontend")}`,
  ],
];

describe("objects that do not fit are refused:", () => {
  for (const [what, plant, says] of objects) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), [says]);
    });
  }

  it("an optional key may be absent; a certificate may come from cert-manager", async () => {
    const plant: Plant = {
      config: behindIngress,
      objects: (find) => {
        const ingress = find("Ingress todo-frontend-dev");
        ingress.spec.tls = [{ secretName: "todo-tls" }];
        ingress.metadata.annotations = { "cert-manager.io/cluster-issuer": "letsencrypt" };
        assert.equal(
          variable(find("Deployment todo-backend-dev"), "OPENAI_API_KEY").valueFrom.secretKeyRef.optional,
          true,
        );
      },
    };
    assert.deepEqual(await problems(plant), []);
  });
});

const of = (chart: string, part = "", stack = "dev") => ({
  "app.kubernetes.io/name": `${chart}${part}`,
  "app.kubernetes.io/instance": `${chart}-${stack}`,
});
/** What an environment with the database inside needs, and no more. */
const policies = {
  "todo-postgres": { enabled: true, allowFrom: [of("todo-backend"), of("todo-backend", "-migration")] },
  "todo-backend": {
    enabled: true,
    allowFrom: [of("todo-frontend")],
    allowTo: [{ matchLabels: of("todo-postgres"), port: 5432 }],
  },
  "todo-frontend": { enabled: true, allowTo: [{ matchLabels: of("todo-backend"), port: 8000 }] },
};
function withPolicies(
  change: Partial<Record<keyof typeof policies, Record<string, Plain>>> = {},
  rest: Plant = {},
): Plant {
  const values = Object.entries(policies).map(([chart, policy]) => [
    chart,
    { networkPolicy: { ...policy, ...change[chart as keyof typeof policies] } },
  ]);
  return { ...rest, values: Object.fromEntries(values) };
}
const POLICY = (chart: string) => `helm/todo-${chart}, NetworkPolicy todo-${chart}-dev`;

const network: [what: string, plant: Plant, says: string[]][] = [
  ["what fits, is not", withPolicies(), []],
  [
    "no way in for the frontend",
    withPolicies({ "todo-backend": { allowFrom: [] } }),
    [
      `${POLICY("backend")}, spec.ingress: expected a rule for port 8000 of Deployment todo-backend-dev, which Deployment todo-frontend-dev calls (API_URL), found none; ${mend("backend")}`,
    ],
  ],
  [
    "no way out for the backend and its migration",
    withPolicies({ "todo-backend": { allowTo: [] } }),
    ["Deployment todo-backend-dev", "Job todo-backend-dev-migration"].map(
      (from) =>
        `${POLICY("backend")}, spec.egress: expected a rule for port 5432 of StatefulSet todo-postgres-dev, which ${from} calls (DATABASE_URL), found none; ${mend("backend")}`,
    ),
  ],
  [
    "a way out to another port",
    withPolicies({ "todo-frontend": { allowTo: [{ matchLabels: of("todo-backend"), port: 8080 }] } }),
    [
      `${POLICY("frontend")}, spec.egress: expected a rule for port 8000 of Deployment todo-backend-dev, which Deployment todo-frontend-dev calls (API_URL), found none; ${mend("frontend")}`,
    ],
  ],
  [
    "no DNS",
    withPolicies({}, { objects: (find) => find("NetworkPolicy todo-frontend-dev").spec.egress.shift() }),
    [
      `${POLICY("frontend")}, spec.egress: expected a rule for DNS (port 53), which Deployment todo-frontend-dev needs for API_URL, found none; ${mend("frontend")}`,
    ],
  ],
  [
    "a way in that nobody uses",
    withPolicies({ "todo-postgres": { allowFrom: [...policies["todo-postgres"].allowFrom, label] } }),
    [
      `${POLICY("postgres")}, spec.ingress[0]: expected connections that the environment is wired with, found Deployment todo-frontend-dev to port 5432 of StatefulSet todo-postgres-dev, which no variable or argument names; ${mend("postgres")}`,
    ],
  ],
  [
    "a way out that nobody uses",
    withPolicies({
      "todo-frontend": {
        allowTo: [...policies["todo-frontend"].allowTo, { matchLabels: of("todo-postgres"), port: 5432 }],
      },
    }),
    [
      `${POLICY("frontend")}, spec.egress[2]: expected connections that the environment is wired with, found Deployment todo-frontend-dev to port 5432 of StatefulSet todo-postgres-dev, which no variable or argument names; ${mend("frontend")}`,
    ],
  ],
  [
    "a peer that nobody is",
    withPolicies({ "todo-backend": { allowFrom: [of("todo-frontend"), of("todo-admin")] } }),
    [
      `${POLICY("backend")}, spec.ingress[0]: expected labels of a rendered workload's pods, found {"app.kubernetes.io/instance":"todo-admin-dev","app.kubernetes.io/name":"todo-admin"}; ${mend("backend")}`,
    ],
  ],
  [
    "everybody, where nobody comes from outside",
    withPolicies({}, { objects: (find) => delete find("NetworkPolicy todo-backend-dev").spec.ingress[0].from }),
    [
      `${POLICY("backend")}, spec.ingress[0]: expected peers, because nobody comes from outside, found a rule that lets everybody in; ${mend("backend")}`,
    ],
  ],
  [
    "no way in for browsers",
    withPolicies(
      { "todo-frontend": { allowFrom: [{ app: "proxy" }] } },
      {
        objects: (find) => find("NetworkPolicy todo-frontend-dev").spec.ingress[0].from.pop(),
      },
    ),
    [
      `${POLICY("frontend")}, spec.ingress: expected a rule for Deployment todo-frontend-dev from outside the namespace, because of its node port 30300, found none; ${mend("frontend")}`,
    ],
  ],
  [
    "a way in from a proxy in another namespace, and DNS by its labels, is not",
    withPolicies(
      { "todo-frontend": { allowFrom: [{ app: "proxy" }] } },
      {
        objects: (find) => {
          const peer = { namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
          find("NetworkPolicy todo-frontend-dev").spec.egress[0].to = [peer];
        },
      },
    ),
    [],
  ],
  [
    "every way out",
    withPolicies({}, { objects: (find) => find("NetworkPolicy todo-backend-dev").spec.egress.push({}) }),
    [
      `${POLICY("backend")}, spec.egress[2]: expected ports or peers, found a rule that allows everything; ${mend("backend")}`,
    ],
  ],
  [
    "no way out to an API elsewhere",
    withPolicies({}, { config: { "backend.openaiBaseUrl": "https://llm.example.org/v1" } }),
    ["Deployment todo-backend-dev", "Job todo-backend-dev-migration"].map(
      (from) =>
        `${POLICY("backend")}, spec.egress: expected a rule for port 443 outside, which ${from} calls (OPENAI_BASE_URL), found none; ${mend("backend")}`,
    ),
  ],
  [
    "a way out to an API elsewhere, is not",
    withPolicies(
      { "todo-backend": { allowExternalPorts: [443] } },
      { config: { "backend.openaiBaseUrl": "https://llm.example.org/v1" } },
    ),
    [],
  ],
];

describe("a NetworkPolicy is refused that has", () => {
  for (const [what, plant, says] of network) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), says);
    });
  }

  it("no way out to a database elsewhere, whose port only the Secret knows", async () => {
    const allowFrom = [of("todo-frontend", "", "staging")];
    const policy = (rest: object) => ({
      values: { "todo-backend": { networkPolicy: { enabled: true, allowFrom, ...rest } } },
    });
    const says = ["Deployment todo-backend-staging", "Job todo-backend-staging-migration"].map(
      (from) =>
        `helm/todo-backend, NetworkPolicy todo-backend-staging, spec.egress: expected a rule for the port outside, which ${from} calls (DATABASE_URL), found none; ${mend("backend")}`,
    );
    assert.deepEqual(await problems({ stack: "staging", ...policy({}) }), says);
    assert.deepEqual(await problems({ stack: "staging", ...policy({ allowExternalPorts: [5432] }) }), []);
  });
});

describe("wiring that does not fit", () => {
  const broken = { "backend.env": { MAILER_URL: "http://todo-bakend:8000", CACHE_URL: "redis://cache" } };
  const report = [
    "The charts of dev do not fit together in 2 places; nothing was changed.",
    `  ${env("CACHE_URL")}: ${anyService}, found cache:6379; ${set("CACHE_URL")}`,
    `  ${env("MAILER_URL")}: ${service("todo-backend-dev")}, found todo-bakend:8000; ${set("MAILER_URL")}`,
  ].join("\n");

  it("is reported as one error", async () => {
    const { parts, charts } = await environment({ config: broken });
    assert.throws(() => checkWiring(parts, charts), { message: report });
  });

  it("ends the program before it makes anything", async () => {
    for (const preview of [true, false]) {
      const types: string[] = [];
      const registers = (type: string) => types.push(type);
      const run = runProgram({ stack: "dev", preview, config: changed("dev", broken), registers });
      await assert.rejects(run, (error: Error) => error.message.includes(report));
      assert.deepEqual(types, ["pulumi:providers:kubernetes"]);
    }
  });

  it("is what docs/wiring.md shows", async () => {
    const { parts, charts } = await environment({
      config: { "backend.env": { MAILER_URL: "http://todo-bakend:8000" } },
    });
    const example = /^error: (.*\n.*)\n```$/m.exec(readFileSync(join(ROOT, "docs/wiring.md"), "utf8"))?.[1];
    assert.throws(() => checkWiring(parts, charts), { message: example });
  });
});

describe("drawing", () => {
  const KEYS = "AUTH_SECRET<br/>DATABASE_URL<br/>OPENAI_API_KEY, where set<br/>SECRET_KEY";

  it("has the connections that were found, the ways in, and Secrets by their keys", async () => {
    const config = { "backend.openaiBaseUrl": "https://llm.example.org/v1" };
    const { parts, charts } = await environment({ config });
    assert.equal(
      drawing(wiringOf(parts, Object.values(charts))),
      [
        "flowchart LR",
        "  browser([Browser])",
        "  subgraph namespace [namespace todo-dev]",
        '    StatefulSet_todo_postgres_dev["StatefulSet todo-postgres-dev :5432"]',
        '    Deployment_todo_backend_dev["Deployment todo-backend-dev :8000"]',
        '    Deployment_todo_frontend_dev["Deployment todo-frontend-dev :3000"]',
        '    Job_todo_backend_dev_migration["Job todo-backend-dev-migration"]',
        '    secret_todo_postgres_secrets[/"Secret todo-postgres-secrets"/]',
        '    secret_todo_backend_secrets[/"Secret todo-backend-secrets"/]',
        "  end",
        '  outside_llm_example_org(["llm.example.org"])',
        '  browser -- "http://localhost:30300, node port 30300" --> Deployment_todo_frontend_dev',
        '  Deployment_todo_backend_dev -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  Deployment_todo_backend_dev -- "DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  Deployment_todo_frontend_dev -- "API_URL, port 8000" --> Deployment_todo_backend_dev',
        '  Job_todo_backend_dev_migration -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  Job_todo_backend_dev_migration -- "DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  secret_todo_postgres_secrets -. "POSTGRES_PASSWORD" .-> StatefulSet_todo_postgres_dev',
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Deployment_todo_backend_dev`,
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Job_todo_backend_dev_migration`,
      ].join("\n"),
    );
  });

  it("is that of each environment in docs/wiring.md", () => {
    const text = readFileSync(join(ROOT, "docs/wiring.md"), "utf8");
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
      ["dev", "staging", "prod"],
    );
    assert.equal(text.match(/^```mermaid$/gm)?.length, 3);
  });
});
