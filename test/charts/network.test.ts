// How each chart is reached, and what its NetworkPolicy lets through.
// Not proved here: that the cluster's CNI enforces a policy, that a controller serves the Ingress or the HTTPRoute.
import assert from "node:assert/strict";
import { type Chart, charts, one, refusal, render, serviceCharts, type Values } from "./render.ts";
import { everything, least } from "./values.ts";

const labels = (chart: string, part = "") => ({
  "app.kubernetes.io/name": `${chart}${part}`,
  "app.kubernetes.io/instance": `${chart}-test`,
});
const from = (matchLabels: Record<string, string>) => ({ podSelector: { matchLabels } });
const tcp = (port: number | string) => ({ port, protocol: "TCP" });
const dns = { ports: [{ port: 53, protocol: "UDP" }, tcp(53)] };
const policyTypes = ["Ingress", "Egress"];

describe("Service", () => {
  for (const chart of charts) {
    it(`of ${chart} is a ClusterIP by default`, async () => {
      const values = chart === "service" ? { ...least.service, containerPort: 9000 } : least[chart];
      const { type, ports } = one(await render(chart, values), "Service").spec;
      assert.deepEqual([type, ports[0].nodePort], ["ClusterIP", undefined]);
    });
  }

  it("is a NodePort, with a number or one of the cluster's choice", async () => {
    for (const nodePort of [30300, null]) {
      const objects = await render("todo-frontend", {
        ...least["todo-frontend"],
        service: { type: "NodePort", nodePort },
      });
      const { type, ports } = one(objects, "Service").spec;
      assert.deepEqual([type, ports[0].nodePort], ["NodePort", nodePort ?? undefined]);
    }
  });

  for (const chart of serviceCharts) {
    it(`of ${chart} may have a name that stays, by which all that leads to it calls it`, async () => {
      const objects = await render(chart, everything[chart]);
      assert.equal(one(objects, "Service").metadata.name, "stable");
      const [{ backend }] = one(objects, "Ingress").spec.rules[0].http.paths;
      const [route] = one(objects, "HTTPRoute").spec.rules[0].backendRefs;
      assert.deepEqual([backend.service.name, route.name], ["stable", "stable"]);
      assert.match(one(objects, "Pod").spec.containers[0].command.at(-1), /^http:\/\/stable:\d+\//);
      const rest = objects.filter(({ kind }) => ["Deployment", "Ingress", "HTTPRoute"].includes(kind));
      assert.deepEqual([...new Set(rest.map(({ metadata }) => metadata.name))], ["app"]);
    });

    it(`of ${chart} has the container's port unless it is given one`, async () => {
      const values = { ...least[chart], containerPort: 9000, service: { port: null } };
      const objects = await render(chart, {
        ...values,
        httpRoute: { enabled: true, parentRefs: [{ name: "gateway" }] },
      });
      assert.equal(one(objects, "Service").spec.ports[0].port, 9000);
      assert.equal(one(objects, "HTTPRoute").spec.rules[0].backendRefs[0].port, 9000);
      assert.match(one(objects, "Pod").spec.containers[0].command.at(-1), /:9000\//);
    });
  }

  it("may have another port than the container", async () => {
    const objects = await render("todo-backend", {
      ...least["todo-backend"],
      containerPort: 9000,
      service: { port: 80 },
    });
    assert.deepEqual(one(objects, "Service").spec.ports, [{ name: "http", ...tcp(80), targetPort: "http" }]);
    assert.equal(one(objects, "Deployment").spec.template.spec.containers[0].ports[0].containerPort, 9000);
  });
});

describe("NetworkPolicy", () => {
  const enabled = (rest = {}) => ({ networkPolicy: { enabled: true, ...rest } });

  it("of PostgreSQL: in from those named, nothing out", async () => {
    const chart = "todo-postgres";
    const allowFrom = [labels("todo-backend"), labels("todo-backend", "-migration")];
    assert.deepEqual(one(await render(chart, { ...least[chart], ...enabled({ allowFrom }) }), "NetworkPolicy").spec, {
      podSelector: { matchLabels: labels(chart) },
      policyTypes,
      ingress: [{ from: [from(labels(chart, "-test")), ...allowFrom.map(from)], ports: [tcp("postgres")] }],
    });
  });

  it("of PostgreSQL's backups: to PostgreSQL alone, which lets them in beside the others", async () => {
    const chart = "todo-postgres";
    const allowFrom = [labels("todo-backend")];
    const objects = await render(chart, { ...least[chart], ...enabled({ allowFrom }), backup: { enabled: true } });
    const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    const specs = Object.fromEntries(policies.map(({ metadata, spec }) => [metadata.name, spec]));
    assert.deepEqual(specs, {
      "todo-postgres-test": {
        podSelector: { matchLabels: labels(chart) },
        policyTypes,
        ingress: [
          {
            from: [labels(chart, "-test"), ...allowFrom, labels(chart, "-backup")].map(from),
            ports: [tcp("postgres")],
          },
        ],
      },
      "todo-postgres-test-backup": {
        podSelector: { matchLabels: labels(chart, "-backup") },
        policyTypes,
        egress: [dns, { to: [from(labels(chart))], ports: [tcp(5432)] }],
      },
    });
    assert.deepEqual(one(objects, "CronJob").spec.jobTemplate.spec.template.metadata.labels, labels(chart, "-backup"));
  });

  it("of the backend: for the migration too, in from those named, out to those named", async () => {
    const chart = "todo-backend";
    const networkPolicy = {
      allowFrom: [labels("todo-frontend")],
      allowTo: [{ matchLabels: labels("todo-postgres"), port: 5432 }],
      allowExternalPorts: [443, 5432],
    };
    assert.deepEqual(one(await render(chart, { ...least[chart], ...enabled(networkPolicy) }), "NetworkPolicy").spec, {
      podSelector: {
        matchLabels: { "app.kubernetes.io/instance": "todo-backend-test" },
        matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: [chart, `${chart}-migration`] }],
      },
      policyTypes,
      ingress: [{ from: [from(labels(chart, "-test")), from(labels("todo-frontend"))], ports: [tcp("http")] }],
      egress: [dns, { to: [from(labels("todo-postgres"))], ports: [tcp(5432)] }, { ports: [tcp(443), tcp(5432)] }],
    });
  });

  it("of the backend selects the pods of its Deployment and of its migration, and no other", async () => {
    const objects = await render("todo-backend", { ...least["todo-backend"], ...enabled() });
    const { matchLabels, matchExpressions } = one(objects, "NetworkPolicy").spec.podSelector;
    const selected = [
      one(objects, "Deployment").spec.template,
      one(objects, "Job").spec.template,
      one(objects, "Pod"),
    ].map(
      ({ metadata }) =>
        Object.entries(matchLabels).every(([label, value]) => metadata.labels[label] === value) &&
        matchExpressions[0].values.includes(metadata.labels[matchExpressions[0].key]),
    );
    assert.deepEqual(selected, [true, true, false]);
  });

  it("of the backend, with no lists: its own test in, DNS out", async () => {
    const { ingress, egress } = one(
      await render("todo-backend", { ...least["todo-backend"], ...enabled() }),
      "NetworkPolicy",
    ).spec;
    assert.deepEqual(
      { ingress, egress },
      { ingress: [{ from: [from(labels("todo-backend", "-test"))], ports: [tcp("http")] }], egress: [dns] },
    );
  });

  it("lets nobody in for a test that there is not", async () => {
    const [name, test] = ["todo-backend" as const, { enabled: false }];
    const ingressOf = async (chart: Chart, allowFrom: object[]) =>
      one(await render(chart, { ...least[chart], ...enabled({ allowFrom }), test }), "NetworkPolicy").spec.ingress;
    const caller = labels("todo-frontend");
    assert.deepEqual(await ingressOf(name, [caller]), [{ from: [from(caller)], ports: [tcp("http")] }]);
    // An empty list of peers would let everybody in.
    assert.equal(await ingressOf(name, []), undefined);
    const peers = [{ namespaceSelector: {}, ...from({ app: "traefik" }) }];
    assert.deepEqual(await ingressOf("todo-frontend", [{ app: "traefik" }]), [{ from: peers, ports: [tcp("http")] }]);
    assert.deepEqual(await ingressOf("todo-frontend", []), [{ ports: [tcp("http")] }]);
  });

  it("of the frontend: in from everybody, as browsers are outside, out to those named", async () => {
    const chart = "todo-frontend";
    const allowTo = [{ matchLabels: labels("todo-backend"), port: 8000 }];
    assert.deepEqual(one(await render(chart, { ...least[chart], ...enabled({ allowTo }) }), "NetworkPolicy").spec, {
      podSelector: { matchLabels: labels(chart) },
      policyTypes,
      ingress: [{ ports: [tcp("http")] }],
      egress: [dns, { to: [from(labels("todo-backend"))], ports: [tcp(8000)] }],
    });
  });

  it("of the frontend, with a list: in from those alone, in whatever namespace", async () => {
    const chart = "todo-frontend";
    const { ingress } = one(
      await render(chart, { ...least[chart], ...enabled({ allowFrom: [{ app: "traefik" }] }) }),
      "NetworkPolicy",
    ).spec;
    const peers = [from(labels(chart, "-test")), { namespaceSelector: {}, ...from({ app: "traefik" }) }];
    assert.deepEqual(ingress, [{ from: peers, ports: [tcp("http")] }]);
  });
});

