// What a stack file says of services beside the API and the pages, of those it does without, and of the ways in: from settings
// to the values of charts, and what the check of the wiring finds.
// Does not prove: that such images run (test/e2e), nor that a controller makes something of an Ingress or an HTTPRoute.
import { strict as assert } from "node:assert";
import { findings, findingText, helmTemplate, listOf, renderCharts } from "local-charts";
import { nextSteps } from "../../components/next-steps.ts";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { policyOf } from "../../components/policy.ts";
import { withoutSecret } from "../../settings/addresses.ts";
import { parseSettings } from "../../settings.ts";
import { ROOT } from "../support/mocks.ts";
import { certificates } from "../support/settings-cases.ts";
import { type Change, changed, changedSettings } from "../support/stack-file.ts";
import { problems } from "../support/wiring.ts";

const SEALED = { secure: "v1:nonce:cipher" };
const image = { repository: "localhost/acme", tag: "1.0" };
const redis = { image, port: 6379, healthCommand: ["redis-cli", "ping"] };
const worker = {
  image,
  command: ["worker"],
  env: { REDIS_URL: "redis://redis:6379/0" },
  secretKeys: { DATABASE_URL: "DATABASE_URL" },
};
const parts = (change: Change) => partsOf(changedSettings("dev", change));
// biome-ignore lint/suspicious/noExplicitAny: values of a chart.
const values = (change: Change): Record<string, any> =>
  Object.fromEntries(listOf(chartsOf(parts(change))).map(({ release, values }) => [release, values]));

describe("a stack's own service", () => {
  it("is a release of the chart service, and is reached by its own name", () => {
    const charts = listOf(chartsOf(parts({ services: { redis, worker } })));
    assert.deepEqual(
      charts.map(({ chart, release }) => [chart, release]).filter(([chart]) => chart === "./helm/service"),
      [
        ["./helm/service", "redis-dev"],
        ["./helm/service", "worker-dev"],
      ],
    );
    const found = values({ services: { redis, worker } });
    assert.equal(found["redis-dev"].nameOverride, "redis");
    assert.deepEqual(found["redis-dev"].service, { name: "redis", type: "ClusterIP", port: 6379 });
    assert.deepEqual(found["redis-dev"].probes.liveness, { exec: ["redis-cli", "ping"] });
    assert.equal("service" in found["worker-dev"], false);
    assert.deepEqual(found["worker-dev"].command, ["worker"]);
    assert.match(found["worker-dev"].secrets.existingSecret, /^worker-secrets-[0-9a-f]{12}$/);
  });

  it("may say that it listens on no port", () => {
    const without = values({ services: { worker } });
    assert.deepEqual(values({ services: { worker: { ...worker, port: "none" } } }), without);
  });

  it("comes before the backend, unless it needs the database or the API", () => {
    const { services } = parts({
      services: { redis, worker, caller: { image, env: { API: "http://todo-backend-dev:8000" } } },
    });
    const later = Object.fromEntries(Object.entries(services).map(([name, args]) => [name, args.later]));
    assert.deepEqual(later, { redis: false, worker: true, caller: true });
  });

  it("comes behind those that it calls, in a circle too", () => {
    const calling = (host: string, api = "") => ({ image, port: 80, env: { OTHER: `http://${host}`, API: api } });
    const { services } = parts({
      services: { a: calling("b"), b: calling("a", "http://todo-backend-dev:8000"), c: calling("d"), d: calling("c") },
    });
    const later = Object.values(services).map((args) => args.later);
    assert.deepEqual(later, [true, true, false, false]);
  });

  it("comes after the migration of an external database too", () => {
    const external = { database: { mode: "external", migrations: "job" }, networkPolicies: "wired" };
    assert.equal(parts({ ...external, services: { worker: { ...worker, env: {} } } }).services.worker.later, true);
  });

  it("may have an empty argument", () => {
    const found = values({ services: { redis: { ...redis, args: ["--save", ""] } } });
    assert.deepEqual(found["redis-dev"].args, ["--save", ""]);
  });

  it("has the probe of its port alone, where it has neither a path nor a command", () => {
    const { probes } = values({ services: { redis: { image, port: 6379 } } })["redis-dev"];
    assert.deepEqual([probes.startup.path, probes.liveness, probes.readiness], ["", { path: "" }, { path: "" }]);
  });

  it("keeps to the rules of a mandatory policy, a worker without anything to ask included", async () => {
    const settings = changedSettings("dev", {
      policy: "mandatory",
      services: { redis, worker, plain: { image, port: 80 } },
    });
    const charts = listOf(await renderCharts(chartsOf(partsOf(settings)), helmTemplate(ROOT)));
    assert.deepEqual(findings(charts, policyOf(settings, [])).map(findingText), []);
  });

  it("fits together with those that name it, and is refused where nothing is", async () => {
    const services = { redis, worker };
    assert.deepEqual(await problems({ config: { services, networkPolicies: "wired" } }), []);
    const wrong = { ...worker, env: { REDIS_URL: "redis://rediss:6379" } };
    const [said] = await problems({ config: { services: { redis, worker: wrong } } });
    assert.match(
      said,
      /expected a Service of namespace todo-dev, nearest redis, found rediss:6379; change todo:services\.worker\.env\.REDIS_URL/,
    );
  });

  it("lets in whom variables or connectsTo lead to it, and nobody else", async () => {
    const labels = (name: string) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/instance": `${name}-dev` });
    const config = { networkPolicies: "wired", services: { redis, worker }, "frontend.connectsTo": ["redis"] };
    const found = values(config);
    assert.deepEqual(found["redis-dev"].networkPolicy.allowFrom, [labels("todo-frontend"), labels("worker")]);
    assert.deepEqual(found["worker-dev"].networkPolicy.allowTo, [
      { matchLabels: labels("todo-postgres"), port: 5432 },
      { matchLabels: labels("redis"), port: 6379 },
    ]);
    assert.deepEqual(await problems({ config }), []);
  });
});

