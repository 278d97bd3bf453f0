// What the program says has to hold between releases, the report of all that does not fit, and the drawing of what does.
// Does not prove: that the program says the right things.
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { checkWiring, wiringOf } from "../../src/wiring/check.ts";
import { drawing } from "../../src/wiring/drawing.ts";
import { API, type Case, fix, problems, type Shop, shop, WEB } from "../support/shop.ts";

const ORIGINS = `${API}, env ORIGINS of container api`;
const ONLY = "expected http://localhost:30080, the origin of the browser, and no *";
const origins = (text: string) => (one: Shop) => one.set("Deployment api-dev", "ORIGINS", text);
const CALL = `${WEB}, env API_URL of container web: expected the address of the Service of api-dev, http://api-dev`;
const call = (text: string) => (one: Shop) => one.set("Deployment web-dev", "API_URL", text);

const requirements: Case[] = [
  ["not origins in a list", origins("http://localhost:30080,https://example.org"), []],
  ["not origins in JSON", origins('["https://example.org", "http://localhost:30080"]'), []],
  ["not origins with spaces", origins("https://example.org http://localhost:30080"), []],
  [
    "other origins",
    origins("http://localhost:3000"),
    [`${ORIGINS}: ${ONLY}, found "http://localhost:3000"; change origin in dev.yaml`],
  ],
  [
    "an origin with more behind it",
    origins("http://localhost:30080/"),
    [`${ORIGINS}: ${ONLY}, found "http://localhost:30080/"; change origin in dev.yaml`],
  ],
  [
    "every origin",
    origins("http://localhost:30080,*"),
    [`${ORIGINS}: ${ONLY}, found "http://localhost:30080,*"; change origin in dev.yaml`],
  ],
  [
    "every host of a domain",
    origins("http://localhost:30080,https://*.example.org"),
    [`${ORIGINS}: ${ONLY}, found "http://localhost:30080,https://*.example.org"; change origin in dev.yaml`],
  ],
  [
    "origins that have a key of their own",
    (one) => {
      one.facts.keyOf = (release, variable) => `${release}.${variable}`;
      origins("x")(one);
    },
    [`${ORIGINS}: ${ONLY}, found "x"; change api-dev.ORIGINS in dev.yaml`],
  ],
  [
    "origins, where nobody knows of keys",
    (one) => {
      delete one.facts.keyOf;
      origins("x")(one);
    },
    [`${ORIGINS}: ${ONLY}, found "x"; change origin in dev.yaml`],
  ],
  [
    "no origins",
    (one) => one.container("Deployment api-dev").env.pop(),
    [`${ORIGINS}: expected http://localhost:30080, the origin of the browser, found no such variable; ${fix("api")}`],
  ],
  [
    "not origins of a release that is not there, of a Job, or where there is no page",
    (one) => {
      origins("x")(one);
      one.facts.originVariables = [{ release: "nobody", variable: "ORIGINS" }];
      one.find("Job api-dev-migration").metadata.name = "job";
    },
    [],
  ],
  [
    "no origins where there is no page",
    (one) => {
      origins("x")(one);
      delete one.facts.page;
    },
    [],
  ],
  [
    "nothing where nothing is said to hold",
    (one) => Object.assign(one.facts, { originVariables: undefined, calls: undefined, buildTimeVariables: undefined }),
    [],
  ],
  ["another Service", call("http://web-dev:3000"), [`${CALL}, found web-dev; ${fix("web")}`]],
  ["another host", call("https://api.example.org"), [`${CALL}, found api.example.org; ${fix("web")}`]],
  ["no host", call("/api"), [`${CALL}, found no Service; ${fix("web")}`]],
  ["an empty address", call(""), [`${CALL}, found an empty text; ${fix("web")}`]],
  [
    "no address",
    (one) => (one.container("Deployment web-dev").env = []),
    [`${CALL}, found no such variable; ${fix("web")}`],
  ],
  ["not an address among others", call("http://web-dev:3000,http://api-dev"), []],
  [
    "a wrong address once",
    call("http://api-dev:81"),
    [`${WEB}, env API_URL of container web: expected a port of Service api-dev (80), found api-dev:81; ${fix("web")}`],
  ],
  [
    "an address beside another that is wrong",
    (one) => {
      one.set("Deployment web-dev", "LINK", "http://api-dev:81");
      call("https://x.org")(one);
    },
    [
      `${WEB}, env LINK of container web: expected a port of Service api-dev (80), found api-dev:81; change web-dev.env.LINK in dev.yaml`,
      `${CALL}, found x.org; ${fix("web")}`,
    ],
  ],
  [
    "an address, where another variable has it",
    (one) => {
      one.set("Deployment web-dev", "LINK", "http://api-dev");
      call("/api")(one);
    },
    [`${CALL}, found no Service; ${fix("web")}`],
  ],
  [
    "an address, where another pod has it",
    (one) => {
      one.container("StatefulSet db-dev").env.push({ name: "API_URL", value: "http://api-dev" });
      call("/api")(one);
    },
    [`${CALL}, found no Service; ${fix("web")}`],
  ],
  [
    "an address, though another pod has a wrong one under the same name in a container of the same name",
    (one) => {
      const more = structuredClone(one.find("Deployment web-dev"));
      one.add("web", "apps/v1", "Deployment", "more", { spec: more.spec });
      one.container("Deployment more").env = [{ name: "API_URL", value: "http://api-dev:81" }];
      one.find("Deployment more").spec.template.metadata.labels = { app: "more" };
      call("/api")(one);
    },
    [
      `charts/web, Deployment more, env API_URL of container web: expected a port of Service api-dev (80), found api-dev:81; ${fix("web")}`,
      `${CALL}, found no Service; ${fix("web")}`,
    ],
  ],
];

