// Who connects to whom in a small environment, and what is said of addresses that lead to nobody.
// Does not prove: what charts really put into their containers (the tests of the program that uses this).
import { strict as assert } from "node:assert";
import { edgesOf } from "../../src/wiring/edges.ts";
import { modelOf } from "../../src/wiring/model.ts";
import { API, type Case, fix, problems, type Shop, shop, WEB } from "../support/shop.ts";

/** The edges of a shop after changes: from, via, where to. */
function edges(...changes: ((shop: Shop) => void)[]) {
  const { facts, charts } = shop(...changes);
  const { edges, problems } = edgesOf(modelOf(facts, charts));
  assert.deepEqual(problems, []);
  return edges.map(({ from, via, service, port, host, targets }) => {
    const pods = targets.map(({ workload, port }) => `${workload.object.metadata.name}:${port}`).join("+");
    const name = `${from.object.kind} ${from.object.metadata.name} ${via}`;
    return `${name}: ${[service?.name, host].filter(Boolean).join()} ${port} ${pods}`.trimEnd();
  });
}
const FOUND = [
  "Deployment api-dev DATABASE_URL: db-dev 5432 db-dev:5432",
  "Deployment web-dev API_URL: api-dev 80 api-dev:8000",
  "Job api-dev-migration DATABASE_URL: db-dev 5432 db-dev:5432",
  "Pod web-dev-test command[1]: web-dev 3000 web-dev:3000",
];
const link = (value: string, name = "LINK") => [(one: Shop) => one.set("Deployment web-dev", name, value)];
const web = (line: string) => [...FOUND.slice(0, 2), `Deployment web-dev ${line}`, ...FOUND.slice(2)];

