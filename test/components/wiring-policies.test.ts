// NetworkPolicies against the connections that the charts are wired with, with the exact sentence.
// Does not prove: that the cluster's network enforces them.
import { strict as assert } from "node:assert";
import type { Plain } from "local-charts";
import { fix, type Plant, problems } from "../support/wiring.ts";

const of = (chart: string, part = "", stack = "dev") => ({
  "app.kubernetes.io/name": `${chart}${part}`,
  "app.kubernetes.io/instance": `${chart}-${stack}`,
});
/** What an environment with the database inside needs, and no more. */
const policies = {
  "todo-postgres": { enabled: true, allowFrom: [of("todo-backend"), of("todo-backend", "-migration")] },
  "todo-backend": {
    enabled: true,
    allowFrom: [of("todo-frontend")],
    allowTo: [{ matchLabels: of("todo-postgres"), port: 5432 }],
  },
  "todo-frontend": { enabled: true, allowTo: [{ matchLabels: of("todo-backend"), port: 8000 }] },
};
function withPolicies(
  change: Partial<Record<keyof typeof policies, Record<string, Plain>>> = {},
  rest: Plant = {},
): Plant {
  const values = Object.entries(policies).map(([chart, policy]) => [
    chart,
    { networkPolicy: { ...policy, ...change[chart as keyof typeof policies] } },
  ]);
  return { ...rest, values: Object.fromEntries(values) };
}
const POLICY = (chart: string) => `helm/todo-${chart}, NetworkPolicy todo-${chart}-dev`;

