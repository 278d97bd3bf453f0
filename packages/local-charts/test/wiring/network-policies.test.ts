// NetworkPolicies against the connections that a small environment is wired with, with the exact sentence.
// Does not prove: that a cluster's network enforces them.
import { strict as assert } from "node:assert";
import { modelOf } from "../../src/wiring/model.ts";
import { covers, isolating, leaves, meets, opens, policyOf } from "../../src/wiring/network-policy.ts";
import { type Any, type Case, fix, JOB, problems, type Shop, shop } from "../support/shop.ts";

const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const dns = () => ({ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }, { port: 53 }] });

/** Policies that let through what the shop is wired with, and no more. */
const specs = () => ({
  db: {
    podSelector: { matchLabels: { app: "db" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [app("api"), app("migration")], ports: [{ port: 5432 }] }],
  },
  api: {
    podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["api", "migration"] }] },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [app("web")], ports: [{ port: "http" }] }],
    egress: [dns(), { to: [app("db")], ports: [{ port: 5432 }] }],
  },
  web: {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ port: 3000 }] }],
    egress: [dns(), { to: [app("api")], ports: [{ port: 8000 }] }],
  },
});
type Specs = Record<"db" | "api" | "web", Any>;
const policies =
  (change: (specs: Specs, one: Shop) => void = () => {}) =>
  (one: Shop) => {
    // Its own pods are not the page's, and nobody says what they may do.
    one.find("Pod web-dev-test").metadata.labels = { app: "test" };
    one.container("Pod web-dev-test").command = ["true"];
    const all: Specs = structuredClone(specs());
    change(all, one);
    for (const [name, spec] of Object.entries(all)) {
      if (spec) one.add(name as "web", "networking.k8s.io/v1", "NetworkPolicy", `${name}-dev`, { spec });
    }
  };
const P = (name: string) => `charts/${name}, NetworkPolicy ${name}-dev`;
const rule = (name: string, direction: string, what: string, how = fix(name)) =>
  `${P(name)}, spec.${direction}: expected a rule for ${what}, found none; ${how}`;
const WIRED = "expected connections that the environment is wired with, found";
const because = { because: "the setting says so", outsidePortsKey: (release: string) => `${release}.ports` };
/** The migration as a hook, with a policy that is a hook too, unless it is told otherwise. */
const early =
  (annotations: Any = HOOK, egress: Any = [dns(), { to: [app("db")], ports: [{ port: 5432 }] }]) =>
  (all: Specs, one: Shop) => {
    one.facts.networkPolicies = because;
    one.find("Job api-dev-migration").metadata.annotations = HOOK;
    const spec = { podSelector: { matchLabels: { app: "migration" } }, policyTypes: ["Ingress", "Egress"], egress };
    one.add("api", "networking.k8s.io/v1", "NetworkPolicy", "early-dev", {
      ...{ spec, metadata: { name: "early-dev", annotations } },
    });
    all.api.podSelector = app("api").podSelector;
  };