describe("a connection that only a Secret gives", () => {
  const services = { redis };
  const wired = { networkPolicies: "wired", services };

  it("is one of the migration too, which reads the same", async () => {
    assert.deepEqual(await problems({ config: { ...wired, "backend.connectsTo": ["redis"] } }), []);
  });

  it("may lead to the API, as one that was baked into an image", async () => {
    const config = { ...wired, "frontend.variables": { apiUrl: false }, "backend.serviceName": "api" };
    assert.equal(values(config)["todo-frontend-dev"].networkPolicy.allowTo.length, 0);
    const stated = { ...config, "frontend.connectsTo": ["backend"] };
    assert.equal(values(stated)["todo-frontend-dev"].networkPolicy.allowTo[0].port, 8000);
    assert.deepEqual(await problems({ config: stated }), []);
  });
});

describe("an address", () => {
  const wired = { networkPolicies: "wired", services: { redis } };
  const alone = (change: Change) => problems({ config: { ...wired, ...change } });

  it("among the arguments is the application's, and not the migration's", async () => {
    assert.deepEqual(await alone({ "backend.args": ["--cache=redis:6379"] }), []);
    const found = values({ ...wired, "backend.args": ["--cache=redis:6379"] });
    assert.equal(found["redis-dev"].networkPolicy.allowFrom.length, 1);
  });

  it("in the command of the migration is the migration's", async () => {
    assert.deepEqual(await alone({ "backend.migration.command": ["./wait", "redis:6379"] }), []);
  });

  it("of the database may be named by whoever has no secret of it", async () => {
    const pgweb = { image, port: 8081, env: { PGHOST: "todo-postgres-dev", PGPORT: "5432" } };
    assert.deepEqual(await alone({ services: { pgweb } }), []);
  });

  it("may be made of variables in an argument", async () => {
    const caller = { image, env: { CACHE: "redis" }, args: ["--cache=redis://$(CACHE):6379"] };
    assert.deepEqual(await alone({ services: { redis, caller } }), []);
  });
});

describe("a service that names itself", () => {
  it("is let in by its own policy", async () => {
    const own = { ...redis, env: { ADVERTISED: "redis://redis:6379" } };
    assert.deepEqual(await problems({ config: { networkPolicies: "wired", services: { redis: own } } }), []);
  });
});

describe("a wrong port in a variable", () => {
  it("is said once, whatever the policies would let through", async () => {
    const config = { networkPolicies: "wired", services: { redis }, "backend.env.REDIS_URL": "redis://redis:6380" };
    const said = await problems({ config });
    assert.equal(said.length, 1);
    assert.match(
      said[0],
      /expected a port of Service redis \(6379\), found redis:6380; change todo:backend\.env\.REDIS_URL/,
    );
  });
});

