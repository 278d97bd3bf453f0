import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { helmTemplate } from "../components/helm-template";
import { nextSteps } from "../components/next-steps";
import { checksum, type KubernetesObject, render } from "../components/render-chart";
import { backendChart, backendValues, type TodoBackendArgs } from "../components/todo-backend";
import { frontendChart, frontendValues, type TodoFrontendArgs } from "../components/todo-frontend";
import { insideDatabaseUrl, postgresValues } from "../components/todo-postgres";
import { parseSettings } from "../settings";
import { sections } from "../settings/contract";
import { ROOT, stackConfig } from "./support/mocks";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "250m", memory: "512Mi" } };
const fingerprints = { DATABASE_URL: "url-1", SECRET_KEY: "key-1", AUTH_SECRET: "auth-1" };

/** The names of the reference application's variables. */
const variables = {
  backend: sections.backend.shape.variables.parse(undefined),
  frontend: sections.frontend.shape.variables.parse(undefined),
};

type Variable = { name: string; value: string };

const backend: TodoBackendArgs = {
  environment: "dev",
  namespace: "todo-dev",
  image: { repository: "localhost/todo-backend", tag: "4f1c2ab90d3e" },
  replicas: 1,
  autoscaling: sections.backend.shape.autoscaling.parse(undefined),
  port: 8000,
  pool: { size: 2, overflow: 5, timeoutSeconds: 30 },
  chatMaxMessages: 20,
  resources,
  health: "/health",
  ready: "/ready",
  variables: variables.backend,
  env: {},
  corsOrigins: ["http://localhost:30300"],
  migrate: true,
  secret: { name: "todo-backend-secrets", fingerprints },
};

const frontend: TodoFrontendArgs = {
  environment: "dev",
  namespace: "todo-dev",
  image: { repository: "localhost/todo-frontend", tag: "4f1c2ab90d3e" },
  replicas: 1,
  autoscaling: sections.backend.shape.autoscaling.parse(undefined),
  port: 3000,
  service: { type: "NodePort", nodePort: 30300 },
  resources,
  health: "/",
  env: {},
  variables: variables.frontend,
  apiUrl: "http://todo-backend-dev:8000",
  origin: "http://localhost:30300",
};

