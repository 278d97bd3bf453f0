// Each key with a value that is not its default is taken as it is, and Pulumi.schema.json is made of the same contract.
// Does not prove: what an editor makes of the schema (test/settings/schema.test.ts), nor what becomes of a value.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { sections as contract } from "../../settings/contract.ts";
import { backendPorts } from "../../settings/external-ports.ts";
import { KUBERNETES_VERSION, withKubernetes } from "../../settings/kubernetes-version.ts";
import { origin } from "../../settings/origin.ts";
import { report, suggestion } from "../../settings/problems.ts";
import { stackFileSchema } from "../../settings/schema.ts";
import { factsOf } from "../../settings/secret-keys.ts";
import { services, servicesOf } from "../../settings/services.ts";
import {
  reservedNames,
  secretVariables,
  wrongSecretName,
  wrongSecretVariable,
  wrongVariable,
} from "../../settings/variables.ts";
import { parseSettings } from "../../settings.ts";
import { ROOT, stackConfig } from "../support/mocks.ts";
import { everyKey, everyOtherKey } from "../support/settings-cases.ts";
import { type Change, changed, settingsOf } from "../support/stack-file.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("a value that is not the default", () => {
  it("is taken as it is, for each key", () => {
    const keys = [
      "todo:openaiApiKey",
      "todo:registryToken",
      "todo:secrets",
      "todo:secrets.STRIPE_KEY",
      "todo:secrets.MAIL_PASSWORD",
    ];
    const { environment, secrets, furtherSecrets, ...sections } = parseSettings("lab", everyKey, keys);
    const given = Object.fromEntries(Object.entries(sections).map(([name, value]) => [`todo:${name}`, value]));
    const { "todo:openaiApiKey": _, "todo:registryToken": ___, "todo:secrets": __, ...expected } = everyKey;
    const autoscaling = { enabled: false, minReplicas: 1, maxReplicas: 3, cpuPercent: 70 };
    for (const name of ["todo:backend", "todo:frontend"] as const)
      Object.assign(expected, { [name]: { autoscaling, ...expected[name] } });
    Object.assign(expected, { "todo:services": contract.services.parse(everyKey["todo:services"]) });
    assert.deepEqual(given, expected);
    assert.deepEqual(
      [environment, Object.keys(secrets), Object.keys(furtherSecrets)],
      ["lab", ["openaiApiKey", "registryToken"], ["STRIPE_KEY", "MAIL_PASSWORD"]],
    );
  });

  it("is taken with all secrets, an external database and autoscalers", () => {
    const keys = Object.keys(everyOtherKey).filter((key) => /Key$|Secret$|Token$|Url$|secrets$/.test(key));
    const further = Object.keys(everyOtherKey["todo:secrets"]).map((name) => `todo:secrets.${name}`);
    const { secrets, database, backend, frontend, generations } = parseSettings("lab", everyOtherKey, [
      ...keys,
      ...further,
    ]);
    assert.deepEqual(Object.keys(secrets), ["databaseUrl", "secretKey", "authSecret", "openaiApiKey", "registryToken"]);
    assert.deepEqual(database, everyOtherKey["todo:database"]);
    assert.deepEqual(
      [backend, frontend].map((service) => ({ autoscaling: service?.autoscaling, replicas: service?.replicas })),
      [
        { autoscaling: everyOtherKey["todo:backend"].autoscaling, replicas: 1 },
        { autoscaling: everyOtherKey["todo:frontend"].autoscaling, replicas: 1 },
      ],
    );
    assert.deepEqual(generations, { SECRET_KEY: 1, AUTH_SECRET: 1, POSTGRES_PASSWORD: 1 });
  });
});

it("Pulumi.schema.json is what the contract says", () => {
  const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { description: string }> };
  const descriptions = Object.fromEntries(
    Object.entries(config).map(([key, { description }]) => [key.replace("todo:", ""), description]),
  );
  assert.deepEqual(JSON.parse(JSON.stringify(stackFileSchema(descriptions))), JSON.parse(read("Pulumi.schema.json")));
});

it("defaults in Pulumi.yaml, which reach the program as if somebody had set them, are the contract's", () => {
  const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
  const texts = Object.entries(config).filter(([, { default: given }]) => typeof given === "string" && given !== "");
  assert.ok(texts.length >= 2);
  for (const [key, { default: given }] of texts) {
    const schema = contract[key.replace("todo:", "") as keyof typeof contract];
    assert.equal(schema.parse(undefined), given, key);
  }
});