const network: [what: string, plant: Plant, says: string[]][] = [
  ["what fits, is not", withPolicies(), []],
  [
    "what fits where no chart has a test, is not",
    withPolicies(
      { "todo-frontend": { allowFrom: [{ app: "proxy" }] } },
      { config: { "backend.testCommand": false, "frontend.testCommand": false } },
    ),
    [],
  ],
  [
    "no way in for the frontend",
    withPolicies({ "todo-backend": { allowFrom: [] } }),
    [
      `${POLICY("backend")}, spec.ingress: expected a rule for port 8000 of Deployment todo-backend-dev, which Deployment todo-frontend-dev calls (API_URL), found none; ${fix("backend")}`,
    ],
  ],
  [
    "no egress for the backend and its migration",
    withPolicies({ "todo-backend": { allowTo: [] } }),
    [
      ["", "Deployment todo-backend-dev", "DATABASE_URL"],
      ["-migration", "Job todo-backend-dev-migration", "PGHOST"],
      ["-migration", "Job todo-backend-dev-migration", "DATABASE_URL"],
    ].map(
      ([suffix, from, via]) =>
        `${POLICY("backend")}${suffix}, spec.egress: expected a rule for port 5432 of StatefulSet todo-postgres-dev, which ${from} calls (${via}), found none; ${fix("backend")}`,
    ),
  ],
  [
    "egress to another port",
    withPolicies({ "todo-frontend": { allowTo: [{ matchLabels: of("todo-backend"), port: 8080 }] } }),
    [
      `${POLICY("frontend")}, spec.egress: expected a rule for port 8000 of Deployment todo-backend-dev, which Deployment todo-frontend-dev calls (API_URL), found none; ${fix("frontend")}`,
    ],
  ],
  [
    "no DNS",
    withPolicies({}, { objects: (find) => find("NetworkPolicy todo-frontend-dev").spec.egress.shift() }),
    [
      `${POLICY("frontend")}, spec.egress: expected a rule for DNS (port 53), which Deployment todo-frontend-dev needs for API_URL, found none; ${fix("frontend")}`,
    ],
  ],
  [
    "a way in that nobody uses",
    withPolicies({ "todo-postgres": { allowFrom: [...policies["todo-postgres"].allowFrom, of("todo-frontend")] } }),
    [
      `${POLICY("postgres")}, spec.ingress[0]: expected connections that the environment is wired with, found Deployment todo-frontend-dev to port 5432 of StatefulSet todo-postgres-dev, which no variable or argument names; ${fix("postgres")}`,
    ],
  ],
  [
    "egress that nobody uses",
    withPolicies({
      "todo-frontend": {
        allowTo: [...policies["todo-frontend"].allowTo, { matchLabels: of("todo-postgres"), port: 5432 }],
      },
    }),
    [
      `${POLICY("frontend")}, spec.egress[2]: expected connections that the environment is wired with, found Deployment todo-frontend-dev to port 5432 of StatefulSet todo-postgres-dev, which no variable or argument names; ${fix("frontend")}`,
    ],
  ],
  [
    "a peer that nobody is",
    withPolicies({ "todo-backend": { allowFrom: [of("todo-frontend"), of("todo-admin")] } }),
    [
      `${POLICY("backend")}, spec.ingress[0]: expected labels of a rendered workload's pods, found {"app.kubernetes.io/instance":"todo-admin-dev","app.kubernetes.io/name":"todo-admin"}; ${fix("backend")}`,
    ],
  ],
  [
    "everybody, where nobody comes from outside",
    withPolicies({}, { objects: (find) => delete find("NetworkPolicy todo-backend-dev").spec.ingress[0].from }),
    [
      `${POLICY("backend")}, spec.ingress[0]: expected peers, because nobody comes from outside, found a rule that lets everybody in; ${fix("backend")}`,
    ],
  ],
  [
    "no way in for browsers",
    withPolicies(
      { "todo-frontend": { allowFrom: [{ app: "proxy" }] } },
      {
        objects: (find) => find("NetworkPolicy todo-frontend-dev").spec.ingress[0].from.pop(),
      },
    ),
    [
      `${POLICY("frontend")}, spec.ingress: expected a rule for Deployment todo-frontend-dev from outside the namespace, because of its node port 30300, found none; ${fix("frontend")}`,
    ],
  ],
  [
    "a way in from a proxy in another namespace, and DNS by its labels, is not",
    withPolicies(
      { "todo-frontend": { allowFrom: [{ app: "proxy" }] } },
      {
        objects: (find) => {
          const peer = { namespaceSelector: {}, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
          find("NetworkPolicy todo-frontend-dev").spec.egress[0].to = [peer];
        },
      },
    ),
    [],
  ],
  [
    "egress to everywhere",
    withPolicies({}, { objects: (find) => find("NetworkPolicy todo-backend-dev").spec.egress.push({}) }),
    [
      `${POLICY("backend")}, spec.egress[2]: expected ports or peers, found a rule that allows everything; ${fix("backend")}`,
    ],
  ],
  [
    "no egress to an API elsewhere",
    withPolicies({}, { config: { "backend.openaiBaseUrl": "https://llm.example.org/v1" } }),
    [
      ["", "Deployment todo-backend-dev"],
      ["-migration", "Job todo-backend-dev-migration"],
    ].map(
      ([suffix, from]) =>
        `${POLICY("backend")}${suffix}, spec.egress: expected a rule for port 443 outside, which ${from} calls (OPENAI_BASE_URL), found none; add 443 to todo:backend.externalPorts in Pulumi.dev.yaml`,
    ),
  ],
  [
    "egress to an API elsewhere, is not",
    withPolicies(
      { "todo-backend": { allowExternalPorts: [443] } },
      { config: { "backend.openaiBaseUrl": "https://llm.example.org/v1" } },
    ),
    [],
  ],
];

describe("a NetworkPolicy is refused that has", () => {
  for (const [what, plant, says] of network) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), says);
    });
  }

  describe("and with todo:networkPolicies wired", () => {
    const wired = { networkPolicies: "wired" };
    const outside = { database: { mode: "external" }, "backend.openaiBaseUrl": "http://llm.example.org:8080/v1" };
    for (const [stack, config] of [
      ["dev", wired],
      ["staging", wired],
      ["prod", wired],
      ["dev", { ...wired, "database.backup": {} }],
      ["dev", { ...wired, ...outside, "frontend.service": { type: "ClusterIP" }, origin: "http://dev.localhost:8300" }],
      ["dev", { ...wired, "database.migrations": "none", "cluster.ingressClass": "traefik", "backend.port": 9000 }],
      ["dev", { ...wired, "backend.secretKeys": { KEY: "SECRET_KEY" }, "frontend.variables.apiUrl": false }],
    ] as const) {
      it(`nothing, in ${stack} with ${JSON.stringify(config)}`, async () => {
        assert.deepEqual(await problems({ stack, config }), []);
      });
    }

    it("no way in or out for backups", async () => {
      const config = { ...wired, "database.backup": {} };
      const called =
        "port 5432 of StatefulSet todo-postgres-dev, which CronJob todo-postgres-dev-backup calls (PGHOST)";
      const says = (policy: string, direction: string) => [
        `${POLICY("postgres")}${policy}, spec.${direction}: expected a rule for ${called}, found none; ${fix("postgres")}`,
      ];
      const objects = (name: string, direction: "ingress" | "egress"): Plant["objects"] => {
        return (find) => {
          const { spec } = find(`NetworkPolicy todo-postgres-dev${name}`);
          if (direction === "egress") spec.egress.pop();
          else spec.ingress[0].from.pop();
        };
      };
      assert.deepEqual(await problems({ config, objects: objects("", "ingress") }), says("", "ingress"));
      assert.deepEqual(await problems({ config, objects: objects("-backup", "egress") }), says("-backup", "egress"));
    });

    it("no labels of pods that a chart has", async () => {
      const says = ["Ingress", "Egress"].map(
        (direction) =>
          `helm/todo-postgres, StatefulSet todo-postgres-dev, spec.template.metadata.labels: expected labels that a NetworkPolicy of type ${direction} selects, because todo:networkPolicies is wired, found others; ${fix("postgres")}`,
      );
      const objects: Plant["objects"] = (find) => {
        find("NetworkPolicy todo-postgres-dev").spec.podSelector.matchLabels.tier = "data";
      };
      assert.deepEqual(await problems({ config: wired, objects }), says);
      const oneWay: Plant["objects"] = (find) => find("NetworkPolicy todo-postgres-dev").spec.policyTypes.pop();
      assert.deepEqual(await problems({ config: wired, objects: oneWay }), [says[1]]);
    });

    it("no egress to an address among the variables, of either service; by itself each has one", async () => {
      const config = {
        ...wired,
        "backend.env": { MAIL_URL: "smtp://mail.example.org:587", CACHE_HOST: "cache.example.org", CACHE_PORT: "6380" },
        "frontend.env": { METRICS_URL: "https://metrics.example.org" },
      };
      assert.deepEqual(await problems({ config }), []);
      const rule = (chart: string, port: number, from: string, name: string) =>
        `${POLICY(chart)}${from.startsWith("Job") ? "-migration" : ""}, spec.egress: expected a rule for port ${port} outside, which ${from} calls (${name}), found none; add ${port} to todo:${chart}.externalPorts in Pulumi.dev.yaml`;
      const closed: Plant["objects"] = (find) => {
        for (const policy of ["backend-dev", "backend-dev-migration", "frontend-dev"]) {
          const { spec } = find(`NetworkPolicy todo-${policy}`);
          spec.egress = spec.egress.filter(({ ports }: { ports: { port: unknown }[] }) =>
            ports.every(({ port }) => ![587, 6380, 443].includes(port as number)),
          );
        }
      };
      const found = await problems({
        config: { ...config, "backend.openaiBaseUrl": "http://llm.example.org" },
        objects: closed,
      });
      assert.deepEqual(
        found.filter((each) => !each.includes("OPENAI_BASE_URL")),
        [
          rule("backend", 6380, "Deployment todo-backend-dev", "CACHE_HOST"),
          rule("backend", 587, "Deployment todo-backend-dev", "MAIL_URL"),
          rule("frontend", 443, "Deployment todo-frontend-dev", "METRICS_URL"),
          rule("backend", 6380, "Job todo-backend-dev-migration", "CACHE_HOST"),
          rule("backend", 587, "Job todo-backend-dev-migration", "MAIL_URL"),
        ],
      );
    });
  });

  it("no way to the database, also where a Service leads nowhere, of which nothing else follows", async () => {
    const broken: Plant["objects"] = (find) => {
      find("Service todo-frontend-dev").spec.ports[0].targetPort = "web";
      find("NetworkPolicy todo-postgres-dev").spec.ingress = [];
    };
    const found = await problems({ objects: broken });
    const way = ([from, via]: string[]) =>
      `${POLICY("postgres")}, spec.ingress: expected a rule for port 5432 of StatefulSet todo-postgres-dev, which ${from} calls (${via}), found none; ${fix("postgres")}`;
    assert.match(
      found[0],
      /^helm\/todo-frontend, Service todo-frontend-dev, spec\.ports\[0\]\.targetPort: .* found web;/,
    );
    const callers = [
      ["Deployment todo-backend-dev", "DATABASE_URL"],
      ["Job todo-backend-dev-migration", "PGHOST"],
      ["Job todo-backend-dev-migration", "DATABASE_URL"],
      ["Pod todo-postgres-dev-test", "PGHOST"],
    ];
    assert.deepEqual(found.slice(1), callers.map(way));
  });

  it("no egress to a database elsewhere, whose port only the Secret knows", async () => {
    const allowFrom = [of("todo-frontend", "", "staging")];
    const policy = (rest: object) => ({
      values: { "todo-backend": { networkPolicy: { enabled: true, allowFrom, ...rest } } },
    });
    const says = [
      ["", "Deployment todo-backend-staging"],
      ["-migration", "Job todo-backend-staging-migration"],
    ].map(
      ([suffix, from]) =>
        `helm/todo-backend, NetworkPolicy todo-backend-staging${suffix}, spec.egress: expected a rule for the port outside, which ${from} calls (DATABASE_URL), found none; add it to todo:backend.externalPorts in Pulumi.staging.yaml`,
    );
    const staging = { stack: "staging", config: { "database.migrations": "job" } };
    assert.deepEqual(await problems({ ...staging, ...policy({}) }), says);
    assert.deepEqual(await problems({ ...staging, ...policy({ allowExternalPorts: [5432] }) }), []);
  });
});
