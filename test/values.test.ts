import { strict as assert } from "node:assert";
import { nextSteps } from "../components/next-steps";
import { checksum } from "../components/render-chart";
import { backendValues, type TodoBackendArgs } from "../components/todo-backend";
import { frontendValues, type TodoFrontendArgs } from "../components/todo-frontend";
import { insideDatabaseUrl, postgresValues } from "../components/todo-postgres";
import { parseSettings } from "../settings";
import { BACKEND_VARIABLES, FRONTEND_VARIABLES } from "../settings/contradictions";
import { stackConfig } from "./support/mocks";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "250m", memory: "512Mi" } };
const fingerprints = { DATABASE_URL: "url-1", SECRET_KEY: "key-1", AUTH_SECRET: "auth-1" };

const backend: TodoBackendArgs = {
  environment: "dev",
  namespace: "todo-dev",
  image: { repository: "localhost/todo-backend", tag: "4f1c2ab90d3e" },
  replicas: 1,
  port: 8000,
  pool: { size: 2, overflow: 5, timeoutSeconds: 30 },
  chatMaxMessages: 20,
  resources,
  health: "/health",
  ready: "/ready",
  env: {},
  secretKeys: {},
  corsOrigins: ["http://localhost:30300"],
  migrate: true,
  secret: { name: "todo-backend-secrets", fingerprints },
};

const frontend: TodoFrontendArgs = {
  environment: "dev",
  namespace: "todo-dev",
  image: { repository: "localhost/todo-frontend", tag: "4f1c2ab90d3e" },
  replicas: 1,
  port: 3000,
  service: { type: "NodePort", nodePort: 30300 },
  resources,
  health: "/",
  env: {},
  apiUrlVariable: "API_URL",
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

  it("maps another team's image: other names, paths and origins", () => {
    const values = backendValues({
      ...backend,
      port: 9000,
      health: "/api/health",
      ready: "/api/ready",
      openaiBaseUrl: "https://models.example.org/v1",
      env: { LOG_LEVEL: "info" },
      secretKeys: { DB_URL: "DATABASE_URL", OPENAI: "OPENAI_API_KEY" },
      corsOrigins: ["https://todo.example.org", "https://www.example.org"],
      migrate: false,
    });
    assert.equal(values.containerPort, 9000);
    assert.deepEqual(values.service, { port: 9000 });
    assert.deepEqual(values.probes, {
      startup: { path: "/api/health" },
      liveness: { path: "/api/health" },
      readiness: { path: "/api/ready" },
    });
    assert.deepEqual(values.env, {
      BACKEND_ENV: "dev",
      BACKEND_HOST: "0.0.0.0",
      BACKEND_PORT: "9000",
      CORS_ORIGINS: "https://todo.example.org,https://www.example.org",
      POOL_SIZE: "2",
      MAX_OVERFLOW: "5",
      POOL_TIMEOUT: "30",
      CHAT_MAX_MESSAGES: "20",
      OPENAI_BASE_URL: "https://models.example.org/v1",
      LOG_LEVEL: "info",
    });
    assert.deepEqual(values.secrets, {
      existingSecret: "todo-backend-secrets",
      keys: {
        DATABASE_URL: "DATABASE_URL",
        SECRET_KEY: "SECRET_KEY",
        AUTH_SECRET: "AUTH_SECRET",
        OPENAI_API_KEY: "OPENAI_API_KEY",
        DB_URL: "DATABASE_URL",
        OPENAI: "OPENAI_API_KEY",
      },
      optional: ["OPENAI_API_KEY", "OPENAI"],
      checksum: checksum({ ...fingerprints, OPENAI_API_KEY: "none", DB_URL: "url-1", OPENAI: "none" }),
    });
    assert.deepEqual(values.migration, { enabled: false, activeDeadlineSeconds: 100 });
  });

  it("has another checksum when a secret changes or is added, and only then", () => {
    const checksumWith = (change: Record<string, string>) => {
      const secret = { ...backend.secret, fingerprints: { ...fingerprints, ...change } };
      return (backendValues({ ...backend, secret }).secrets as { checksum: string }).checksum;
    };
    assert.equal(checksumWith({ POSTGRES_PASSWORD: "not used here" }), checksumWith({}));
    const changes: Record<string, string>[] = [
      {},
      { AUTH_SECRET: "auth-2" },
      { DATABASE_URL: "url-2" },
      { OPENAI_API_KEY: "openai-1" },
    ];
    assert.equal(new Set(changes.map(checksumWith)).size, changes.length);
  });

  it("sets exactly the variables that the settings refuse in env", () => {
    const { env } = backendValues({ ...backend, openaiBaseUrl: "https://models.example.org" });
    assert.deepEqual(Object.keys(env as object).sort(), Object.keys(BACKEND_VARIABLES).sort());
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

  it("sets exactly the variables that the settings refuse in env, and the API's address", () => {
    const { env } = frontendValues({ ...frontend, apiUrlVariable: "BACKEND_URL" });
    assert.deepEqual(Object.keys(env as object).sort(), ["BACKEND_URL", ...Object.keys(FRONTEND_VARIABLES)].sort());
  });
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
  it("names the database's Service", () => {
    assert.equal(
      insideDatabaseUrl("dev", "pa55word"),
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
