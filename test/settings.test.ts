import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings, type SecretValue } from "../settings";
import { bytes, millicores } from "../settings/quantity";
import { stackConfig } from "./support/mocks";
import { refusals } from "./support/refusals";
import { type Change, changed } from "./support/stack-file";

const DATABASE_URL = "postgresql+asyncpg://todo:password@db.example.org:5432/todo?ssl=require";
const LONG = "canary-of-thirty-two-characters-or-more";

/** The settings of a stack file after a change; `encrypted` names the top-level keys whose value is encrypted. */
function parse(stack: string, change: Change, encrypted: string[] = []) {
  const secretKeys = encrypted.map((name) => `todo:${name}`);
  return parseSettings(stack, changed(stack, change), secretKeys);
}

const DATABASE_FORM = "expected postgresql+asyncpg://user:password@host:port/database";

/** The same for secrets, given encrypted to a stack with an external database. */
const refusedSecrets: [what: string, secrets: Record<string, string>, line: string][] = [
  [
    "the driver of the URL",
    { databaseUrl: "postgresql://todo:canary@db.example.org/todo" },
    `todo:databaseUrl: ${DATABASE_FORM}, found postgresql://; the backend's driver is asyncpg, which the scheme has to name, unless todo:database.driver says otherwise`,
  ],
  [
    "a URL without password",
    { databaseUrl: "postgresql+asyncpg://canary@db.example.org/todo" },
    `todo:databaseUrl: ${DATABASE_FORM}, found a text of another form; special characters in the password are written %XX`,
  ],
  [
    "a line break after the URL",
    { databaseUrl: `${DATABASE_URL}\n` },
    `todo:databaseUrl: ${DATABASE_FORM}, found a text of another form; special characters in the password are written %XX`,
  ],
  [
    "parameters of another driver",
    { databaseUrl: "postgresql+asyncpg://todo:canary@db.example.org/todo?sslmode=require" },
    "todo:databaseUrl: expected ?ssl=require, found parameters of libpq; asyncpg knows neither sslmode nor channel_binding",
  ],
  [
    "a short secret",
    { databaseUrl: DATABASE_URL, secretKey: "canary" },
    "todo:secretKey: expected 32 or more characters, found a text that is not shown; `openssl rand -hex 32` makes such a value",
  ],
];