describe("the name of a stack", () => {
  for (const [name, taken] of [
    ...["a", "ab", "a-1", `a${"b".repeat(29)}`].map((name) => [name, true] as const),
    ...["", "1a", "A", "a-", "-a", "a_b", "aB", `a${"b".repeat(30)}`, "a.b", "ab\n"].map(
      (name) => [name, false] as const,
    ),
  ]) {
    it(`${taken ? "is" : "is not"} ${JSON.stringify(name)}`, () => {
      const action = () => parseSettings(name, stackConfig("dev"), []);
      if (taken) assert.equal(action().environment, name);
      else assert.throws(action, { message: new RegExp(`  stack: expected lower-case letters.*found "${name}"`, "s") });
    });
  }
});

describe("ports outside that the backend may connect to", () => {
  const cases: [mode: "inside" | "external", url: string | undefined, ports: number[], expected: number[]][] = [
    ["inside", undefined, [], [443]],
    ["external", undefined, [], [443, 5432]],
    ["inside", "http://llm", [], [80]],
    ["inside", "https://llm", [25], [443, 25]],
    ["inside", "http://llm:8080/v1", [], [8080]],
    ["inside", "https://llm:8443", [], [8443]],
    ["external", undefined, [5432, 443, 1], [443, 5432, 1]],
    ["inside", "no URL", [], [443]],
  ];
  for (const [mode, openaiBaseUrl, externalPorts, expected] of cases) {
    it(`${mode}, ${openaiBaseUrl}, ${externalPorts}`, () => {
      assert.deepEqual(backendPorts({ mode } as never, { openaiBaseUrl, externalPorts } as never), expected);
    });
  }
});

describe("an origin", () => {
  const taken = [
    ...["http://localhost:30300", "https://shop.example.org", "http://my-todo-backend", "http://todo-backendx"],
    ...[
      "http://todo-admin",
      "http://svc.example.org",
      "http://a.svcs",
      "http://cluster.local.example.org",
      "http://clusterxlocal",
    ],
    "http://todo-backend.example.org",
  ];
  const inside = [
    ...[
      "http://todo-backend",
      "http://todo-frontend-dev",
      "http://todo-postgres-dev.todo-dev",
      "http://todo-backend.todo-x1",
    ],
    ...["http://a.b.svc", "http://a.cluster.local"],
  ];
  const none = ["", "x", "ftp://a", "xhttp://a", "httpsx://a", "//a"];
  const said = (value: string) =>
    origin()
      .safeParse(value)
      .error?.issues.map(({ message }) => message) ?? [];
  for (const value of taken) it(`is ${value}`, () => assert.deepEqual(said(value), []));
  for (const value of inside)
    it(`is not ${value}`, () => assert.match(said(value).join(), /^expected an address that a browser can open/));
  for (const value of none)
    it(`is not ${JSON.stringify(value)}`, () => assert.match(said(value).join(), /^expected scheme:/));
});