describe("of what has to hold between releases, the check refuses", () => {
  for (const [what, change, says] of requirements) it(what, () => assert.deepEqual(problems(change), says));
});

describe("of a variable that an image took in when it was built, the check warns", () => {
  const warnings = (change: (one: Shop) => void) => {
    const { facts, charts } = shop(change);
    return wiringOf(facts, charts).warnings;
  };
  const TEXT =
    "Vite puts what begins with VITE_ into the code for browsers when the image is built, where this has no effect; it has one where the server reads it at run time";
  const add =
    (name: string, rest: object = { value: "1" }, object = "Deployment web-dev") =>
    (one: Shop) =>
      one.container(object).env.push({ name, ...rest });

  it("by its key, in the releases that are built so alone", () => {
    assert.deepEqual(warnings(add("VITE_A")), [`web-dev.env.VITE_A in dev.yaml: ${TEXT}`]);
    assert.deepEqual(warnings(add("VITE_A", {}, "Deployment api-dev")), []);
    assert.deepEqual(warnings(add("MY_VITE_")), []);
  });

  it("once, also where only a reference says it, and by its place where nobody knows of keys", () => {
    const found = warnings((one) => {
      one.facts.keyOf = (release, name) => (name === "VITE_A" ? `${release}.env.${name}` : undefined);
      one.facts.secretKeyOf = (release, name) => (name === "VITE_S" ? `${release}.secretKeys.${name}` : undefined);
      for (const name of ["VITE_A", "VITE_B", "VITE_A", "VITE_S"]) {
        add(name, name === "VITE_B" ? { valueFrom: { fieldRef: { fieldPath: "x" } } } : { value: "1" })(one);
      }
      const more = structuredClone(one.find("Deployment web-dev"));
      one.add("web", "apps/v1", "Deployment", "more", { spec: more.spec });
    });
    assert.deepEqual(found.toSorted(), [
      `${WEB}, env VITE_B: ${TEXT}`,
      `web-dev.env.VITE_A in dev.yaml: ${TEXT}`,
      `web-dev.secretKeys.VITE_S in dev.yaml: ${TEXT}`,
    ]);
    const unnamed = warnings((one) => {
      delete one.facts.settingsFile;
      add("VITE_A")(one);
    });
    assert.deepEqual(unnamed, [`${WEB}, env VITE_A: ${TEXT}`]);
  });

  it("and says so where it is run", () => {
    const { warn } = pulumi.log;
    const said: string[] = [];
    Object.assign(pulumi.log, { warn: (text: string) => said.push(text) });
    try {
      const { facts, charts } = shop(add("VITE_A"));
      checkWiring(facts, charts);
    } finally {
      Object.assign(pulumi.log, { warn });
    }
    assert.deepEqual(said, [`web-dev.env.VITE_A in dev.yaml: ${TEXT}`]);
  });
});

describe("the check of the wiring", () => {
  const check = (...changes: ((one: Shop) => void)[]) => {
    const { facts, charts } = shop(...changes);
    return () => checkWiring(facts, charts);
  };
  const line = `  ${WEB}, env API_URL of container web: expected a Service of namespace shop-dev (db-dev, api-dev, web-dev), found nowhere:80; ${fix("web")}`;

  it("lets pass what fits", check());

  it("says all that does not fit in one error", () => {
    assert.throws(check(call("http://nowhere")), {
      message: `The charts of dev do not fit together in 1 place; nothing was changed.\n${line}`,
    });
    assert.throws(check(call("http://nowhere"), origins("x")), {
      message: `The charts of dev do not fit together in 2 places; nothing was changed.\n${line}\n  ${ORIGINS}: ${ONLY}, found "x"; change origin in dev.yaml`,
    });
  });

  it("says what is wrong with several objects of the same name of each", () => {
    const clash = (one: Shop) => {
      one.find("StatefulSet db-dev").spec.template.spec.serviceAccountName = "x";
      one.container("StatefulSet db-dev").volumeMounts = [{ name: "x" }];
    };
    assert.equal(problems(clash).length, 2);
  });
});

