// Whether what leads to pods arrives, and whether the ways in from outside do: each defect planted in a small environment, and
// the exact sentence about it. Does not prove: that a process listens on the port that its container declares.
import { strict as assert } from "node:assert";
import { fits } from "../../src/kubernetes/selector.ts";
import { entriesOf } from "../../src/wiring/entries.ts";
import { modelOf } from "../../src/wiring/model.ts";
import { type Any, API, type Case, DB, fix, problems, type Shop, shop } from "../support/shop.ts";

const SERVICE = "charts/api, Service api-dev";
const PODS = "labels of a rendered workload's pods";
const service = (fields: object) => (one: Shop) => Object.assign(one.find("Service api-dev").spec, fields);
const port = (fields: object) => (one: Shop) => Object.assign(one.find("Service api-dev").spec.ports[0], fields);
const probe = (fields: object) => (one: Shop) => Object.assign(one.container("Deployment api-dev"), fields);
const sidecar = (one: Shop) =>
  one
    .find("Deployment api-dev")
    .spec.template.spec.containers.push({ name: "proxy", ports: [{ name: "admin", containerPort: 15000 }] });

const arrives: Case[] = [
  ["not what fits", () => {}, []],
  [
    "a Service that selects no pods",
    service({ selector: { app: "api", tier: "x" } }),
    [`${SERVICE}, spec.selector: expected ${PODS}, found app=api, tier=x; ${fix("api")}`],
  ],
  ["not one without a selector", (one) => delete one.find("Service db-dev").spec.selector, []],
  [
    "a Service that selects a Job's pods too",
    (one) => (one.find("Job api-dev-migration").spec.template.metadata.labels.app = "api"),
    [
      `${SERVICE}, spec.selector: expected pods that stay as long as the release, found those of Job api-dev-migration too; ${fix("api")}`,
    ],
  ],
  [
    "a Service that selects a test's pods too",
    (one) => (one.find("Pod web-dev-test").metadata.labels = { app: "web" }),
    [
      `charts/web, Service web-dev, spec.selector: expected pods that stay as long as the release, found those of Pod web-dev-test too; ${fix("web")}`,
    ],
  ],
  [
    "a Service that selects a CronJob's pods too",
    (one) =>
      one.add("api", "batch/v1", "CronJob", "nightly", {
        spec: {
          jobTemplate: {
            spec: {
              template: {
                metadata: { labels: { app: "api" } },
                spec: { containers: [{ name: "a", ports: [{ containerPort: 8000 }] }] },
              },
            },
          },
        },
      }),
    [
      `${SERVICE}, spec.selector: expected pods that stay as long as the release, found those of CronJob nightly too; ${fix("api")}`,
    ],
  ],
  [
    "not one of nothing but a hook's pods",
    (one) => {
      one.find("Pod web-dev-test").metadata.labels = { app: "test" };
      one.container("Pod web-dev-test").ports = [{ containerPort: 1 }];
      one.add("web", "v1", "Service", "web-test", { spec: { selector: { app: "test" }, ports: [{ port: 1 }] } });
    },
    [],
  ],
  [
    "a port by a name that no container has",
    port({ targetPort: "web" }),
    [
      `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment api-dev (http 8000), found web; ${fix("api")}`,
    ],
  ],
  [
    "a port by a number that no container has",
    (one) => one.find("Service api-dev").spec.ports.push({ port: 81 }),
    [
      `${SERVICE}, spec.ports[1].targetPort: expected a port of the containers of Deployment api-dev (http 8000), found 81; ${fix("api")}`,
    ],
  ],
  [
    "a port of pods that have none, or several without names",
    (one) => {
      one.container("Deployment web-dev").ports = [{ containerPort: 1 }, { name: "b", containerPort: 2 }];
      delete one.container("Deployment api-dev").ports;
      delete one.container("Deployment api-dev").livenessProbe;
    },
    [
      `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment api-dev (none), found 8000; ${fix("api")}`,
      `charts/web, Service web-dev, spec.ports[0].targetPort: expected a port of the containers of Deployment web-dev (1, b 2), found 3000; ${fix("web")}`,
    ],
  ],
  [
    "a node port twice",
    port({ nodePort: 30080 }),
    [
      "charts/web, Service web-dev, spec.ports[0].nodePort: expected a node port of its own, found 30080, which Service api-dev has too; change web.nodePort in dev.yaml",
    ],
  ],
  [
    "a node port twice, neither of them the page's",
    (one) => {
      port({ nodePort: 30081 })(one);
      one.find("Service db-dev").spec.ports[0].nodePort = 30081;
    },
    [
      `${SERVICE}, spec.ports[0].nodePort: expected a node port of its own, found 30081, which Service db-dev has too; ${fix("api")}`,
    ],
  ],
  [
    "a node port twice, where there is no page",
    (one) => {
      delete one.facts.page;
      port({ nodePort: 30080 })(one);
    },
    [
      `charts/web, Service web-dev, spec.ports[0].nodePort: expected a node port of its own, found 30080, which Service api-dev has too; ${fix("web")}`,
    ],
  ],
  [
    "a node port twice in one Service",
    (one) =>
      one.find("Service web-dev").spec.ports.push({ port: 3001, targetPort: 3000, nodePort: 30080, protocol: "TCP" }),
    [
      "charts/web, Service web-dev, spec.ports[1].nodePort: expected a node port of its own, found 30080, which Service web-dev has too; change web.nodePort in dev.yaml",
    ],
  ],
  ["not one of another protocol", port({ nodePort: 30080, protocol: "UDP" }), []],
  [
    "a probe of a name that its container does not have",
    probe({ livenessProbe: { httpGet: { port: "htpp" } } }),
    [`${API}, livenessProbe of container api: expected a port of the container (http 8000), found htpp; ${fix("api")}`],
  ],
  [
    "a probe of a name that another container has",
    (one) => {
      sidecar(one);
      probe({ startupProbe: { tcpSocket: { port: "admin" } } })(one);
    },
    [`${API}, startupProbe of container api: expected a port of the container (http 8000), found admin; ${fix("api")}`],
  ],
  [
    "not a probe of a number that another container has",
    (one) => {
      sidecar(one);
      probe({ startupProbe: { tcpSocket: { port: 15000 } } })(one);
    },
    [],
  ],
  [
    "a probe of a number that no container has",
    (one) => {
      sidecar(one);
      probe({ readinessProbe: { grpc: { port: 9 } } })(one);
    },
    [
      `${API}, readinessProbe of container api: expected a port of the container (http 8000, admin 15000), found 9; ${fix("api")}`,
    ],
  ],
  [
    "hooks of ports that are not there",
    probe({ lifecycle: { postStart: { httpGet: { port: 1 } }, preStop: { tcpSocket: { port: "a" } } } }),
    [
      `${API}, postStart of container api: expected a port of the container (http 8000), found 1; ${fix("api")}`,
      `${API}, preStop of container api: expected a port of the container (http 8000), found a; ${fix("api")}`,
    ],
  ],
  [
    "not a probe by a command",
    probe({ livenessProbe: { exec: { command: ["true"] } }, lifecycle: { preStop: { exec: { command: ["x"] } } } }),
    [],
  ],
  [
    "an autoscaler of nothing",
    (one) =>
      one.add("api", "autoscaling/v2", "HorizontalPodAutoscaler", "api-dev", {
        spec: { scaleTargetRef: { kind: "Deployment", name: "api" } },
      }),
    [
      `charts/api, HorizontalPodAutoscaler api-dev, spec.scaleTargetRef: expected a rendered Deployment, nearest api-dev, found api; ${fix("api")}`,
    ],
  ],
  [
    "an autoscaler of another kind",
    (one) =>
      one.add("api", "autoscaling/v2", "HorizontalPodAutoscaler", "api-dev", {
        spec: { scaleTargetRef: { kind: "StatefulSet", name: "api-dev" } },
      }),
    [
      `charts/api, HorizontalPodAutoscaler api-dev, spec.scaleTargetRef: expected a rendered StatefulSet, nearest db-dev, found api-dev; ${fix("api")}`,
    ],
  ],
  [
    "not an autoscaler of what is there, nor one that nobody knows",
    (one) => {
      const spec = { scaleTargetRef: { kind: "Deployment", name: "api-dev" } };
      one.add("api", "autoscaling/v2", "HorizontalPodAutoscaler", "api-dev", { spec });
      one.add("api", "example.org/v1", "HorizontalPodAutoscaler", "x", { spec: {} });
    },
    [],
  ],
  [
    "a budget of nothing",
    (one) =>
      one.add("api", "policy/v1", "PodDisruptionBudget", "api-dev", {
        spec: { selector: { matchLabels: { app: "x", b: "c" } } },
      }),
    [`charts/api, PodDisruptionBudget api-dev, spec.selector: expected ${PODS}, found app=x, b=c; ${fix("api")}`],
  ],
  [
    "a budget of nothing, by expressions",
    (one) =>
      one.add("api", "policy/v1", "PodDisruptionBudget", "api-dev", {
        spec: { selector: { matchExpressions: [{ key: "app", operator: "In", values: ["x"] }] } },
      }),
    [`charts/api, PodDisruptionBudget api-dev, spec.selector: expected ${PODS}, found ; ${fix("api")}`],
  ],
  [
    "not a budget of pods, nor one of none",
    (one) => {
      one.add("api", "policy/v1", "PodDisruptionBudget", "api-dev", {
        spec: { selector: { matchLabels: { app: "api" } } },
      });
      one.add("api", "policy/v1", "PodDisruptionBudget", "x", { spec: {} });
      one.add("api", "policy/v1", "PodDisruptionBudget", "y");
    },
    [],
  ],
  [
    "a StatefulSet without its Service",
    (one) => (one.find("StatefulSet db-dev").spec.serviceName = "db"),
    [`${DB}, spec.serviceName: expected a rendered Service, nearest db-dev, found db; ${fix("db")}`],
  ],
  ["not a StatefulSet that names none", (one) => delete one.find("StatefulSet db-dev").spec.serviceName, []],
];