describe("a neighbour", () => {
  const config = { networkPolicies: "wired", neighbours: { cache: { host: "cache", port: 6379 } } };

  it("may be named by variables, at its port, and may be connected to", async () => {
    const env = { "backend.env.CACHE_URL": "redis://cache:6379" };
    assert.deepEqual(await problems({ config: { ...config, ...env } }), []);
    assert.deepEqual(values({ ...config, ...env })["todo-backend-dev"].networkPolicy.allowExternalPorts, [443, 6379]);
    const [said] = await problems({ config: { ...config, "backend.env.CACHE_URL": "redis://cache:6380" } });
    assert.match(
      said,
      /expected port 6379, that of todo:neighbours\.cache, found cache:6380; change todo:backend\.env\.CACHE_URL/,
    );
  });

  it("may have several ports, each by a name of its own", async () => {
    const neighbours = { queue: { host: "mq", port: 5672 }, admin: { host: "mq", port: 15672 } };
    const env = { QUEUE_URL: "amqp://mq:5672", ADMIN_URL: "http://mq:15672" };
    assert.deepEqual(await problems({ config: { ...config, neighbours, "backend.env": env } }), []);
    const [said] = await problems({ config: { ...config, neighbours, "backend.env": { ADMIN_URL: "http://mq:80" } } });
    assert.match(
      said,
      /expected port 5672, that of todo:neighbours\.queue, or port 15672, that of todo:neighbours\.admin, found mq:80/,
    );
  });

  it("may be one whose address is secret", () => {
    const found = values({ ...config, "frontend.connectsTo": ["cache"] });
    assert.deepEqual(found["todo-frontend-dev"].networkPolicy.allowExternalPorts, [6379]);
  });
});

describe("a name of a Service that is the same in all environments", () => {
  it("is what the frontend calls, and what may be baked into an image", async () => {
    const config = { "backend.serviceName": "backend" };
    const found = values(config);
    assert.equal(found["todo-backend-dev"].service.name, "backend");
    assert.equal(found["todo-frontend-dev"].env.API_URL, "http://backend:8000");
    assert.deepEqual(await problems({ config }), []);
  });
});

describe("an application of one image", () => {
  const config = {
    frontend: "none",
    origin: "http://localhost:30302",
    "backend.service": { type: "NodePort", nodePort: 30302 },
  };

  it("has no frontend, and the backend's Service is where browsers come in", async () => {
    const found = values({ ...config, networkPolicies: "wired" });
    assert.deepEqual(Object.keys(found), ["todo-postgres-dev", "todo-backend-dev"]);
    assert.deepEqual(found["todo-backend-dev"].service, { type: "NodePort", port: 8000, nodePort: 30302 });
    assert.equal(found["todo-backend-dev"].networkPolicy.allowFromScope, "anywhere");
    assert.deepEqual(await problems({ config: { ...config, networkPolicies: "wired" } }), []);
  });

  it("is forwarded from the backend's Service where nothing else leads there", () => {
    const settings = changedSettings("dev", { frontend: "none", origin: "http://localhost:8080" });
    assert.match(nextSteps(settings).open, / port-forward service\/todo-backend-dev 8080:8000$/);
  });

  it("may be a frontend alone", async () => {
    const alone = { backend: "none", "frontend.secretKeys": { DATABASE_URL: "DATABASE_URL" } };
    const found = values(alone);
    assert.deepEqual(Object.keys(found), ["todo-postgres-dev", "todo-frontend-dev"]);
    assert.equal("API_URL" in found["todo-frontend-dev"].env, false);
    assert.deepEqual(await problems({ config: alone }), []);
  });
});