describe("the drawing", () => {
  const drawn = (...changes: ((one: Shop) => void)[]) => {
    const { facts, charts } = shop(...changes);
    return drawing(wiringOf(facts, charts)).split("\n");
  };
  const FOUND = [
    "flowchart LR",
    "  browser([Browser])",
    "  subgraph namespace [namespace shop-dev]",
    '    StatefulSet_db_dev["StatefulSet db-dev :5432"]',
    '    Deployment_api_dev["Deployment api-dev :8000"]',
    '    Deployment_web_dev["Deployment web-dev :3000"]',
    '    Job_api_dev_migration["Job api-dev-migration"]',
    '    secret_db_secrets[/"Secret db-secrets"/]',
    '    secret_api_secrets[/"Secret api-secrets"/]',
    "  end",
    '  browser -- "http://localhost:30080, node port 30080" --> Deployment_web_dev',
    '  Deployment_api_dev -- "DATABASE_URL, port 5432" --> StatefulSet_db_dev',
    '  Deployment_web_dev -- "API_URL, port 80" --> Deployment_api_dev',
    '  Job_api_dev_migration -- "DATABASE_URL, port 5432" --> StatefulSet_db_dev',
    '  secret_db_secrets -. "PASSWORD" .-> StatefulSet_db_dev',
    '  secret_api_secrets -. "DATABASE_URL" .-> Deployment_api_dev',
    '  secret_api_secrets -. "DATABASE_URL" .-> Job_api_dev_migration',
  ];
  const without = (...lines: number[]) => FOUND.filter((_, index) => !lines.includes(index));

  it("has all connections, the ways in, and Secrets by their keys", () => assert.deepEqual(drawn(), FOUND));

  it("has several labels on one arrow, places outside, keys that may be absent, and references without a key not", () => {
    const found = drawn((one) => {
      one.set("Deployment web-dev", "LINK", "http://api-dev https://a.example.org smtp://b.example.org");
      one
        .container("Deployment api-dev")
        .env.push(
          { name: "A", valueFrom: { secretKeyRef: { name: "api-secrets", key: "SECRET_KEY", optional: true } } },
          { name: "B", valueFrom: { secretKeyRef: { name: "api-secrets", optional: true } } },
          { name: "C", valueFrom: { secretKeyRef: { key: "X", optional: true } } },
        );
    });
    assert.deepEqual(
      found.filter((line) => !FOUND.includes(line)),
      [
        '  outside_a_example_org(["a.example.org"])',
        '  outside_b_example_org(["b.example.org"])',
        '  Deployment_web_dev -- "API_URL, port 80<br/>LINK, port 80" --> Deployment_api_dev',
        '  Deployment_web_dev -- "LINK, port 443" --> outside_a_example_org',
        '  Deployment_web_dev -- "LINK" --> outside_b_example_org',
        '  secret_api_secrets -. "DATABASE_URL<br/>SECRET_KEY, where set" .-> Deployment_api_dev',
      ],
    );
  });

  it("has an address that only the Secret knows as a place of its own", () => {
    const found = drawn((one) => Object.assign(one.facts.secrets?.["api-secrets"] ?? {}, { DATABASE_URL: undefined }));
    assert.deepEqual(
      found.filter((line) => !FOUND.includes(line)),
      [
        `  address_DATABASE_URL(["address in the Secret's DATABASE_URL"])`,
        '  Deployment_api_dev -- "DATABASE_URL" --> address_DATABASE_URL',
        '  Job_api_dev_migration -- "DATABASE_URL" --> address_DATABASE_URL',
      ],
    );
  });

  it("has the way of a port that is forwarded, to what stays, where nothing is open", () => {
    const closed = drawn((one) => {
      delete one.find("Service web-dev").spec.ports[0].nodePort;
      one.find("Pod web-dev-test").metadata.annotations = { "helm.sh/hook": "pre-upgrade" };
    });
    assert.deepEqual(
      closed.filter((line) => line.includes("browser -")),
      ['  browser -. "http://localhost:30080, port-forward" .-> Deployment_web_dev'],
    );
    assert.deepEqual(
      drawn(
        (one) => delete one.facts.page,
        (one) => delete one.find("Service web-dev").spec.ports[0].nodePort,
      ),
      without(10),
    );
  });

  it("has the ports of all containers of a pod", () => {
    const found = drawn((one) => {
      one.container("Deployment web-dev").ports.push({ containerPort: 9 });
      one.find("Deployment web-dev").spec.template.spec.containers.push({ name: "b", ports: [{ containerPort: 10 }] });
    });
    assert.ok(found.includes('    Deployment_web_dev["Deployment web-dev :3000 :9 :10"]'));
  });
});