describe("backendValues", () => {
  it("maps the settings of the reference application", () => {
    assert.deepEqual(backendValues(backend), {
      image: { repository: "localhost/todo-backend", tag: "4f1c2ab90d3e" },
      replicaCount: 1,
      containerPort: 8000,
      service: { port: 8000 },
      resources,
      probes: { startup: { path: "/health" }, liveness: { path: "/health" }, readiness: { path: "/ready" } },
      env: {
        BACKEND_ENV: "dev",
        BACKEND_HOST: "0.0.0.0",
        BACKEND_PORT: "8000",
        CORS_ORIGINS: "http://localhost:30300",
        POOL_SIZE: "2",
        MAX_OVERFLOW: "5",
        POOL_TIMEOUT: "30",
        CHAT_MAX_MESSAGES: "20",
      },
      secrets: {
        existingSecret: "todo-backend-secrets",
        keys: {
          DATABASE_URL: "DATABASE_URL",
          SECRET_KEY: "SECRET_KEY",
          AUTH_SECRET: "AUTH_SECRET",
          OPENAI_API_KEY: "OPENAI_API_KEY",
        },
        optional: ["OPENAI_API_KEY"],
        checksum: checksum({ ...fingerprints, OPENAI_API_KEY: "none" }),
      },
      migration: { enabled: true, activeDeadlineSeconds: 100 },
    });
  });

  it("maps another team's image: other names, paths, command and origins", () => {
    const values = backendValues({
      ...backend,
      port: 9000,
      health: "/api/health",
      ready: "/api/ready",
      openaiBaseUrl: "https://models.example.org/v1",
      variables: {
        ...{ environment: false, host: "BIND", port: "LISTEN_PORT", corsOrigins: "ALLOWED_ORIGINS", poolSize: false },
        ...{ maxOverflow: false, poolTimeout: false, chatMaxMessages: "CHAT_LIMIT", openaiBaseUrl: "LLM_URL" },
      },
      env: { LOG_LEVEL: "info", BACKEND_PORT: "1" },
      secretKeys: { DB_URL: "DATABASE_URL", OPENAI: "OPENAI_API_KEY", SECRET_KEY: "AUTH_SECRET" },
      secret: { ...backend.secret, fingerprints: { ...fingerprints, STRIPE_KEY: "stripe-1" } },
      corsOrigins: ["https://todo.example.org", "https://www.example.org"],
      migrate: true,
      migrationCommand: ["./migrate", "up"],
      writablePaths: ["/var/cache"],
    });
    assert.equal(values.containerPort, 9000);
    assert.deepEqual(values.service, { port: 9000 });
    assert.deepEqual(values.probes, {
      startup: { path: "/api/health" },
      liveness: { path: "/api/health" },
      readiness: { path: "/api/ready" },
    });
    assert.deepEqual(values.env, {
      BIND: "0.0.0.0",
      LISTEN_PORT: "9000",
      ALLOWED_ORIGINS: "https://todo.example.org,https://www.example.org",
      CHAT_LIMIT: "20",
      LLM_URL: "https://models.example.org/v1",
      LOG_LEVEL: "info",
      BACKEND_PORT: "1",
    });
    assert.deepEqual(values.secrets, {
      existingSecret: "todo-backend-secrets",
      keys: {
        DB_URL: "DATABASE_URL",
        OPENAI: "OPENAI_API_KEY",
        SECRET_KEY: "AUTH_SECRET",
        STRIPE_KEY: "STRIPE_KEY",
        // What the chart would have by itself.
        ...{ DATABASE_URL: "", AUTH_SECRET: "", OPENAI_API_KEY: "" },
      },
      optional: ["OPENAI"],
      checksum: checksum({ DB_URL: "url-1", OPENAI: "none", SECRET_KEY: "auth-1", STRIPE_KEY: "stripe-1" }),
    });
    assert.deepEqual(values.migration, {
      enabled: true,
      command: ["./migrate", "up"],
      activeDeadlineSeconds: 100,
    });
    assert.deepEqual(values.writablePaths, ["/var/cache"]);
  });

  it("has readiness ask the health path where an image has no other, and no migration where there is none", () => {
    const { probes, migration } = backendValues({ ...backend, ready: false, migrate: false });
    const probe = { path: "/health" };
    assert.deepEqual(probes, { startup: probe, liveness: probe, readiness: probe });
    assert.deepEqual(migration, { enabled: false, activeDeadlineSeconds: 100 });
  });

  it("has a test of its own, another command or none, as the frontend", () => {
    const [command, one, other] = [["curl", "--fail"], backendValues, frontendValues];
    assert.deepEqual(one({ ...backend, testCommand: command }).test, { command });
    assert.deepEqual(other({ ...frontend, testCommand: command }).test, { command });
    assert.deepEqual(one({ ...backend, testCommand: false }).test, { enabled: false });
    assert.deepEqual(other({ ...frontend, testCommand: false }).test, { enabled: false });
  });

  it("gives a further secret its own name, or the one it is mapped to", () => {
    const secret = { ...backend.secret, fingerprints: { ...fingerprints, STRIPE_KEY: "stripe-1" } };
    const keysWith = (secretKeys?: Record<string, string>) =>
      (backendValues({ ...backend, secret, secretKeys }).secrets as { keys: Record<string, string> }).keys;
    const own = ["DATABASE_URL", "SECRET_KEY", "AUTH_SECRET", "OPENAI_API_KEY", "STRIPE_KEY"];
    assert.deepEqual(keysWith(), Object.fromEntries(own.map((key) => [key, key])));
    const dropped = Object.fromEntries(own.slice(0, 4).map((key) => [key, ""]));
    assert.deepEqual(keysWith({ PAYMENT_KEY: "STRIPE_KEY" }), { PAYMENT_KEY: "STRIPE_KEY", ...dropped });
  });

  it("has another checksum when a secret changes or is added, and only then", () => {
    const checksumWith = (change: Record<string, string>, secretKeys?: Record<string, string>) => {
      const secret = { ...backend.secret, fingerprints: { ...fingerprints, ...change } };
      return (backendValues({ ...backend, secret, secretKeys }).secrets as { checksum: string }).checksum;
    };
    const changes: Record<string, string>[] = [
      {},
      { AUTH_SECRET: "auth-2" },
      { DATABASE_URL: "url-2" },
      { OPENAI_API_KEY: "openai-1" },
      { STRIPE_KEY: "stripe-1" },
    ];
    assert.equal(new Set(changes.map((change) => checksumWith(change))).size, changes.length);
    const mapped = { DB_DSN: "DATABASE_URL" };
    assert.equal(checksumWith({ AUTH_SECRET: "not used then" }, mapped), checksumWith({}, mapped));
  });

  it("sets exactly the variables that the settings refuse in env", () => {
    const { env } = backendValues({ ...backend, openaiBaseUrl: "https://models.example.org" });
    assert.deepEqual(Object.keys(env as object), Object.values(variables.backend));
  });
});