const HOOK = { "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "hook-succeeded" };
const late = (policy: string) =>
  ["Ingress", "Egress"].map(
    (type) =>
      `${JOB}, spec.template.metadata.labels: expected labels that a NetworkPolicy of type ${type} selects, because the setting says so, found those of NetworkPolicy ${policy}, which is not there while this hook runs; give it one of its own that is a hook of pre-install and pre-upgrade too`,
  );
const LINK = (one: Shop) => one.set("Deployment web-dev", "LINK", "https://x.example.org");
const LINKED = "port 443 outside, which Deployment web-dev calls (LINK)";

const cases: Case[] = [
  ["not what fits", policies(), []],
  [
    "not what fits, where all pods have to be selected",
    policies((_, one) => (one.facts.networkPolicies = because)),
    [],
  ],
  ["not a hook that has a policy of its own", policies(early()), []],
  [
    "a hook whose policy is the release's: not there yet, or that of the previous revision",
    policies((_, one) => {
      one.facts.networkPolicies = because;
      one.find("Job api-dev-migration").metadata.annotations = HOOK;
    }),
    late("api-dev"),
  ],
  ["a hook whose policy is not one", policies(early({})), late("early-dev")],
  [
    "a hook whose policy is one of fewer events",
    policies(early({ ...HOOK, "helm.sh/hook": "pre-install" })),
    late("early-dev"),
  ],
  [
    "a hook whose own policy does not let it out",
    policies(early(HOOK, [dns()])),
    [
      `charts/api, NetworkPolicy early-dev, spec.egress: expected a rule for port 5432 of StatefulSet db-dev, which Job api-dev-migration calls (DATABASE_URL), found none; ${fix("api")}`,
    ],
  ],
  [
    "what stays, by a policy that goes with its hooks",
    policies((all, one) => {
      early()(all, one);
      delete (all as Any).api;
      one.find("NetworkPolicy early-dev").spec.podSelector = specs().api.podSelector;
    }),
    ["Ingress", "Egress"].map(
      (type) =>
        `charts/api, Deployment api-dev, spec.template.metadata.labels: expected labels that a NetworkPolicy of type ${type} selects, because the setting says so, found those of NetworkPolicy early-dev, which Helm deletes when its hooks have run; make NetworkPolicy early-dev no hook`,
    ),
  ],
  ["not what says nothing of a direction", policies((all) => (all.db = { podSelector: {}, policyTypes: [] })), []],
  [
    "not a kind of the same name in another group",
    (one) => one.add("web", "example.org/v1", "NetworkPolicy", "x", { spec: { ingress: [{}] } }),
    [],
  ],
  [
    "no way in",
    policies((all) => (all.api.ingress = [])),
    [rule("api", "ingress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "no way in, where nothing is said of it",
    policies((all) => delete all.api.ingress),
    [rule("api", "ingress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "no way in, where the types are not said",
    policies((all) => {
      delete all.api.policyTypes;
      delete all.api.ingress;
      delete all.api.egress;
    }),
    [rule("api", "ingress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "no way out, where the types are not said",
    policies((all) => {
      delete all.web.policyTypes;
      all.web.egress = [dns()];
    }),
    [rule("web", "egress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "a way in to another port",
    policies(
      (all) => (all.api.ingress[0].ports = [{ port: "admin" }, { port: 8001 }, { port: 8000, protocol: "UDP" }]),
    ),
    [rule("api", "ingress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "not a way in to a range of ports",
    policies((all) => (all.api.ingress[0].ports = [{ port: 7000, endPort: 9000 }])),
    [],
  ],
  ["not a way in to any port", policies((all) => (all.api.ingress[0].ports = [])), []],
  [
    "a way in for others",
    policies(
      (all) =>
        (all.api.ingress[0].from = [
          { namespaceSelector: { matchLabels: { x: "y" } } },
          { ipBlock: { cidr: "0.0.0.0/0" } },
        ]),
    ),
    [rule("api", "ingress", "port 8000 of Deployment api-dev, which Deployment web-dev calls (API_URL)")],
  ],
  [
    "not a way in for pods of this namespace by its name",
    policies(
      (all) =>
        (all.api.ingress[0].from = [
          { ...app("web"), namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop-dev" } } },
        ]),
    ),
    [],
  ],
  [
    "no way out",
    policies((all) => all.api.egress.pop()),
    ["Deployment api-dev", "Job api-dev-migration"].map((from) =>
      rule("api", "egress", `port 5432 of StatefulSet db-dev, which ${from} calls (DATABASE_URL)`),
    ),
  ],
  [
    "no DNS",
    policies((all) => all.web.egress.shift()),
    [rule("web", "egress", "DNS (port 53), which Deployment web-dev needs for API_URL")],
  ],
  [
    "DNS on another port, or of these pods",
    policies((all) => {
      all.web.egress[0] = { to: [{ namespaceSelector: {} }], ports: [{ port: 54 }] };
      all.api.egress[0] = { to: [{ podSelector: { matchLabels: { app: "dns" } } }], ports: [{ port: 53 }] };
    }),
    [
      rule("api", "egress", "DNS (port 53), which Deployment api-dev needs for DATABASE_URL"),
      rule("web", "egress", "DNS (port 53), which Deployment web-dev needs for API_URL"),
      rule("api", "egress", "DNS (port 53), which Job api-dev-migration needs for DATABASE_URL"),
      `${P("api")}, spec.egress[0]: expected labels of a rendered workload's pods, found {"app":"dns"}; ${fix("api")}`,
    ],
  ],
  [
    "not DNS by a rule for any port, which is too much",
    policies((all) => delete all.web.egress[0].ports),
    [
      `${P("web")}, spec.egress[0]: ${WIRED} Deployment web-dev to port 5432 of StatefulSet db-dev, which no variable or argument names; ${fix("web")}`,
    ],
  ],
  ["not DNS by a rule for everybody", policies((all) => delete all.web.egress[0].to), []],
  ["not DNS by addresses", policies((all) => (all.web.egress[0].to = [{ ipBlock: { cidr: "10.0.0.1/32" } }])), []],
  [
    "a way in that nobody uses",
    policies((all) => all.db.ingress[0].from.push(app("web"))),
    [
      `${P("db")}, spec.ingress[0]: ${WIRED} Deployment web-dev to port 5432 of StatefulSet db-dev, which no variable or argument names; ${fix("db")}`,
    ],
  ],
  [
    "a way out that nobody uses",
    policies((all) => all.web.egress.push({ to: [app("db")], ports: [{ port: 5432 }] })),
    [
      `${P("web")}, spec.egress[2]: ${WIRED} Deployment web-dev to port 5432 of StatefulSet db-dev, which no variable or argument names; ${fix("web")}`,
    ],
  ],
  [
    "a way to further ports",
    policies((all, one) => {
      one.container("StatefulSet db-dev").ports.push({ name: "metrics", containerPort: 9187 });
      delete all.db.ingress[0].ports;
    }),
    ["Deployment api-dev", "Job api-dev-migration"].map(
      (from) =>
        `${P("db")}, spec.ingress[0]: ${WIRED} ${from} to port 9187 of StatefulSet db-dev, which no variable or argument names; ${fix("db")}`,
    ),
  ],
  [
    "not a way to ports that nobody has",
    policies((all) => all.web.egress.push({ to: [app("db")], ports: [{ port: 1 }] })),
    [],
  ],
  ["not a way from a pod to itself", policies((all) => all.web.ingress.push({ from: [app("web")] })), []],
  [
    "a peer that nobody is",
    policies((all) =>
      all.api.ingress[0].from.push(app("admin"), {
        podSelector: { matchExpressions: [{ key: "x", operator: "Exists" }] },
      }),
    ),
    [
      `${P("api")}, spec.ingress[0]: expected labels of a rendered workload's pods, found {"app":"admin"}; ${fix("api")}`,
      `${P("api")}, spec.ingress[0]: expected labels of a rendered workload's pods, found {"matchExpressions":[{"key":"x","operator":"Exists"}]}; ${fix("api")}`,
    ],
  ],
  [
    "not a peer elsewhere",
    policies((all) =>
      all.api.ingress[0].from.push({ ...app("admin"), namespaceSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8" } }),
    ),
    [],
  ],
  [
    "everybody, where nobody comes from outside",
    policies((all) => (all.api.ingress = [{ from: [], ports: [{ port: 8000 }] }])),
    [
      `${P("api")}, spec.ingress[0]: expected peers, because nobody comes from outside, found a rule that lets everybody in; ${fix("api")}`,
    ],
  ],
  [
    "not everybody, where a node port leads in",
    policies((all, one) => {
      one.find("Service api-dev").spec.ports[0].nodePort = 30081;
      all.api.ingress = [{}];
    }),
    [],
  ],
  [
    "not everybody to the page, where a port is forwarded",
    policies((_, one) => delete one.find("Service web-dev").spec.ports[0].nodePort),
    [],
  ],
  [
    "everybody to what is no page",
    policies((_, one) => {
      delete one.find("Service web-dev").spec.ports[0].nodePort;
      delete one.facts.page;
    }),
    [
      `${P("web")}, spec.ingress[0]: expected peers, because nobody comes from outside, found a rule that lets everybody in; ${fix("web")}`,
    ],
  ],
  [
    "everybody to the page's Jobs",
    policies((all, one) => {
      one.add("web", "batch/v1", "Job", "job", {
        spec: { template: { metadata: { labels: { app: "job" } }, spec: { containers: [{ name: "a" }] } } },
      });
      all.db = undefined;
      one.add("db", "networking.k8s.io/v1", "NetworkPolicy", "job", {
        spec: { podSelector: { matchLabels: { app: "job" } }, ingress: [{}] },
      });
    }),
    [
      `charts/db, NetworkPolicy job, spec.ingress[0]: expected peers, because nobody comes from outside, found a rule that lets everybody in; ${fix("db")}`,
    ],
  ],
  [
    "no way in for browsers",
    policies((all) => (all.web.ingress = [{ from: [app("api")], ports: [{ port: 3000 }] }])),
    [
      rule("web", "ingress", "Deployment web-dev from outside the namespace, because of its node port 30080"),
      `${P("web")}, spec.ingress[0]: ${WIRED} Deployment api-dev to port 3000 of Deployment web-dev, which no variable or argument names; ${fix("web")}`,
    ],
  ],
  [
    "a way in for browsers to another port",
    policies((all) => (all.web.ingress = [{ ports: [{ port: 3001 }] }])),
    [rule("web", "ingress", "Deployment web-dev from outside the namespace, because of its node port 30080")],
  ],
  [
    "not one from elsewhere, or by the port's name",
    policies((all, one) => {
      one.container("Deployment web-dev").ports[0].name = "http";
      one.find("Service web-dev").spec.ports[0].targetPort = "http";
      all.web.ingress = [{ from: [{ namespaceSelector: {} }], ports: [{ port: "http" }] }];
    }),
    [
      ...["StatefulSet db-dev", "Deployment api-dev", "Job api-dev-migration", "Pod web-dev-test"].map(
        (from) =>
          `${P("web")}, spec.ingress[0]: ${WIRED} ${from} to port 3000 of Deployment web-dev, which no variable or argument names; ${fix("web")}`,
      ),
    ],
  ],
  [
    "every way out",
    policies((all) => all.web.egress.push({})),
    [`${P("web")}, spec.egress[2]: expected ports or peers, found a rule that allows everything; ${fix("web")}`],
  ],
  ["not a way out by its port", policies((all) => all.web.egress.push({ ports: [{ port: 443 }] })), []],
  ["no way out to another place", policies((_, one) => LINK(one)), [rule("web", "egress", LINKED)]],
  [
    "no way out to another place, which a setting can open",
    policies((_, one) => {
      LINK(one);
      one.facts.networkPolicies = because;
    }),
    [rule("web", "egress", LINKED, "add 443 to web-dev.ports in dev.yaml")],
  ],
  [
    "no way out to another place, where there is no file of settings",
    policies((_, one) => {
      LINK(one);
      one.facts.networkPolicies = because;
      delete one.facts.settingsFile;
    }),
    [rule("web", "egress", LINKED)],
  ],
  [
    "no way out to a port that only the Secret knows",
    policies((all, one) => {
      one.facts.networkPolicies = because;
      Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { DATABASE_URL: undefined });
      all.api.egress.pop();
      all.db.ingress = [];
    }),
    ["Deployment api-dev", "Job api-dev-migration"].map((from) =>
      rule(
        "api",
        "egress",
        `the port outside, which ${from} calls (DATABASE_URL)`,
        "add it to api-dev.ports in dev.yaml",
      ),
    ),
  ],
  [
    "not a way out to such a port",
    policies((all, one) => {
      Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { DATABASE_URL: undefined });
      all.api.egress[1] = { ports: [{ port: 5432 }] };
      all.db.ingress = [];
    }),
    [],
  ],
  [
    "not a way out to another place by any port",
    policies((all, one) => {
      LINK(one);
      all.web.egress.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] });
    }),
    [],
  ],
  [
    "not a way out to another place by its port",
    policies((all, one) => {
      LINK(one);
      all.web.egress.push({ ports: [{ port: 80 }, { port: 443 }] });
    }),
    [],
  ],
  [
    "pods that no policy selects",
    policies((all, one) => {
      one.facts.networkPolicies = because;
      all.db = undefined;
      all.web.policyTypes = ["Ingress"];
      delete all.web.egress;
    }),
    [
      ["db, StatefulSet db-dev", "Ingress", "db"],
      ["db, StatefulSet db-dev", "Egress", "db"],
      ["web, Deployment web-dev", "Egress", "web"],
    ].map(
      ([where, type, chart]) =>
        `charts/${where}, spec.template.metadata.labels: expected labels that a NetworkPolicy of type ${type} selects, because the setting says so, found others; ${fix(chart)}`,
    ),
  ],
];

describe("of NetworkPolicies, the check refuses", () => {
  for (const [what, change, says] of cases) it(what, () => assert.deepEqual(problems(change), says));
});

describe("a policy", () => {
  const { facts, charts } = shop();
  const model = modelOf(facts, charts);
  const [db, api, web] = model.workloads;
  const read = (spec: object | undefined, apiVersion = "networking.k8s.io/v1") =>
    policyOf(model, {
      chart: "c",
      release: "r",
      object: { apiVersion, kind: "NetworkPolicy", metadata: { name: "p" }, spec },
    });

  it("without a selector is about every pod, and without types about what comes in", () => {
    const [{ subjects, rules }] = read(undefined);
    assert.deepEqual(subjects, model.workloads);
    assert.deepEqual(rules, { Ingress: [], Egress: undefined });
    assert.deepEqual(read({ egress: [{}] })[0].rules, {
      Ingress: [],
      Egress: [{ peers: undefined, ports: undefined }],
    });
    assert.deepEqual(read({ ingress: [{ from: [], ports: [] }], policyTypes: ["Ingress"] })[0].rules, {
      Ingress: [{ peers: undefined, ports: undefined }],
      Egress: undefined,
    });
    assert.deepEqual(read({}, "example.org/v1"), []);
  });

  it("isolates the pods that it selects, in the directions that it speaks of", () => {
    const made = [...read({ podSelector: { matchLabels: { app: "db" } } }), ...read({ policyTypes: ["Egress"] })];
    const count = (workload: typeof db, direction: "Ingress" | "Egress") => isolating(made, workload, direction).length;
    assert.deepEqual(
      [db, web].map((each) => [count(each, "Ingress"), count(each, "Egress")]),
      [
        [1, 1],
        [0, 1],
      ],
    );
  });

  it("means peers here or elsewhere", () => {
    const own = { "kubernetes.io/metadata.name": "shop-dev" };
    const table: [peers: Any, leaves: boolean, meetsDb: boolean][] = [
      [undefined, true, true],
      [[], false, false],
      [[app("db")], false, true],
      [[app("api")], false, false],
      [[app("api"), app("db")], false, true],
      [[{}], false, true],
      [[{ ipBlock: {} }], true, false],
      [[{ namespaceSelector: {} }], true, true],
      [[{ namespaceSelector: { matchLabels: own } }], true, true],
      [[{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "x" } } }], true, false],
      [[{ ...app("api"), namespaceSelector: {} }], true, false],
    ];
    for (const [peers, out, here] of table) {
      assert.deepEqual(
        [Boolean(leaves(peers)), meets(model, peers, { app: "db" })],
        [out, here],
        JSON.stringify(peers),
      );
    }
  });

  it("means ports by number, range or name", () => {
    const table: [port: Any, number: number | undefined, expected: boolean][] = [
      [{}, 1, true],
      [{ protocol: "TCP" }, undefined, true],
      [{ protocol: "UDP" }, 1, false],
      [{ port: 5 }, 5, true],
      [{ port: 5 }, 4, false],
      [{ port: 5 }, 6, false],
      [{ port: 5, endPort: 7 }, 4, false],
      [{ port: 5, endPort: 7 }, 5, true],
      [{ port: 5, endPort: 7 }, 7, true],
      [{ port: 5, endPort: 7 }, 8, false],
      [{ port: 5, protocol: "UDP" }, 5, false],
      [{ port: 5 }, undefined, true],
      [{ port: 53 }, undefined, false],
      [{ port: "http" }, 5, false],
    ];
    for (const [port, number, expected] of table) {
      assert.equal(covers(port, number), expected, `${JSON.stringify(port)} ${number}`);
    }
    const named = (ports: Any, number = 8000) => opens(ports, api, number);
    assert.deepEqual(
      [undefined, [], [{ port: "http" }], [{ port: "x" }], [{ port: 1 }, { port: 8000 }], [{ port: 1 }]].map((ports) =>
        named(ports),
      ),
      [true, false, true, false, true, false],
    );
    assert.equal(named([{ port: "http" }], 80), false);
  });
});