describe("of what leads to pods, the check refuses", () => {
  for (const [what, change, says] of arrives) it(what, () => assert.deepEqual(problems(change), says));
});

const INGRESS = "charts/web, Ingress web-dev";
const ROUTE = "charts/web, HTTPRoute web-dev";
const at = (origin: string) => (one: Shop) => {
  if (one.facts.page) one.facts.page.origin = origin;
  one.facts.originVariables = [];
};
const ingress = (spec: object) => (one: Shop) => {
  at("https://shop.example.org")(one);
  one.add("web", "networking.k8s.io/v1", "Ingress", "web-dev", { spec });
};
const to = (name: string, port?: object) => ({ service: { name, port } });
const rule = (host: string | undefined, ...backends: object[]) => ({
  host,
  http: { paths: backends.map((backend) => ({ backend })) },
});
const route = (spec: object) => (one: Shop) => {
  at("https://shop.example.org")(one);
  one.add("web", "gateway.networking.k8s.io/v1", "HTTPRoute", "web-dev", { spec });
};
const both =
  (...changes: ((one: Shop) => void)[]) =>
  (one: Shop) => {
    for (const change of changes) change(one);
  };

const entered: Case[] = [
  [
    "not an Ingress to a port by name and by number",
    ingress({
      defaultBackend: to("api-dev", { number: 80 }),
      rules: [rule("shop.example.org", to("web-dev", { name: "http" }))],
    }),
    [],
  ],
  [
    "an Ingress to no Service",
    ingress({
      rules: [
        rule(undefined, to("web-dev", { number: 3000 })),
        rule(undefined, to("web-dev", { number: 3000 }), to("web", { number: 3000 })),
      ],
    }),
    [
      `${INGRESS}, spec.rules[1].http.paths[1].backend: expected a rendered Service, nearest web-dev, found web; ${fix("web")}`,
    ],
  ],
  [
    "an Ingress by default to no Service",
    ingress({ defaultBackend: to("nobody") }),
    [
      `${INGRESS}, spec.defaultBackend: expected a rendered Service (db-dev, api-dev, web-dev), found nobody; ${fix("web")}`,
    ],
  ],
  [
    "an Ingress to what is no Service",
    ingress({ defaultBackend: { resource: { kind: "Bucket" } } }),
    [`${INGRESS}, spec.defaultBackend: expected a rendered Service, nearest db-dev, found ; ${fix("web")}`],
  ],
  [
    "an Ingress to no port",
    ingress({ rules: [rule(undefined, to("web-dev", { name: "web" }), to("web-dev", { number: 80 }), to("web-dev"))] }),
    [
      `${INGRESS}, spec.rules[0].http.paths[0].backend: expected a port of Service web-dev (http 3000), found web; ${fix("web")}`,
      `${INGRESS}, spec.rules[0].http.paths[1].backend: expected a port of Service web-dev (http 3000), found 80; ${fix("web")}`,
      `${INGRESS}, spec.rules[0].http.paths[2].backend: expected a port of Service web-dev (http 3000), found none; ${fix("web")}`,
    ],
  ],
  [
    "an Ingress to no port of several, one without a name",
    both(
      (one) => one.find("Service db-dev").spec.ports.push({ name: "more", port: 5433, targetPort: "sql" }),
      ingress({ defaultBackend: to("db-dev", { number: 80 }) }),
    ),
    [`${INGRESS}, spec.defaultBackend: expected a port of Service db-dev (5432, more 5433), found 80; ${fix("web")}`],
  ],
  [
    "an Ingress for another host than the origin's",
    ingress({ rules: [rule("shop.example.com", to("web-dev", { number: 3000 })), rule("*.example.com")] }),
    [
      `${INGRESS}, spec.rules[0].host: expected shop.example.org, the host of origin, found shop.example.com, *.example.com; change origin in dev.yaml`,
    ],
  ],
  [
    "not an Ingress for several hosts, among them the origin's",
    ingress({ rules: [rule("x.org"), rule("shop.example.org")] }),
    [],
  ],
  ["not an Ingress for all hosts of a domain", ingress({ rules: [rule("*.example.org")] }), []],
  [
    "an Ingress for all of a domain that only ends alike",
    ingress({ rules: [rule("*.hop.example.org")] }),
    [
      `${INGRESS}, spec.rules[0].host: expected shop.example.org, the host of origin, found *.hop.example.org; change origin in dev.yaml`,
    ],
  ],
  [
    "an Ingress for a host that the origin's ends with",
    ingress({ rules: [rule("xexample.org")] }),
    [
      `${INGRESS}, spec.rules[0].host: expected shop.example.org, the host of origin, found xexample.org; change origin in dev.yaml`,
    ],
  ],
  ["not an Ingress for every host", ingress({ rules: [rule("x.org"), rule(undefined)] }), []],
  ["not an Ingress without rules", ingress({}), []],
  ["not an Ingress with a rule of no paths", ingress({ rules: [{ http: {} }] }), []],
  ["not a host, where there is no page", both(ingress({ rules: [rule("x.org")] }), (one) => delete one.facts.page), []],
  [
    "not a route to a port",
    route({ hostnames: ["shop.example.org"], rules: [{ backendRefs: [{ name: "web-dev", port: 3000 }] }] }),
    [],
  ],
  [
    "a route to no port, and to no Service",
    route({
      rules: [
        { backendRefs: [{ name: "web-dev", port: 3000 }] },
        {
          backendRefs: [
            { kind: "Service", name: "web-dev", port: 80 },
            { name: "web", port: 3000 },
          ],
        },
      ],
    }),
    [
      `${ROUTE}, spec.rules[1].backendRefs[0]: expected a port of Service web-dev (http 3000), found 80; ${fix("web")}`,
      `${ROUTE}, spec.rules[1].backendRefs[1]: expected a rendered Service, nearest web-dev, found web; ${fix("web")}`,
    ],
  ],
  [
    "not a route to another kind, or to another namespace",
    route({
      rules: [
        {
          backendRefs: [
            { kind: "Bucket", name: "x" },
            { namespace: "y", name: "x", port: 1 },
          ],
        },
        {},
      ],
    }),
    [],
  ],
  ["not a route without rules or hosts", route({}), []],
  [
    "a route for another host than the origin's",
    route({ hostnames: ["shop.example.com", "x.org"] }),
    [
      `${ROUTE}, spec.hostnames: expected shop.example.org, the host of origin, found shop.example.com, x.org; change origin in dev.yaml`,
    ],
  ],
  ["not a route for no host in particular", route({ hostnames: [] }), []],
  [
    "not a kind of the same name in another group",
    (one) => one.add("web", "example.org/v1", "Ingress", "x", { spec: { defaultBackend: to("x") } }),
    [],
  ],
  [
    "a node port that is not the origin's",
    (one) => {
      one.find("Service web-dev").spec.ports.unshift({ port: 3001, targetPort: 3000 });
      one.find("Service web-dev").spec.ports[1].nodePort = 30085;
    },
    [
      "charts/web, Service web-dev, spec.ports[1].nodePort: expected port 30080, that of origin, found 30085; change web.nodePort in dev.yaml",
    ],
  ],
  [
    "a node port where the origin has none",
    at("http://localhost"),
    [
      "charts/web, Service web-dev, spec.ports[0].nodePort: expected port 80, that of origin, found 30080; change web.nodePort in dev.yaml",
    ],
  ],
  ["not one on another machine", at("http://shop.example.org"), []],
  ["not that of another release", (one) => (one.find("Service api-dev").spec.ports[0].nodePort = 30081), []],
];