describe("NetworkPolicy of whoever may connect", () => {
  const peer = { app: "traefik" };
  const scopes: [string, Values, unknown][] = [
    ["namespace, nobody named", { allowFromScope: "namespace" }, undefined],
    ["namespace, somebody named", { allowFromScope: "namespace", allowFrom: [peer] }, [from(peer)]],
    ["anywhere, nobody named: everybody", { allowFromScope: "anywhere" }, "everybody"],
    [
      "anywhere, somebody named",
      { allowFromScope: "anywhere", allowFrom: [peer] },
      [{ ...from(peer), namespaceSelector: {} }],
    ],
  ];
  for (const chart of serviceCharts) {
    for (const [label, rest, expected] of scopes) {
      it(`of ${chart}, from ${label}`, async () => {
        const networkPolicy = { enabled: true, ...rest };
        const values = { ...least[chart], containerPort: 9000, networkPolicy, test: { enabled: false } };
        const { ingress } = one(await render(chart, values), "NetworkPolicy").spec;
        const rule = { ...(Array.isArray(expected) && { from: expected }), ports: [tcp("http")] };
        assert.deepEqual(ingress, expected === undefined ? undefined : [rule]);
      });
    }
  }

  it("lets nobody in where there is no port", async () => {
    const values = { ...least.service, networkPolicy: { enabled: true, allowFromScope: "anywhere", allowTo: [] } };
    const { ingress, egress } = one(await render("service", values), "NetworkPolicy").spec;
    assert.deepEqual({ ingress, egress }, { ingress: undefined, egress: [dns] });
  });
});