describe("what is at a bound", () => {
  const said = (change: Change) => {
    try {
      parseSettings("dev", changed("dev", change), []);
      return [];
    } catch (error) {
      return (error as Error).message
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(": ")[0]);
    }
  };
  const forwarded = (port: number) => ({
    origin: `http://localhost:${port}`,
    "frontend.service": { type: "ClusterIP" },
  });
  const pool = (replicas: number, size: number, overflow: number) => ({
    "backend.replicas": replicas,
    "backend.pool": { size, overflow },
  });
  const cases: [what: string, change: Change, keys: string[]][] = [
    ["a forwarded port below those of nodes", forwarded(29_999), []],
    ["the first port of nodes", forwarded(30_000), ["todo:origin"]],
    ["the last port of nodes", forwarded(32_767), ["todo:origin"]],
    ["a forwarded port above those of nodes", forwarded(32_768), []],
    ["as many connections as there are", pool(1, 40, 8), []],
    ["one more for each pod", pool(1, 40, 9), ["todo:backend.pool"]],
    [
      "a request that is the limit",
      { "backend.resources": { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1000m", memory: "1024Mi" } } },
      [],
    ],
    [
      "a request above the limit",
      { "backend.resources": { requests: { cpu: "1001m", memory: "1025Mi" }, limits: { cpu: "1", memory: "1Gi" } } },
      ["todo:backend.resources.requests.cpu", "todo:backend.resources.requests.memory"],
    ],
    ["a key of Pulumi's own", { "pulumi:tags": {} }, []],
    ["a key that only ends like Pulumi's", { "my:pulumi:": {} }, ["my:pulumi:"]],
  ];
  for (const [what, change, keys] of cases) it(what, () => assert.deepEqual(said(change), keys));
});

it("problems are said once each, with the stack's name in their fixes", () => {
  const one = { key: "a", text: "x {stack} {stack}" };
  assert.equal(report("dev", [one, one]), "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  a: x dev dev");
  assert.equal(
    report("dev", [one, { ...one, key: "b" }]),
    "Pulumi.dev.yaml has 2 problems; nothing was changed.\n  a: x dev dev\n  b: x dev dev",
  );
});

it("a name is near another by a third of its letters, or two", () => {
  const cases: [word: string, known: string[], said: string][] = [
    ["orgin", ["origin", "database"], "did you mean origin?"],
    ["ORIGIN", ["origin"], "did you mean origin?"],
    ["ab", ["cd"], "did you mean cd?"],
    ["abc", ["xyz"], "known here: xyz"],
    ["abcdefghi", ["abcdefxyz"], "did you mean abcdefxyz?"],
    ["abcdefghi", ["abcdewxyz", "b"], "known here: abcdewxyz, b"],
    ["a", [], "known here: "],
  ];
  for (const [word, known, text] of cases) assert.equal(suggestion(word, known), text);
});

it("lists of programs have Kubernetes' own version", () => {
  assert.match(KUBERNETES_VERSION, /^1\.\d+\.\d+$/);
  assert.deepEqual(withKubernetes({ version: "v$KUBERNETES", name: "kubectl" }), {
    version: `v${KUBERNETES_VERSION}`,
    name: "kubectl",
  });
});

it("services and keys of Secrets are what everything else is made from", () => {
  const { backend, frontend } = services;
  assert.deepEqual(
    [backend, frontend].map(({ chart, source }) => ({ chart, source })),
    [
      {
        chart: "todo-backend",
        source: { repository: "localhost/todo-backend", folder: "app/backend", base: "python" },
      },
      {
        chart: "todo-frontend",
        source: { repository: "localhost/todo-frontend", folder: "app/frontend", base: "node" },
      },
    ],
  );
  assert.deepEqual(
    ["SECRET_KEY", "AUTH_SECRET", "POSTGRES_PASSWORD", "OPENAI_API_KEY", "DATABASE_URL", "toString"].map(factsOf),
    [
      { given: "secretKey", random: { resource: "secret-key", length: 48 } },
      { given: "authSecret", random: { resource: "auth-secret", length: 48 } },
      { random: { resource: "postgres-password", length: 32 } },
      { given: "openaiApiKey" },
      { given: "databaseUrl", otherwise: "the database inside" },
      undefined,
    ],
  );
});

describe("what was found", () => {
  const said = (change: Change, encrypted: string[] = []) => {
    try {
      parseSettings("dev", changed("dev", change), encrypted);
      return [];
    } catch (error) {
      return (error as Error).message
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
    }
  };
  const plain =
    "todo:backend: expected plain text, found an encrypted value; only the secrets of Pulumi.yaml reach a Secret, and `pulumi config set --plaintext todo:backend … -s dev` writes it in plain text";
  const PODS = "expected a whole number (pods) from 1 to 50, found";
  const cases: [what: string, change: Change, encrypted: string[], lines: string[]][] = [
    [
      "a value of 80 letters",
      { "backend.health": "x".repeat(78) },
      [],
      [`todo:backend.health: expected a path such as /health, found "${"x".repeat(78)}"`],
    ],
    [
      "a longer value",
      { "backend.health": "x".repeat(79) },
      [],
      [`todo:backend.health: expected a path such as /health, found "${"x".repeat(78)}…`],
    ],
    ["null", { "backend.replicas": null }, [], [`todo:backend.replicas: ${PODS} nothing`]],
    ["a hidden list", { "backend.replicas": [1] }, ["todo:backend"], [plain, `todo:backend.replicas: ${PODS} a list`]],
    ["a hidden map", { "backend.replicas": {} }, ["todo:backend"], [plain, `todo:backend.replicas: ${PODS} a map`]],
    [
      "a hidden number",
      { "backend.replicas": 0 },
      ["todo:backend"],
      [plain, `todo:backend.replicas: ${PODS} a number`],
    ],
    ["a section that is a list", { quota: [1] }, [], ["todo:quota: expected a map of keys, found [1]"]],
    ["a section that is a text", { quota: "1" }, [], ['todo:quota: expected a map of keys, found "1"']],
    [
      "a map of variables that is a text",
      { "backend.env": "1" },
      [],
      ["todo:backend.env: expected a map of keys, found a text that is not shown"],
    ],
    [
      "a truth that is a text",
      { "backend.chatRequired": "yes" },
      [],
      ['todo:backend.chatRequired: expected true or false, found "yes"'],
    ],
    ["a key of another kind of database", { database: { mode: "external", storageGiB: 1 }, databaseUrl: "x" }, [], []],
    [
      "an API's key with spaces",
      { openaiApiKey: "a b" },
      ["todo:openaiApiKey"],
      ["todo:openaiApiKey: expected a key without spaces, found a text that is not shown"],
    ],
    [
      "a registry's password with what a terminal puts behind it",
      { registry: { server: "registry.example.com", user: "ci" }, registryToken: "two words\n" },
      ["todo:registryToken"],
      [
        "todo:registryToken: expected a password or token in one line, without spaces around it, found a text that is not shown",
      ],
    ],
    [
      "an API's key with a space before it",
      { openaiApiKey: " a" },
      ["todo:openaiApiKey"],
      ["todo:openaiApiKey: expected a key without spaces, found a text that is not shown"],
    ],
  ];
  for (const [what, change, encrypted, lines] of cases) {
    it(what, () => {
      const found = said(change, encrypted);
      if (lines.length > 0) assert.deepEqual(found, lines);
      else
        assert.ok(
          found.some((line) =>
            line.startsWith("todo:database.storageGiB: no such key; known here: mode, driver, urls, migrations"),
          ),
          found.join(),
        );
    });
  }

  it("a registry's password may have spaces", () => {
    const registry = { server: "registry.example.com", user: "ci" };
    assert.deepEqual(said({ registry, registryToken: "two words" }, ["todo:registryToken"]), []);
  });
});

describe("names of variables", () => {
  it("from the Secret are the mapped ones, and further keys that no other name has", () => {
    const own = {
      DATABASE_URL: "DATABASE_URL",
      SECRET_KEY: "SECRET_KEY",
      AUTH_SECRET: "AUTH_SECRET",
      OPENAI_API_KEY: "OPENAI_API_KEY",
    };
    const all = settingsOf("dev");
    const mapped = (backend?: Record<string, string>, keys: string[] = [], frontend?: Record<string, string>) =>
      secretVariables(
        {
          backend: all.backend && { ...all.backend, secretKeys: backend },
          frontend: all.frontend && { ...all.frontend, secretKeys: frontend },
        },
        keys,
      );
    assert.deepEqual(mapped(), { backend: own, frontend: {} });
    assert.deepEqual(mapped(undefined, ["A"]), { backend: { ...own, A: "A" }, frontend: {} });
    assert.deepEqual(mapped({ X: "A" }, ["A", "B"]), { backend: { X: "A", B: "B" }, frontend: {} });
    assert.deepEqual(mapped({}), { backend: {}, frontend: {} });
    // What the frontend names is its own, unless the backend names it too.
    assert.deepEqual(mapped({}, ["A", "B"], { Y: "A" }), { backend: { B: "B" }, frontend: { Y: "A" } });
    assert.deepEqual(mapped({ X: "A", Z: "A" }, ["A"], { Y: "A" }), {
      ...{ backend: { X: "A", Z: "A" }, frontend: { Y: "A" } },
    });
  });

  it("that a service has taken are those that it does not leave out", () => {
    const { frontend } = settingsOf("dev");
    assert.ok(frontend);
    const others = { port: false, metricsPort: false, mode: false, origin: false } as const;
    const variables = { apiUrl: "API", host: "HOSTNAME", ...others } as const;
    const [service] = servicesOf({ frontend: { ...frontend, variables } });
    assert.deepEqual(reservedNames(service), {
      API: "the backend's Service",
      HOSTNAME: "the program",
    });
  });

  it("are refused with the reason", () => {
    const SECRET = "expected a variable that may be seen, found the name of a secret";
    const NAME = "expected a name of letters, digits and _, found another";
    assert.deepEqual(
      ["LEVEL", "NEXT_PUBLIC_A", "PUBLIC_KEY", "DATABASE_URL", "FROM_SECRET", "A_TOKEN", "KEY", "A-B", "1A"].map(
        (name) => wrongVariable("backend", name, { FROM_SECRET: "X" }),
      ),
      [
        ...[undefined, undefined, undefined],
        `${SECRET}; map it in todo:backend.secretKeys`,
        `${SECRET}; map it in todo:backend.secretKeys`,
        `${SECRET}; it belongs in todo:secrets`,
        `${SECRET}; it belongs in todo:secrets`,
        NAME,
        NAME,
      ],
    );
    assert.deepEqual(
      ["LEVEL", "DATABASE_URL", "A_TOKEN", "DATABASE_HOST", "toString"].map((name) => wrongVariable("frontend", name)),
      [
        undefined,
        `${SECRET}; map it in todo:frontend.secretKeys`,
        `${SECRET}; it belongs in todo:secrets`,
        ...[undefined, undefined],
      ],
    );
    assert.deepEqual(["A_TOKEN", "NEXT_PUBLIC_A", "A-B"].map(wrongSecretVariable), [undefined, undefined, NAME]);
    const from = (source: string) => `expected another name, found one that is set from ${source}`;
    assert.deepEqual(["A_TOKEN", "NEXT_PUBLIC_A", "A-B", "DATABASE_URL", "SECRET_KEY"].map(wrongSecretName), [
      ...[undefined, undefined, NAME],
      ...[from("todo:databaseUrl or the database inside"), from("todo:secretKey")],
    ]);
  });
});