describe("frontendValues", () => {
  it("maps the settings of the reference application", () => {
    assert.deepEqual(frontendValues(frontend), {
      image: { repository: "localhost/todo-frontend", tag: "4f1c2ab90d3e" },
      replicaCount: 1,
      containerPort: 3000,
      service: { type: "NodePort", port: 3000, nodePort: 30300 },
      resources,
      probes: { startup: { path: "/" }, liveness: { path: "/" }, readiness: { path: "/" } },
      env: {
        NODE_ENV: "production",
        HOSTNAME: "0.0.0.0",
        PORT: "3000",
        API_URL: "http://todo-backend-dev:8000",
      },
    });
  });

  it("has an Ingress for the origin's host where there is an IngressClass", () => {
    const service = { type: "ClusterIP" } as const;
    const values = frontendValues({
      ...frontend,
      service,
      origin: "https://todo.example.org",
      ingressClass: "traefik",
    });
    assert.deepEqual(values.service, { type: "ClusterIP", port: 3000 });
    assert.deepEqual(values.ingress, { enabled: true, className: "traefik", host: "todo.example.org" });
  });

  it("sets exactly the variables that the settings refuse in env, under the names that the image has for them", () => {
    assert.deepEqual(Object.keys(frontendValues(frontend).env as object), Object.values(variables.frontend));
    const names = { apiUrl: "BACKEND", port: "LISTEN", host: false, mode: false } as const;
    const { env, writablePaths } = frontendValues({ ...frontend, variables: names, writablePaths: ["/run"] });
    assert.deepEqual(env, { BACKEND: "http://todo-backend-dev:8000", LISTEN: "3000" });
    assert.deepEqual(writablePaths, ["/run"]);
  });
});

/** An image that has no names for anything. */
const none = Object.fromEntries(Object.keys(variables.backend).map((key) => [key, false])) as typeof backend.variables;

describe("a variable with braces", () => {
  const texts = { A: "{{ .Release.Name }}", B: "{{{b}}} {{- c -}} }}", C: '{{ "{{" }}', D: "{ {" };

  it("is escaped for charts that take it for a template", () => {
    assert.deepEqual(backendValues({ ...backend, variables: none, env: texts }).env, {
      A: '{{ "{{" }} .Release.Name }}',
      B: '{{ "{{" }}{b}}} {{ "{{" }}- c -}} }}',
      C: '{{ "{{" }} "{{ "{{" }}" }}',
      D: "{ {",
    });
  });

  for (const chart of [backendChart({ ...backend, env: texts }), frontendChart({ ...frontend, env: texts })]) {
    it(`reaches the container as the text that it is: ${chart.chart}`, async () => {
      const { objects } = await render(chart, helmTemplate);
      const deployment = objects.find(({ kind }) => kind === "Deployment") as KubernetesObject;
      const { spec } = (deployment.spec as { template: { spec: { containers: { env: Variable[] }[] } } }).template;
      const found = spec.containers[0].env.filter(({ name }) => name in texts).map(({ name, value }) => [name, value]);
      assert.deepEqual(Object.fromEntries(found), texts);
    });
  }
});