describe("from outside the cluster", () => {
  for (const chart of serviceCharts) {
    const values = { ...least[chart], containerPort: 9000, service: { port: 80 } };
    const backend = { service: { name: `${chart}-test`, port: { name: "http" } } };

    it(`an Ingress leads to the Service of ${chart} by its port's name`, async () => {
      const ingress = one(await render(chart, { ...everything[chart], service: { name: "" } }), "Ingress");
      assert.deepEqual(ingress.metadata.annotations, { a: "b" });
      const toApp = { pathType: "Prefix", backend: { service: { name: "app", port: { name: "http" } } } };
      assert.deepEqual(ingress.spec, {
        ingressClassName: "traefik",
        tls: [{ secretName: "todo-tls", hosts: ["todo.example.com"] }],
        rules: [
          {
            host: "todo.example.com",
            http: {
              paths: [
                { path: "/app", ...toApp },
                { path: "/files", ...toApp },
              ],
            },
          },
        ],
      });
    });

    it(`an Ingress of ${chart} without class, TLS or annotations has none; a wildcard host stays text`, async () => {
      const objects = await render(chart, { ...values, ingress: { enabled: true, host: "*.example.com" } });
      const ingress = one(objects, "Ingress");
      assert.equal(ingress.metadata.annotations, undefined);
      const paths = [{ path: "/", pathType: "Prefix", backend }];
      assert.deepEqual(ingress.spec, { rules: [{ host: "*.example.com", http: { paths } }] });
    });

    it(`an HTTPRoute leads to the Service of ${chart} by its port's number`, async () => {
      const path = (value: string) => ({ path: { type: "PathPrefix", value } });
      const httpRoute = { enabled: true, parentRefs: [{ name: "gateway", namespace: "edge", sectionName: "https" }] };
      const specOf = async (rest: Values) =>
        one(await render(chart, { ...values, httpRoute: { ...httpRoute, ...rest } }), "HTTPRoute").spec;
      const backendRefs = [{ name: `${chart}-test`, port: 80 }];
      assert.deepEqual(await specOf({}), {
        parentRefs: httpRoute.parentRefs,
        rules: [{ matches: [path("/")], backendRefs }],
      });
      assert.deepEqual(await specOf({ hostnames: ["todo.example.com"], paths: ["/api", "/files"] }), {
        parentRefs: httpRoute.parentRefs,
        hostnames: ["todo.example.com"],
        rules: [{ matches: [path("/api"), path("/files")], backendRefs }],
      });
    });
  }

  it("needs a port: what leads to none is refused, all of it at once", async () => {
    const { containerPort: _, ...values } = everything.service;
    assert.match(
      (await refusal("service", values)) ?? "",
      /containerPort: expected the port that the application listens on, because of httpRoute\.enabled, ingress\.enabled, networkPolicy\.allowFrom, service\.name, service\.port, service\.type, found none; set it, or leave those as they are by default/,
    );
  });
});