/** The whole message of the error, and proof that it names no value that may be secret. */
function refused(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.equal(pulumi.RunError.isInstance(error), true, String(error));
    const { message } = error as Error;
    assert.doesNotMatch(message, /canary/);
    return message;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

const one = (stack: string, line: string) => `Pulumi.${stack}.yaml has 1 problem; nothing was changed.\n  ${line}`;

describe("parseSettings refuses", () => {
  for (const [what, change, line] of refusals) {
    it(what, () => {
      const message = refused(() => parse("dev", change));
      assert.equal(message, one("dev", line));
    });
  }

  for (const [what, secrets, line] of refusedSecrets) {
    it(what, () => {
      const message = refused(() => parse("staging", secrets, Object.keys(secrets)));
      assert.equal(message, one("staging", line));
    });
  }

  it("the URL of a driver that the stack does not name", () => {
    const change = { "database.driver": "postgresql", databaseUrl: DATABASE_URL };
    const line =
      "todo:databaseUrl: expected postgresql://user:password@host:port/database, found postgresql+asyncpg://; todo:database.driver is postgresql";
    assert.equal(
      refused(() => parse("staging", change, ["databaseUrl"])),
      one("staging", line),
    );
    parse("staging", { ...change, databaseUrl: "postgresql://u:p@db.example.org/todo?sslmode=require" }, [
      "databaseUrl",
    ]);
  });

  it("a database's port that network policies do not let the backend out to", () => {
    const databaseUrl = "postgresql+asyncpg://todo:canary@db.example.org:25060/todo";
    const staging = (change: Change) => parse("staging", { databaseUrl, ...change }, ["databaseUrl"]);
    const found = "because todo:networkPolicies is wired, found another";
    const wayOut = "add it to todo:backend.externalPorts, or its packets go nowhere";
    assert.equal(
      refused(() => staging({ networkPolicies: "wired", "backend.openaiBaseUrl": "http://llm.example.org:8080" })),
      one("staging", `todo:databaseUrl: expected port 8080 or 5432, ${found}; ${wayOut}`),
    );
    staging({});
    staging({ networkPolicies: "wired", "backend.externalPorts": [25060] });
  });

  it("a database's URL where the database is inside", () => {
    const message = refused(() => parse("dev", { databaseUrl: DATABASE_URL }, ["databaseUrl"]));
    const ways = "`pulumi config rm todo:databaseUrl -s dev`, or set todo:database.mode to external";
    const line = `todo:databaseUrl: expected none, because todo:database.mode is inside, found a value; ${ways}`;
    assert.equal(message, one("dev", line));
  });

  for (const [key, change, encrypted, reason] of [
    ["SECRET_KEY", { secretKey: LONG }, ["secretKey"], "todo:secretKey is given"],
    ["AUTH_SECRET", { authSecret: LONG }, ["authSecret"], "todo:authSecret is given"],
    [
      "POSTGRES_PASSWORD",
      { database: { mode: "external" }, databaseUrl: DATABASE_URL },
      ["databaseUrl"],
      "todo:database.mode is external",
    ],
  ] as const) {
    it(`a generation of ${key} where it is not random`, () => {
      const message = refused(() => parse("dev", { ...change, [`generations.${key}`]: 2 }, [...encrypted]));
      const way = `\`pulumi config rm --path todo:generations.${key} -s dev\``;
      assert.equal(message, one("dev", `todo:generations.${key}: expected none, because ${reason}, found 2; ${way}`));
    });
  }

  it("prod without a key for the chat", () => {
    const message = refused(() => parse("prod", { databaseUrl: DATABASE_URL }, ["databaseUrl"]));
    const way = "`pulumi config set --secret todo:openaiApiKey -s prod` asks for it";
    const line = `todo:openaiApiKey: expected a key, because todo:backend.chatRequired is true, found nothing; ${way}`;
    assert.equal(message, one("prod", line));
  });

  it("an encrypted value where it would be shown, without showing it", () => {
    const message = refused(() => parse("dev", { "backend.health": "canary" }, ["backend"]));
    assert.equal(
      message,
      [
        "Pulumi.dev.yaml has 2 problems; nothing was changed.",
        "  todo:backend: expected plain text, found an encrypted value; only the secrets of Pulumi.yaml reach a Secret",
        "  todo:backend.health: expected a path such as /health, found a text that is not shown",
      ].join("\n"),
    );
  });

  it("a stack whose name cannot be a namespace", () => {
    const message = refused(() => parseSettings("My_Stack", stackConfig("dev"), []));
    const line =
      'stack: expected lower-case letters, digits and -, at most 30, found "My_Stack"; it names the namespace';
    assert.equal(message, one("My_Stack", line));
  });

  it("all mistakes at once, each on its line", () => {
    const message = refused(() =>
      parse("dev", {
        origin: "*",
        "backend.replicas": 0,
        "frontend.env": { PORT: "1" },
        "database.mode": undefined,
        extra: 1,
      }),
    );
    const keys = message
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(": ")[0]);
    assert.equal(message.split("\n")[0], "Pulumi.dev.yaml has 5 problems; nothing was changed.");
    assert.deepEqual(keys, [
      "todo:extra",
      "todo:origin",
      "todo:database.mode",
      "todo:backend.replicas",
      "todo:frontend.env.PORT",
    ]);
  });
});

