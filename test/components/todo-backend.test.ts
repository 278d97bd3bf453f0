// From the backend's arguments to its chart's values, exactly.
// Does not prove: that the chart takes these values (test/charts), nor what Pulumi makes of them (test/index.test.ts).
import { strict as assert } from "node:assert";
import { checksum } from "local-charts";
import { backendValues } from "../../components/todo-backend.ts";
import { backend, fingerprints, resources, variables } from "../support/service-args.ts";

describe("backendValues", () => {
  it("maps the settings of the reference application", () => {
    assert.deepEqual(backendValues(backend), {
      image: { repository: "localhost/todo-backend", tag: "4f1c2ab90d3e" },
      replicaCount: 1,
      containerPort: 8000,
      service: { type: "ClusterIP", port: 8000 },
      resources,
      probes: {
        startup: { path: "/health", failureThreshold: 100 },
        liveness: { path: "/health" },
        readiness: { path: "/ready" },
      },
      env: {
        BACKEND_ENV: "dev",
        BACKEND_HOST: "0.0.0.0",
        BACKEND_PORT: "8000",
        METRICS_PORT: "9464",
        CORS_ORIGINS: "http://localhost:30300",
        POOL_SIZE: "2",
        MAX_OVERFLOW: "5",
        POOL_TIMEOUT: "30",
        CHAT_MAX_MESSAGES: "20",
      },
      metrics: { port: 9464, path: "/metrics" },
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
        ...{
          metricsPort: false,
          maxOverflow: false,
          poolTimeout: false,
          chatMaxMessages: "CHAT_LIMIT",
          openaiBaseUrl: "LLM_URL",
        },
      },
      env: { LOG_LEVEL: "info", BACKEND_PORT: "1" },
      fromSecret: {
        ...{ DB_URL: "DATABASE_URL", OPENAI: "OPENAI_API_KEY", SECRET_KEY: "AUTH_SECRET", STRIPE_KEY: "STRIPE_KEY" },
      },
      secret: { name: "todo-backend-secrets", fingerprints: { ...fingerprints, STRIPE_KEY: "stripe-1" } },
      corsOrigins: ["https://todo.example.org", "https://www.example.org"],
      migrate: true,
      migration: { command: ["./migrate", "up"], deadlineSeconds: 900 },
      startSeconds: 200,
      writablePaths: ["/var/cache"],
    });
    assert.equal(values.containerPort, 9000);
    assert.deepEqual(values.service, { type: "ClusterIP", port: 9000 });
    assert.deepEqual(values.probes, {
      startup: { path: "/api/health", failureThreshold: 200 },
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
      activeDeadlineSeconds: 900,
    });
    assert.deepEqual(values.writablePaths, ["/var/cache"]);
  });

  it("lists the origins as JSON for an image that wants them so", () => {
    const { env } = backendValues({ ...backend, corsFormat: "json" }) as { env: Record<string, string> };
    assert.equal(env.CORS_ORIGINS, '["http://localhost:30300"]');
  });

  it("has readiness ask the health path where an image has no other, and no migration where there is none", () => {
    const { probes, migration } = backendValues({ ...backend, ready: false, migrate: false });
    const probe = { path: "/health" };
    assert.deepEqual(probes, { startup: { ...probe, failureThreshold: 100 }, liveness: probe, readiness: probe });
    assert.deepEqual(migration, { enabled: false, activeDeadlineSeconds: 100 });
  });

  it("has another checksum when a secret changes or is added, and only then", () => {
    const checksumWith = (change: Record<string, string>, fromSecret = backend.fromSecret) => {
      const secret = { name: "todo-backend-secrets", fingerprints: { ...fingerprints, ...change } };
      return (backendValues({ ...backend, secret, fromSecret }).secrets as { checksum: string }).checksum;
    };
    const changes: Record<string, string>[] = [
      {},
      { AUTH_SECRET: "auth-2" },
      { DATABASE_URL: "url-2" },
      { OPENAI_API_KEY: "openai-1" },
    ];
    assert.equal(new Set(changes.map((change) => checksumWith(change))).size, changes.length);
    const added = { ...backend.fromSecret, STRIPE_KEY: "STRIPE_KEY" };
    assert.notEqual(checksumWith({ STRIPE_KEY: "stripe-1" }, added), checksumWith({}));
    const mapped = { DB_DSN: "DATABASE_URL" };
    assert.equal(checksumWith({ AUTH_SECRET: "not used then" }, mapped), checksumWith({}, mapped));
  });

  it("sets exactly the variables that the settings refuse in env", () => {
    const { env } = backendValues({ ...backend, openaiBaseUrl: "https://models.example.org" });
    assert.deepEqual(Object.keys(env as object), Object.values(variables.backend));
  });
});