describe("an autoscaler", () => {
  type Autoscaling = TodoBackendArgs["autoscaling"];
  const charts = {
    "todo-backend": (autoscaling: Autoscaling) => backendValues({ ...backend, autoscaling }).autoscaling,
    "todo-frontend": (autoscaling: Autoscaling) => frontendValues({ ...frontend, autoscaling }).autoscaling,
  };
  for (const [chart, values] of Object.entries(charts)) {
    it(`of ${chart} gets the settings' numbers, whose defaults are the chart's own`, () => {
      const { autoscaling } = parse(readFileSync(join(ROOT, "helm", chart, "values.yaml"), "utf8"));
      assert.deepEqual(values({ ...backend.autoscaling, enabled: true }), { ...autoscaling, enabled: true });
      assert.deepEqual(values({ enabled: true, minReplicas: 2, maxReplicas: 9, cpuPercent: 55 }), {
        ...{ enabled: true, minReplicas: 2, maxReplicas: 9, targetCPUUtilizationPercentage: 55 },
      });
    });
  }
});

describe("postgresValues", () => {
  const secret = { name: "todo-postgres-secrets", fingerprints: { POSTGRES_PASSWORD: "generated-1" } };
  const args = { environment: "dev", namespace: "todo-dev", secret, storageGiB: 2 };

  it("maps the settings", () => {
    assert.deepEqual(postgresValues(args), {
      service: { port: 5432 },
      auth: {
        existingSecret: "todo-postgres-secrets",
        passwordKey: "POSTGRES_PASSWORD",
        username: "todo",
        database: "todo",
        checksum: checksum({ POSTGRES_PASSWORD: "generated-1" }),
      },
      persistence: { size: "2Gi" },
    });
  });

  it("names a StorageClass only where one is set", () => {
    const { persistence } = postgresValues({ ...args, storageClass: "fast" });
    assert.deepEqual(persistence, { size: "2Gi", storageClassName: "fast" });
  });
});

describe("insideDatabaseUrl", () => {
  it("names the driver and the database's Service", () => {
    assert.equal(
      insideDatabaseUrl("dev", "postgresql+asyncpg", "pa55word"),
      "postgresql+asyncpg://todo:pa55word@todo-postgres-dev:5432/todo",
    );
  });
});

describe("nextSteps", () => {
  const kubectl = (environment: string) => `kubectl --context todo-on-minikube -n todo-${environment}`;
  const common = (environment: string) => ({
    status: `${kubectl(environment)} get pods`,
    logs: `${kubectl(environment)} logs deployment/todo-backend-${environment} --follow`,
    history: `helm --kube-context todo-on-minikube -n todo-${environment} list`,
  });
  const settings = (environment: string, secrets: Record<string, string> = {}) =>
    parseSettings(environment, { ...stackConfig(environment), ...secrets }, Object.keys(secrets));

  it("needs nothing to open a page on a node port", () => {
    assert.deepEqual(nextSteps(settings("dev")), common("dev"));
  });

  it("opens a page behind a ClusterIP at its origin", () => {
    const databaseUrl = "postgresql+asyncpg://todo:password@db.example.org:5432/todo";
    assert.deepEqual(nextSteps(settings("staging", { "todo:databaseUrl": databaseUrl })), {
      open: `${kubectl("staging")} port-forward service/todo-frontend-staging 8301:3000`,
      ...common("staging"),
    });
  });
});
