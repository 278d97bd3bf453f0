// From the frontend's arguments to its chart's values; and how to test a component of your own: real charts, prepared as
// the program prepares them. Does not prove: what a cluster makes of the objects.
import { strict as assert } from "node:assert";
import * as kubernetes from "@pulumi/kubernetes";
import { digest, prepareCharts } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { checksOf } from "../../components/checks.ts";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { frontendValues, TodoFrontend } from "../../components/todo-frontend.ts";
import { runMocked } from "../support/mocks.ts";
import { frontend, resources, variables } from "../support/service-args.ts";
import { settingsOf } from "../support/stack-file.ts";

it("a component under mocks installs what its chart is rendered to", async () => {
  let objects: KubernetesObject[] = [];
  const { resources, rendered } = await runMocked({ stack: "dev", preview: true }, async () => {
    const settings = settingsOf("dev");
    const parts = partsOf(settings);
    const context = "elsewhere";
    const provider = new kubernetes.Provider("cluster", { context });
    const checks = checksOf(settings, parts, []);
    const { frontend } = await prepareCharts(chartsOf(parts), { ...checks, provider, context });
    assert.ok(frontend);
    objects = frontend.rendered.objects;
    new TodoFrontend("pages", frontend, { provider });
    return undefined;
  });
  assert.deepEqual(
    resources.map(({ type, name }) => `${type} ${name}`),
    ["pulumi:providers:kubernetes cluster", "todo:index:TodoFrontend pages", "kubernetes:helm.sh/v3:Release pages"],
  );
  assert.equal(resources[2].inputs.description, `objects ${digest(objects)}`);
  assert.ok("todo-frontend-dev" in rendered);
  const config = `ConfigMap ${objects.find(({ kind }) => kind === "ConfigMap")?.metadata.name}`;
  assert.match(config, /^ConfigMap todo-frontend-dev-config-[0-9a-f]{10}$/);
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    [
      "NetworkPolicy todo-frontend-dev",
      "ServiceAccount todo-frontend-dev",
      config,
      "Service todo-frontend-dev",
      "Deployment todo-frontend-dev",
      // For a rollback.
      config,
      "Pod todo-frontend-dev-test",
    ],
  );
});

describe("frontendValues", () => {
  it("maps the settings of the reference application", () => {
    assert.deepEqual(frontendValues(frontend), {
      image: { repository: "localhost/todo-frontend", tag: "4f1c2ab90d3e" },
      replicaCount: 1,
      containerPort: 3000,
      service: { type: "NodePort", port: 3000, nodePort: 30300 },
      resources,
      probes: { startup: { path: "/", failureThreshold: 100 }, liveness: { path: "/" }, readiness: { path: "/" } },
      env: {
        NODE_ENV: "production",
        HOSTNAME: "0.0.0.0",
        PORT: "3000",
        METRICS_PORT: "9464",
        API_URL: "http://todo-backend-dev:8000",
      },
      metrics: { port: 9464, path: "/metrics" },
    });
  });

  it("has an Ingress for the origin's host where there is an IngressClass", () => {
    const service = { type: "ClusterIP" } as const;
    const values = frontendValues({
      ...frontend,
      service,
      origin: "https://todo.example.org",
      reach: { host: "todo.example.org", ingressClass: "traefik" },
    });
    assert.deepEqual(values.service, { type: "ClusterIP", port: 3000 });
    const ingress = { enabled: true, className: "traefik", host: "todo.example.org" };
    assert.deepEqual(values.ingress, ingress);
    const certified = {
      ...frontend,
      reach: { host: "todo.example.org", ingressClass: "traefik", tlsSecret: "todo-tls" },
    };
    assert.deepEqual(frontendValues(certified).ingress, { ...ingress, tls: { secretName: "todo-tls" } });
  });

  it("sets exactly the variables that the settings refuse in env, under the names that the image has for them", () => {
    const own = Object.values(variables.frontend).filter((name) => name !== false);
    assert.deepEqual(Object.keys(frontendValues(frontend).env as object), own);
    const others = { metricsPort: false, host: false, mode: false, origin: false } as const;
    const names = { apiUrl: "BACKEND", port: "LISTEN", ...others } as const;
    const { env, writablePaths } = frontendValues({ ...frontend, variables: names, writablePaths: ["/run"] });
    assert.deepEqual(env, { BACKEND: "http://todo-backend-dev:8000", LISTEN: "3000" });
    assert.deepEqual(writablePaths, ["/run"]);
  });

  it("gives the origin to a variable that the image has for it", () => {
    const names = { ...variables.frontend, origin: "BETTER_AUTH_URL" };
    const { env } = frontendValues({ ...frontend, variables: names }) as { env: Record<string, string> };
    assert.equal(env.BETTER_AUTH_URL, "http://localhost:30300");
  });
});