describe("parseSettings", () => {
  it("fills dev's stack file up with the defaults", () => {
    const tag = (stackConfig("dev")["todo:backend"] as { image: { tag: string } }).image.tag;
    const settings = parse("dev", { "frontend.image.tag": tag });
    assert.deepEqual(settings, {
      environment: "dev",
      cluster: { context: "todo-on-minikube" },
      origin: "http://localhost:30300",
      database: { mode: "inside", storageGiB: 1, driver: "postgresql+asyncpg", migrations: "job" },
      quota: { cpu: "1", memory: "4Gi", storageGiB: 10 },
      backend: {
        image: { repository: "localhost/todo-backend", tag },
        replicas: 1,
        autoscaling: { enabled: false, minReplicas: 1, maxReplicas: 3, cpuPercent: 70 },
        port: 8000,
        pool: { size: 2, overflow: 5, timeoutSeconds: 30 },
        chatMaxMessages: 20,
        chatRequired: false,
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
        health: "/health",
        ready: "/ready",
        variables: {
          environment: "BACKEND_ENV",
          host: "BACKEND_HOST",
          port: "BACKEND_PORT",
          corsOrigins: "CORS_ORIGINS",
          poolSize: "POOL_SIZE",
          maxOverflow: "MAX_OVERFLOW",
          poolTimeout: "POOL_TIMEOUT",
          chatMaxMessages: "CHAT_MAX_MESSAGES",
          openaiBaseUrl: "OPENAI_BASE_URL",
        },
        env: {},
        externalPorts: [],
      },
      frontend: {
        image: { repository: "localhost/todo-frontend", tag },
        replicas: 1,
        autoscaling: { enabled: false, minReplicas: 1, maxReplicas: 3, cpuPercent: 70 },
        port: 3000,
        service: { type: "NodePort", nodePort: 30300 },
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        health: "/",
        env: {},
        variables: { apiUrl: "API_URL", port: "PORT", host: "HOSTNAME", mode: "NODE_ENV" },
        externalPorts: [],
      },
      policy: "advisory",
      networkPolicies: "none",
      generations: { SECRET_KEY: 1, AUTH_SECRET: 1, POSTGRES_PASSWORD: 1 },
      secrets: {},
      furtherSecrets: {},
    });
  });

  for (const [stack, replicas, size, overflow] of [
    ["dev", 1, 2, 5],
    ["staging", 1, 5, 10],
    ["prod", 2, 10, 20],
  ] as const) {
    it(`gives ${stack} its replicas, pool and kind of Service`, () => {
      const secrets = stack === "dev" ? {} : { databaseUrl: DATABASE_URL, openaiApiKey: LONG };
      const { backend, frontend } = parse(stack, secrets, Object.keys(secrets));
      assert.deepEqual([backend.replicas, frontend.replicas], [replicas, replicas]);
      assert.deepEqual([backend.pool.size, backend.pool.overflow], [size, overflow]);
      assert.equal(frontend.service.type, stack === "dev" ? "NodePort" : "ClusterIP");
    });
  }

  it("takes part of a map and fills up the rest", () => {
    const { backend } = parse("dev", { "backend.resources": { limits: { memory: "1Gi" } } });
    assert.deepEqual(backend.resources, {
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { cpu: "500m", memory: "1Gi" },
    });
  });

  it("takes a public host whose name begins like a Service's", () => {
    const service = { type: "ClusterIP" };
    const { origin } = parse("dev", { origin: "https://todo-frontend.example.org", "frontend.service": service });
    assert.equal(origin, "https://todo-frontend.example.org");
  });

  it("hands a secret over as a secret, with a fingerprint that follows the value, key and stack", async () => {
    const secret = (stack: string, name: "secretKey" | "authSecret", value: string) => {
      const secrets = { [name]: value, databaseUrl: DATABASE_URL, openaiApiKey: LONG };
      return parse(stack, secrets, Object.keys(secrets)).secrets[name] as SecretValue;
    };
    const given = secret("staging", "secretKey", LONG);
    assert.equal(await pulumi.isSecret(given.value as pulumi.Output<string>), true);
    assert.match(given.fingerprint, /^[0-9a-f]{6}$/);
    assert.equal(given.fingerprint, secret("staging", "secretKey", LONG).fingerprint);
    const others = [
      secret("staging", "secretKey", `${LONG}!`),
      secret("staging", "authSecret", LONG),
      secret("prod", "secretKey", LONG),
    ];
    assert.equal(new Set([given, ...others].map(({ fingerprint }) => fingerprint)).size, 4);
  });

  it("takes an empty secret, the default of Pulumi.yaml, for none", () => {
    assert.equal(parse("dev", { openaiApiKey: "" }).secrets.openaiApiKey, undefined);
  });
});

describe("quantities", () => {
  const cpus: [string, number | undefined][] = [
    ["250m", 250],
    ["1", 1000],
    ["0.5", 500],
    ["1.5", 1500],
    ["0.50", 500],
    ["0.05", 50],
    ["0.001", 1],
    ["0.0001", undefined],
    ["0", undefined],
    ["0.0", undefined],
    ["0m", undefined],
    ["1k", undefined],
    ["-1", undefined],
    ["", undefined],
  ];
  const sizes: [string, number | undefined][] = [
    ["64Mi", 67108864],
    ["1Gi", 1073741824],
    ["1Ti", 1099511627776],
    ["0Mi", undefined],
    ["1G", undefined],
    ["0.5Ki", undefined],
    ["512", undefined],
    ["512m", undefined],
    ["1gb", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cpus) it(`CPU "${text}"`, () => assert.equal(millicores(text), expected));
  for (const [text, expected] of sizes) it(`memory "${text}"`, () => assert.equal(bytes(text), expected));
});
