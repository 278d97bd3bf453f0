// What an environment's charts become as values of the umbrella. Does not prove: that it renders (test/charts/todo-app.test.ts).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ChartArgs, Plain } from "local-charts";
import { parse } from "yaml";
import { release } from "../../../components/release.ts";
import { umbrellaValues } from "../../../ops/generate/umbrella-values.ts";

const helm = resolve(import.meta.dirname, "../../../helm");
const charts = ["todo-app", "todo-postgres", "todo-backend", "todo-frontend"];
const defaults = Object.fromEntries(
  charts.map((chart) => [chart, parse(readFileSync(join(helm, chart, "values.yaml"), "utf8"))]),
);
const place = { environment: "qa", namespace: "todo-qa" };
const origin = "https://todo.example.com";
const valuesOf = (args: ChartArgs[]) => umbrellaValues(args, "qa", origin, defaults);
const ofBackend = (values: Record<string, Plain>) => valuesOf([release("todo-backend", place, values)])["todo-backend"];

describe("values of the umbrella", () => {
  it("leave out what the umbrella wires, and what it and its charts have anyway", () => {
    const backend = release("todo-backend", place, {
      image: { repository: "api", tag: "1" },
      replicaCount: 1,
      containerPort: 8000,
      service: { port: 8000 },
      env: { BACKEND_HOST: "0.0.0.0", BACKEND_PORT: "8000", CORS_ORIGINS: origin, BACKEND_ENV: "qa", POOL_SIZE: "7" },
      secrets: {
        existingSecret: "todo-backend-secrets",
        keys: { DATABASE_URL: "DATABASE_URL", SECRET_KEY: "SECRET_KEY" },
        optional: ["OPENAI_API_KEY"],
        checksum: "c0ffee",
      },
      migration: { enabled: true, activeDeadlineSeconds: 100 },
      networkPolicy: { enabled: true, allowFrom: [] },
    });
    const postgres = release("todo-postgres", place, {
      service: { port: 5432 },
      auth: { existingSecret: "todo-postgres-secrets", username: "todo", checksum: "c0ffee" },
      persistence: { size: "2Gi", storageClassName: "fast" },
      backup: { enabled: true, keep: 3 },
    });
    const frontend = release("todo-frontend", place, {
      service: { type: "NodePort", port: 3000, nodePort: 30300 },
      autoscaling: { enabled: true, maxReplicas: 4 },
      env: { API_URL: "http://todo-backend-qa:8000", PORT: "3000", HOSTNAME: "0.0.0.0", NODE_ENV: "production" },
      ingress: { enabled: true, className: "traefik", host: "todo.example.com" },
    });
    assert.deepEqual(valuesOf([postgres, backend, frontend]), {
      global: { origin },
      "todo-postgres": {
        persistence: { size: "2Gi", storageClassName: "fast" },
        backup: { enabled: true, keep: 3 },
      },
      "todo-backend": {
        image: { repository: "api", tag: "1" },
        replicaCount: 1,
        env: { BACKEND_ENV: "qa", POOL_SIZE: "7" },
      },
      "todo-frontend": {
        autoscaling: { enabled: true, maxReplicas: 4 },
        service: { type: "NodePort", nodePort: 30300 },
        ingress: { enabled: true, className: "traefik" },
      },
    });
  });

  it("wire an image that has its own names for everything", () => {
    const url = defaults["todo-app"]["todo-backend"].env.DATABASE_URL;
    assert.deepEqual(
      ofBackend({
        env: { ORIGINS: origin, SELF: "http://todo-backend-qa:8000/api", BRACES: '{{ "{{" }} x' },
        secrets: { keys: { DSN: "DATABASE_URL", STRIPE_KEY: "STRIPE_KEY", DATABASE_URL: "" }, optional: [] },
        migration: { enabled: true, command: ["migrate"] },
        writablePaths: ["/var/cache"],
        test: { enabled: false },
      }),
      {
        env: {
          ORIGINS: "{{ .Values.global.origin }}",
          SELF: "http://{{ .Release.Name }}-todo-backend:8000/api",
          BRACES: '{{ "{{" }} x',
          DSN: url,
        },
        secrets: { keys: { STRIPE_KEY: "STRIPE_KEY" }, optional: [] },
        migration: { command: ["migrate"] },
        writablePaths: ["/var/cache"],
        test: { enabled: false },
      },
    );
  });

  it("say a port that the umbrella does not know, so that it refuses it", () => {
    const port = { containerPort: 9000, service: { port: 9000 } };
    assert.deepEqual(ofBackend(port), port);
  });

  it("say that nothing migrates of a database inside, but nothing of what a stack says of an external one", () => {
    const backend = release("todo-backend", place, { migration: { enabled: false } });
    const postgres = release("todo-postgres", place, {});
    assert.deepEqual(valuesOf([postgres, backend])["todo-backend"], { migration: { enabled: false } });
    assert.deepEqual(valuesOf([backend])["todo-backend"], {});
  });
});