describe("of the ways in, the check refuses", () => {
  for (const [what, change, says] of entered) it(what, () => assert.deepEqual(problems(change), says));

  it("and finds the others", () => {
    const { facts, charts } = shop(
      ingress({
        defaultBackend: to("web-dev", { name: "http" }),
        rules: [rule(undefined, to("api-dev", { number: 80 }))],
      }),
      route({ rules: [{ backendRefs: [{ name: "web-dev", port: 3000 }] }] }),
      (one) => one.find("Service web-dev").spec.ports.push({ port: 3001 }),
    );
    const { entries } = entriesOf(modelOf(facts, charts));
    assert.deepEqual(
      entries.map(({ at, service, how }) => [at.object.kind, service.name, how]),
      [
        ["Service", "web-dev", "node port 30080"],
        ["Ingress", "web-dev", "Ingress"],
        ["Ingress", "api-dev", "Ingress"],
        ["HTTPRoute", "web-dev", "HTTPRoute"],
      ],
    );
  });
});

describe("a selector", () => {
  const expression = (operator: string, values?: string[]) => ({ matchExpressions: [{ key: "a", operator, values }] });
  const cases: [selector: Any, labels: Record<string, string>, expected: boolean][] = [
    [{}, {}, true],
    [{ matchLabels: { a: "1" } }, { a: "1", b: "2" }, true],
    [{ matchLabels: { a: "1", b: "1" } }, { a: "1", b: "2" }, false],
    [{ matchLabels: { a: "1" } }, {}, false],
    [expression("In", ["1", "2"]), { a: "2" }, true],
    [expression("In", ["1", "2"]), { a: "3" }, false],
    [expression("In"), { a: "3" }, false],
    [expression("NotIn", ["1", "2"]), { a: "2" }, false],
    [expression("NotIn", ["1", "2"]), { a: "3" }, true],
    [expression("NotIn", ["1"]), {}, true],
    [expression("NotIn"), {}, true],
    [expression("Exists"), { a: "" }, true],
    [expression("Exists"), {}, false],
    [expression("DoesNotExist"), { a: "" }, false],
    [expression("DoesNotExist"), {}, true],
    [{ matchLabels: { b: "1" }, ...expression("Exists") }, { a: "1", b: "1" }, true],
    [{ matchLabels: { b: "1" }, ...expression("Exists") }, { b: "1" }, false],
    [
      { matchExpressions: [...expression("Exists").matchExpressions, ...expression("In", ["1"]).matchExpressions] },
      { a: "2" },
      false,
    ],
  ];
  for (const [selector, labels, expected] of cases) {
    it(`${JSON.stringify(selector)} ${expected ? "fits" : "does not fit"} ${JSON.stringify(labels)}`, () => {
      assert.equal(fits(selector, labels), expected);
    });
  }
});

it("workloads are in the order of how long they stay", () => {
  const { charts, facts } = shop();
  assert.deepEqual(
    modelOf(facts, charts).workloads.map(({ object, longRunning, test }) => [object.kind, longRunning, test]),
    [
      ["StatefulSet", true, false],
      ["Deployment", true, false],
      ["Deployment", true, false],
      ["Job", false, false],
      ["Pod", false, true],
    ],
  );
});