describe("the connections of an environment", () => {
  it("are none of a release of another namespace, though its objects do not say where they are", () => {
    const { facts, charts } = shop();
    const away = charts.map((chart) => (chart.release === "web-dev" ? { ...chart, namespace: "elsewhere" } : chart));
    const { edges } = edgesOf(modelOf(facts, away));
    assert.deepEqual(
      edges.map(({ from }) => from.object.metadata.name),
      ["api-dev", "api-dev-migration"],
    );
  });

  const cases: [what: string, changes: ((shop: Shop) => void)[], expected: string[]][] = [
    ["are in variables, Secrets and commands", [], FOUND],
    ["may lead outside", link("https://api.example.org"), web("LINK: api.example.org 443")],
    [
      "may lead outside, to a port that nobody knows",
      link("smtp://mail.example.org"),
      web("LINK: mail.example.org undefined"),
    ],
    ["may lead to another team's namespace", link("http://x.other.svc:8080"), web("LINK: x.other.svc 8080")],
    [
      "may lead to one whose name begins otherwise",
      link("http://x.my-shop-dev.svc:1"),
      web("LINK: x.my-shop-dev.svc 1"),
    ],
    [
      "have the Service's first port where none is said",
      link("web-dev", "CACHE_HOST"),
      web("CACHE_HOST: web-dev 3000 web-dev:3000"),
    ],
    [
      "have the port of a variable beside the host's",
      [...link("api-dev", "CACHE_HOST"), ...link("80", "CACHE_PORT")],
      web("CACHE_HOST: api-dev 80 api-dev:8000"),
    ],
    [
      "may be the full name of a Service",
      link("http://api-dev.shop-dev.svc.cluster.local/x"),
      web("LINK: api-dev 80 api-dev:8000"),
    ],
    ["may be a pair", link("api-dev:80", "CACHE_SERVERS"), web("CACHE_SERVERS: api-dev 80 api-dev:8000")],
    ["may be a pair that looks like a Service", link("api-dev:80"), web("LINK: api-dev 80 api-dev:8000")],
    ["may be a pair in the cluster's domain", link("x.other.svc:81"), web("LINK: x.other.svc 81")],
    ["are not loopback or a number", [...link("http://localhost:1"), ...link("http://10.0.0.1", "LINK_B")], FOUND],
    ["are no pair of anything", link("level:3"), FOUND],
    ["are no word that a variable of a host has", [...link("somewhere-else", "CACHE_HOST")], FOUND],
    [
      "are not what browsers send",
      [(one) => (one.facts.originVariables = [{ release: "web-dev", variable: "LINK" }]), ...link("http://nowhere")],
      FOUND,
    ],
    [
      "are what another release's browsers send",
      [(one) => (one.facts.originVariables = [{ release: "api-dev", variable: "LINK" }]), ...link("http://api-dev")],
      web("LINK: api-dev 80 api-dev:8000"),
    ],
    [
      "are what another variable says",
      [(one) => (one.facts.originVariables = [{ release: "web-dev", variable: "OTHER" }]), ...link("http://api-dev")],
      web("LINK: api-dev 80 api-dev:8000"),
    ],
    [
      "may be made of other variables",
      [...link("api-dev", "A"), ...link("http://$(A):80/$(B)")],
      web("LINK: api-dev 80 api-dev:8000"),
    ],
    [
      "may be arguments, made of variables and behind an option",
      [
        (one) =>
          (one.container("Deployment web-dev").args = ["x", "--peer=web-dev:3000", "$(API_URL)", "http://$(WHO)"]),
      ],
      [
        ...FOUND.slice(0, 2),
        "Deployment web-dev args[1]: web-dev 3000 web-dev:3000",
        "Deployment web-dev args[2]: api-dev 80 api-dev:8000",
        ...FOUND.slice(2),
      ],
    ],
    [
      "are no pairs that only begin like a Service, in arguments that are no options",
      [
        (one) =>
          (one.container("Deployment web-dev").args = ["x --server=a:1", "x--server=b:1", "level:3", "http://x$(WHO)"]),
      ],
      FOUND,
    ],
    [
      "may be arguments whose option says it, of one dash too",
      [(one) => (one.container("Deployment web-dev").args = ["-server=x.example.org:25"])],
      web("args[0]: x.example.org 25"),
    ],
    [
      "may be arguments whose option says it",
      [
        (one) =>
          (one.container("Deployment web-dev").args = [
            "--server=x.example.org:25",
            "-level=x.example.org:3",
            "server=y.example.org:1",
          ]),
      ],
      web("args[0]: x.example.org 25"),
    ],
    [
      "may lead to several pods, and to none",
      [
        (one) =>
          one.add(
            "api",
            "apps/v1",
            "Deployment",
            "more",
            structuredClone({ spec: one.find("Deployment api-dev").spec }),
          ),
        (one) => (one.find("Deployment more").spec.template.spec.containers[0].env = []),
        (one) => delete one.find("Service db-dev").spec.selector,
      ],
      [
        "Deployment api-dev DATABASE_URL: db-dev 5432",
        "Deployment web-dev API_URL: api-dev 80 api-dev:8000+more:8000",
        "Job api-dev-migration DATABASE_URL: db-dev 5432",
        FOUND[3],
      ],
    ],
    [
      "are known by the variable's name where only the Secret knows them",
      [(one) => Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { DATABASE_URL: undefined })],
      [
        "Deployment api-dev DATABASE_URL:  undefined",
        FOUND[1],
        "Job api-dev-migration DATABASE_URL:  undefined",
        FOUND[3],
      ],
    ],
    [
      "may come from ConfigMaps and Secrets as a whole, under a prefix",
      [
        (one) =>
          one.add("web", "v1", "ConfigMap", "links", {
            data: { A: "http://api-dev", B: "x" },
            binaryData: { C: "aHR0cA==" },
          }),
        (one) =>
          one.add("web", "v1", "Secret", "more", {
            data: { D_URL: "aHR0cA==" },
            stringData: { E_URI: "http://nowhere", F: "x" },
          }),
        (one) => {
          one.container("Deployment web-dev").envFrom = [
            { prefix: "P_", configMapRef: { name: "links" } },
            { secretRef: { name: "api-secrets" } },
            { prefix: "Q_", secretRef: { name: "more" } },
          ];
        },
      ],
      [
        FOUND[0],
        "Deployment web-dev Q_D_URL:  undefined",
        "Deployment web-dev Q_E_URI:  undefined",
        "Deployment web-dev P_A: api-dev 80 api-dev:8000",
        "Deployment web-dev DATABASE_URL: db-dev 5432 db-dev:5432",
        ...FOUND.slice(1),
      ],
    ],
    [
      "may come from one key of a ConfigMap",
      [
        (one) => one.add("web", "v1", "ConfigMap", "links", { data: { A: "http://api-dev" } }),
        (one) =>
          one
            .container("Deployment web-dev")
            .env.push({ name: "B", valueFrom: { configMapKeyRef: { name: "links", key: "A" } } }),
        (one) =>
          one
            .container("Deployment web-dev")
            .env.push({ name: "C", valueFrom: { configMapKeyRef: { name: "links", key: "X", optional: true } } }),
        (one) =>
          one
            .container("Deployment web-dev")
            .env.push({ name: "D", valueFrom: { fieldRef: { fieldPath: "x" } } }, { name: "E" }),
      ],
      web("B: api-dev 80 api-dev:8000"),
    ],
    [
      "are none of a key that a Secret does not have",
      [
        (one) =>
          one
            .container("Deployment web-dev")
            .env.push(
              { name: "X_URL", valueFrom: { secretKeyRef: { name: "api-secrets", key: "X", optional: true } } },
              { name: "Y_URL", valueFrom: { secretKeyRef: { name: "nobody", key: "X", optional: true } } },
              { name: "Z_URL", valueFrom: { secretKeyRef: { name: "api-secrets", key: "SECRET_KEY" } } },
            ),
      ],
      web("Z_URL:  undefined"),
    ],
  ];
  for (const [what, changes, expected] of cases) {
    it(what, () => {
      const found = edges(...changes);
      assert.deepEqual(found.toSorted(), expected.toSorted());
    });
  }
});

