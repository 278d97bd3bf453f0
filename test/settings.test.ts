// What a stack file is refused for, word for word, and what it is taken for.
// Does not prove: which defaults the services' fields have (test/components, docs/configuration.md), how Pulumi hands a stack file over (test/index.test.ts), nor that a value reaches a pod (test/components).
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { sections } from "../settings/contract.ts";
import type { SecretValue } from "../settings/secret-values.ts";
import { parseSettings } from "../settings.ts";
import { stackConfig } from "./support/mocks.ts";
import { refusals } from "./support/settings-cases.ts";
import { type Change, changed } from "./support/stack-file.ts";

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
    `todo:databaseUrl: ${DATABASE_FORM}, found one without user:password@ before the host; both are needed`,
  ],
  [
    "a line break after the URL",
    { databaseUrl: `${DATABASE_URL}\n` },
    `todo:databaseUrl: ${DATABASE_FORM}, found white space in it, perhaps a line break at its end, or a command around it`,
  ],
  [
    "parameters of another driver",
    { databaseUrl: "postgresql+asyncpg://todo:canary@db.example.org/todo?sslmode=require" },
    `todo:databaseUrl: ${DATABASE_FORM}?ssl=require, found sslmode; asyncpg knows ssl, prepared_statement_cache_size, statement_cache_size, command_timeout, target_session_attrs and no others`,
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
    const fix = "todo:networkPolicies is wired: add it to todo:backend.externalPorts, or its packets go nowhere";
    assert.equal(
      refused(() => staging({ networkPolicies: "wired", "backend.openaiBaseUrl": "http://llm.example.org:8080" })),
      one("staging", `todo:databaseUrl: ${DATABASE_FORM}, found another port than 8080 or 5432; ${fix}`),
    );
    staging({ networkPolicies: "none" });
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
        "  todo:backend: expected plain text, found an encrypted value; only the secrets of Pulumi.yaml reach a Secret, and `pulumi config set --plaintext todo:backend … -s dev` writes it in plain text",
        "  todo:backend.health: expected a path such as /health, found a text that is not shown",
      ].join("\n"),
    );
  });

  it("a path that `pulumi config set` was not told to be one", () => {
    const rest = "below todo:backend, and `pulumi config rm 'todo:backend.image.tag' -s dev` removes this one";
    const set = `\`pulumi config set --path 'todo:backend.image.tag' … -s dev\` sets what is ${rest}`;
    const config = { ...stackConfig("dev"), "todo:backend.image.tag": "x" };
    assert.equal(
      refused(() => parseSettings("dev", config, [])),
      one("dev", `todo:backend.image.tag: no such key; ${set}`),
    );
    assert.match(
      refused(() => parseSettings("dev", { ...stackConfig("dev"), "todo:backand[0]": "x" }, [])),
      /todo:backand\[0\]: no such key; did you mean todo:backend\?$/,
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
      database: { mode: "inside", storageGiB: 1, driver: "postgresql+asyncpg", urls: {}, migrations: "job" },
      quota: { cpu: "2", memory: "8Gi", storageGiB: 10 },
      backend: sections.backend.parse({
        image: { repository: "localhost/todo-backend", tag },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      }),
      frontend: sections.frontend.parse({
        image: { repository: "localhost/todo-frontend", tag },
        service: { type: "NodePort", nodePort: 30300 },
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
      }),
      services: {},
      neighbours: {},
      protected: false,
      policy: "advisory",
      metrics: sections.metrics.parse(undefined),
      networkPolicies: "wired",
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
      assert.deepEqual([backend?.replicas, frontend?.replicas], [replicas, replicas]);
      assert.deepEqual([backend?.pool.size, backend?.pool.overflow], [size, overflow]);
      assert.equal(frontend?.service.type, stack === "dev" ? "NodePort" : "ClusterIP");
    });
  }

  it("takes part of a map and fills up the rest", () => {
    const { backend } = parse("dev", { "backend.resources": { limits: { memory: "1Gi" } } });
    assert.deepEqual(backend?.resources, {
      requests: { cpu: "250m", memory: "256Mi" },
      limits: { cpu: "500m", memory: "1Gi" },
    });
  });

  it("takes a public host whose name begins like a Service's", () => {
    const service = { type: "ClusterIP" };
    const { origin } = parse("dev", { origin: "https://todo-frontend.example.org", "frontend.service": service });
    assert.equal(origin, "https://todo-frontend.example.org");
  });

  const CLUSTER_IP = { type: "ClusterIP" };
  for (const [what, change] of [
    ["an IP address without an Ingress", { origin: "http://192.168.49.2:30300" }],
    ["this machine by a name, for an Ingress", { origin: "http://localhost:30300", "cluster.ingressClass": "nginx" }],
    [
      "this machine by a name, at Traefik's node port",
      { origin: "http://dev.localhost:30080", "cluster.ingressClass": "traefik", "frontend.service": CLUSTER_IP },
    ],
    [
      "https at Traefik's other node port, by its Gateway",
      {
        ...{ origin: "https://dev.localhost:30443", "frontend.service": CLUSTER_IP },
        "cluster.gateway": { name: "public", namespace: "todo-ingress", listener: "https" },
      },
    ],
    ["https of a proxy before another cluster", { origin: "https://todo.example.org" }],
    [
      "https of an Ingress whose controller has the certificate",
      { origin: "https://todo.example.org", cluster: { context: "lab", ingressClass: "nginx", tlsSecret: false } },
    ],
    ["a decision about a certificate before there is an Ingress", { "cluster.tlsSecret": false }],
    [
      "a node port of another cluster, whose published ports nobody knows",
      { "cluster.context": "kind-lab", origin: "http://localhost:31000", "frontend.service.nodePort": 31000 },
    ],
    [
      "a node port at the node's own address",
      { origin: "http://192.168.49.2:31000", "frontend.service.nodePort": 31000 },
    ],
    ["a forwarded port", { origin: "http://dev.localhost:8300", "frontend.service": CLUSTER_IP }],
  ] as [string, Change][]) {
    it(`takes ${what}`, () => assert.ok(parse("dev", change)));
  }

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

  it("takes true and false as `pulumi config set` writes them", () => {
    assert.equal(parse("dev", { protected: "true" }).protected, true);
    assert.equal(
      parse("prod", {
        protected: "false",
        "backend.chatRequired": false,
        database: { mode: "inside" },
        "backend.pool": {},
      }).protected,
      false,
    );
  });

  it("takes an empty secret, the default of Pulumi.yaml, for none", () => {
    assert.equal(parse("dev", { openaiApiKey: "" }).secrets.openaiApiKey, undefined);
  });
});