describe("a backend that browsers call", () => {
  it("has a node port of its own, and lets everybody in", async () => {
    const config = {
      networkPolicies: "wired",
      "backend.service": { type: "NodePort", nodePort: 30301 },
      "backend.origin": "http://localhost:30301",
    };
    assert.equal(values(config)["todo-backend-dev"].networkPolicy.allowFromScope, "anywhere");
    assert.deepEqual(await problems({ config }), []);
  });

  const page = { "frontend.service": undefined, origin: "https://todo.example.org" };
  const host = "todo.example.org";

  it("has paths of the pages' host, by an Ingress", async () => {
    const config = { ...page, "cluster.ingressClass": "traefik", "backend.paths": ["/api"] };
    const found = values(config);
    // At http Traefik's own port leads to https, as this Ingress is not there.
    const own = {
      ...{ enabled: true, className: "traefik", host },
      annotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "https" },
    };
    assert.deepEqual(found["todo-backend-dev"].ingress, { ...own, paths: ["/api"] });
    assert.deepEqual(found["todo-frontend-dev"].ingress, own);
    assert.deepEqual(await problems({ config }), []);
  });

  it("keeps what only the project's own Traefik knows from another's, and from an origin by http", () => {
    const annotations = (change: Change) =>
      values({ ...page, "cluster.ingressClass": "traefik", ...change })["todo-frontend-dev"].ingress.annotations;
    assert.ok(annotations({}));
    assert.equal(annotations({ "cluster.context": "lab" }), undefined);
    assert.equal(annotations({ "cluster.ingressClass": "nginx" }), undefined);
    assert.equal(annotations({ origin: "http://todo.localhost:30080" }), undefined);
    const gateway = { name: "public", namespace: "todo-ingress" };
    const route = (change: Change) =>
      values({ ...page, "cluster.gateway": gateway, ...change })["todo-frontend-dev"].httpRoute;
    assert.deepEqual(route({}).parentRefs, [{ ...gateway, sectionName: "https" }]);
    assert.deepEqual(route({ origin: "http://todo.localhost:30080" }).parentRefs, [gateway]);
  });

  it("has a host of its own, by a Gateway", async () => {
    const gateway = { name: "public", namespace: "gateways", listener: "https" };
    const config = { ...page, "cluster.gateway": gateway, "backend.origin": "https://api.example.org" };
    const found = values(config);
    const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "https" }];
    assert.deepEqual(found["todo-backend-dev"].httpRoute, {
      enabled: true,
      parentRefs,
      hostnames: ["api.example.org"],
    });
    assert.deepEqual(found["todo-frontend-dev"].httpRoute, { enabled: true, parentRefs, hostnames: [host] });
    assert.deepEqual(await problems({ config }), []);
  });

  it("has the certificate of its own https origin, and a warning where nothing is said of one", () => {
    const config = { ...page, "cluster.ingressClass": "traefik", "backend.paths": ["/api"] };
    const found = values({ ...config, "cluster.tlsSecret": "todo-tls" });
    assert.deepEqual(found["todo-backend-dev"].ingress.tls, { secretName: "todo-tls" });
    assert.match(
      withoutSecret(changedSettings("dev", config)) ?? "",
      /^todo:origin is https:\/\/todo\.example\.org, and nothing says where the Ingress has the certificate from; `pulumi config set --path todo:cluster\.tlsSecret NAME -s dev`/,
    );
    for (const said of ["todo-tls", false]) {
      assert.equal(withoutSecret(changedSettings("dev", { ...config, "cluster.tlsSecret": said })), undefined);
    }
    assert.equal(withoutSecret(changedSettings("dev", {})), undefined);
  });

  it("has the certificate that its stack file gives, in a Secret that the program makes", async () => {
    const [{ certificate, key }] = certificates;
    const config = {
      ...{ ...page, "cluster.ingressClass": "traefik", "backend.paths": ["/api"] },
      ...{ tls: { certificate }, tlsKey: key },
    };
    const settings = parseSettings("dev", changed("dev", config), ["todo:tlsKey"]);
    const { tls } = partsOf(settings).environment.secrets;
    assert.deepEqual([tls?.type, Object.keys(tls?.keys ?? {})], ["kubernetes.io/tls", ["tls.crt", "tls.key"]]);
    assert.match(tls?.name ?? "", /^todo-tls-secrets-\w+$/);
    assert.equal(withoutSecret(settings), undefined);
    const ingresses = listOf(chartsOf(partsOf(settings))).flatMap(({ values }) => values.ingress ?? []);
    const secretName = tls?.name;
    assert.deepEqual(
      ingresses.map((ingress) => (ingress as { tls: unknown }).tls),
      [{ secretName }, { secretName }],
    );
    assert.deepEqual(await problems({ config: { ...config, tlsKey: SEALED } }), []);
  });

  it("is none where a stack says nothing of it", () => {
    const config = { ...page, "cluster.ingressClass": "traefik" };
    assert.equal("ingress" in values(config)["todo-backend-dev"], false);
  });
});