const at = (name: string, of = WEB) => `${of}, env ${name} of container ${of === WEB ? "web" : "api"}`;
const ANY = "expected a Service of namespace shop-dev (db-dev, api-dev, web-dev)";
const change = "change web-dev.env.LINK in dev.yaml";
const linked = (value: string) => (one: Shop) => one.set("Deployment web-dev", "LINK", value);

const refused: Case[] = [
  ["nothing of what fits", () => {}, []],
  ["no Service", linked("http://nowhere:1"), [`${at("LINK")}: ${ANY}, found nowhere:1; ${change}`]],
  ["no Service, and no port", linked("smtp://nowhere"), [`${at("LINK")}: ${ANY}, found nowhere; ${change}`]],
  [
    "nearly a Service",
    linked("http://ap-dev"),
    [`${at("LINK")}: expected a Service of namespace shop-dev, nearest api-dev, found ap-dev:80; ${change}`],
  ],
  [
    "a part of a Service's name",
    linked("http://api"),
    [`${at("LINK")}: expected a Service of namespace shop-dev, nearest api-dev, found api:80; ${change}`],
  ],
  [
    "a pair that is nearly a Service",
    linked("web-dve:3000"),
    [`${at("LINK")}: expected a Service of namespace shop-dev, nearest web-dev, found web-dve:3000; ${change}`],
  ],
  [
    "a pair that a Service's name begins with",
    linked("api:80"),
    [`${at("LINK")}: expected a Service of namespace shop-dev, nearest api-dev, found api:80; ${change}`],
  ],
  [
    "another port",
    linked("http://api-dev:81"),
    [`${at("LINK")}: expected a port of Service api-dev (80), found api-dev:81; ${change}`],
  ],
  [
    "another of several ports",
    (one) => {
      one.find("Service api-dev").spec.ports.push({ name: "more", port: 82, targetPort: 8000 });
      one.set("Deployment web-dev", "LINK", "http://api-dev:81 http://api-dev:82");
    },
    [`${at("LINK")}: expected a port of Service api-dev (80, 82), found api-dev:81; ${change}`],
  ],
  [
    "another environment's Service",
    linked("http://api-prod.shop-prod"),
    [
      `${at("LINK")}: expected a Service of this environment's namespace, shop-dev, found api-prod.shop-prod:80; ${change}`,
    ],
  ],
  [
    "nobody else's, where no prefix is known",
    (one) => {
      delete one.facts.namespacePrefix;
      one.set("Deployment web-dev", "LINK", "http://api-prod.shop-prod.svc http://x.shop-dev-two.svc");
    },
    [
      `${at("LINK")}: expected a Service of this environment's namespace, shop-dev, found x.shop-dev-two.svc:80; ${change}`,
    ],
  ],
  [
    "a variable that is set later",
    (one) => {
      one.set("Deployment web-dev", "LINK", "http://$(LATER):80");
      one.set("Deployment web-dev", "LATER", "api-dev");
    },
    [`${at("LINK")}: expected a host whose variables are set before it is, found $(LATER):80; ${change}`],
  ],
  [
    "a variable without a key of its own",
    (one) => one.set("Deployment web-dev", "OTHER", "http://nowhere:1"),
    [`${at("OTHER")}: ${ANY}, found nowhere:1; ${fix("web")}`],
  ],
  [
    "no key, where no file is known",
    (one) => {
      delete one.facts.settingsFile;
      one.set("Deployment web-dev", "LINK", "http://nowhere:1");
    },
    [`${at("LINK")}: ${ANY}, found nowhere:1; ${fix("web")}`],
  ],
  [
    "no key, where nobody knows of keys",
    (one) => {
      delete one.facts.keyOf;
      one.set("Deployment web-dev", "LINK", "http://nowhere:1");
    },
    [`${at("LINK")}: ${ANY}, found nowhere:1; ${fix("web")}`],
  ],
  [
    "a Secret's address, by each that has it",
    (one) => Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { DATABASE_URL: "postgresql://me:***@db/x" }),
    [
      "Deployment api-dev, env DATABASE_URL of container api",
      "Job api-dev-migration, env DATABASE_URL of container migration",
    ].map(
      (where) =>
        `charts/api, ${where}: expected a Service of namespace shop-dev, nearest db-dev, found db:5432; fix the Service, or the address that the program puts into the Secret`,
    ),
  ],
  [
    "a whole Secret's address",
    (one) => {
      Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { OTHER: "http://nowhere:1" });
      one.container("Deployment api-dev").envFrom = [{ prefix: "P_", secretRef: { name: "api-secrets" } }];
    },
    [
      `${at("P_OTHER", API)}: ${ANY}, found nowhere:1; fix the Service, or the address that the program puts into the Secret`,
    ],
  ],
  [
    "an argument, and an address of an init container",
    (one) => {
      const { spec } = one.find("Deployment web-dev").spec.template;
      spec.initContainers = [{ name: "first", args: ["--server=nowhere:1"] }];
    },
    [`${WEB}, args[0] of container first: ${ANY}, found nowhere:1; ${fix("web")}`],
  ],
  [
    "where there is no Service at all",
    (one) => {
      for (const chart of one.charts) chart.objects = chart.objects.filter(({ kind }) => kind === "Deployment");
      delete one.facts.calls;
      delete one.facts.originVariables;
      delete one.facts.page;
      one.find("Deployment api-dev").spec.template.spec.containers[0].env = [];
    },
    [
      `${at("API_URL")}: expected a Service of namespace shop-dev (there is no Service), found api-dev:80; ${fix("web")}`,
    ],
  ],
  [
    "of many Services five by name",
    (one) => {
      for (const name of ["a", "b", "c"]) one.add("web", "v1", "Service", `service-${name}`, { spec: {} });
      one.set("Deployment web-dev", "LINK", "http://x:1");
    },
    [
      `${at("LINK")}: expected a Service of namespace shop-dev (db-dev, api-dev, web-dev, service-a, service-b and 1 more), found x:1; ${change}`,
    ],
  ],
  [
    "of five Services all",
    (one) => {
      for (const name of ["a", "b"]) one.add("web", "v1", "Service", `service-${name}`, { spec: {} });
      one.set("Deployment web-dev", "LINK", "http://x:1");
    },
    [
      `${at("LINK")}: expected a Service of namespace shop-dev (db-dev, api-dev, web-dev, service-a, service-b), found x:1; ${change}`,
    ],
  ],
  [
    "once, where a key reaches two containers, and twice where it says two things",
    (one) => {
      one.facts.keyOf = () => "key";
      one.set("Deployment web-dev", "LINK", "http://nowhere:1");
      one.set("Deployment api-dev", "LINK", "http://nowhere:1 http://nowhere:2");
    },
    [
      `${at("LINK", API)}: ${ANY}, found nowhere:2; change key in dev.yaml`,
      `${at("LINK", API)}: ${ANY}, found nowhere:1; change key in dev.yaml`,
    ],
  ],
];

describe("of the addresses, the check refuses", () => {
  for (const [what, plant, says] of refused) it(what, () => assert.deepEqual(problems(plant), says));
});
