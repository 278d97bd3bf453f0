// What an install says where the Secret, or a key of it, is missing: helm asks an API server that knows a few objects.
// Not proved here: that a cluster takes the commands it names (test/e2e/umbrella.test.ts runs one of them).
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ApiServer } from "../support/api-server.ts";
import { type Chart, chartsFolder, namespace, notes, objectsOf, render, todoApp, type Values } from "./render.ts";
import { least, leastOfTodoApp } from "./values.ts";

/** The one namespace that the API server has: data of Secrets by name; undefined where it is not there yet. */
type Secrets = Record<string, Record<string, string> | null> | undefined;
let present: Secrets = {};

const api = new ApiServer(({ path }) => {
  const [, resource, name] = path.match(`^/api/v1/namespaces/${namespace}/(\\w+)/([^/]+)$`) ?? [];
  if (!present || !name) return undefined;
  const object = { apiVersion: "v1", metadata: { name, namespace } };
  if (resource === "serviceaccounts" && name === "default") return { object: { ...object, kind: "ServiceAccount" } };
  const data = resource === "secrets" ? present[name] : undefined;
  return data === undefined ? undefined : { object: { ...object, kind: "Secret", ...(data && { data }) } };
});

type Outcome = { status: number; stdout: string; said: string };

/** `asking`: how helm is told to ask the cluster, as an install does, or not to. */
function template(folder: string, values: Values, asking = ["--dry-run=server"], binary = "helm"): Promise<Outcome> {
  api.asked = [];
  const fixed = ["--kube-version=1.35.1", "--disable-openapi-validation", "--values=-"];
  const args = ["template", "todo", folder, `--namespace=${namespace}`, ...fixed];
  return new Promise((done) => {
    const child = execFile(binary, [...args, ...asking], { env: api.environment }, (error, stdout, stderr) => {
      const said = stderr.match(/: ((?:secrets|auth)\.existingSecret: .*)/)?.[1] ?? stderr;
      done({ status: error ? 1 : 0, stdout, said });
    });
    child.stdin?.end(JSON.stringify(values));
  });
}

const chart = (name: Chart) => join(chartsFolder, name);
const random = "$(openssl rand -hex 32)";
const encoded = "eA==";
const complete = { AUTH_SECRET: encoded, DATABASE_URL: encoded, SECRET_KEY: encoded };
const further = { existingSecret: "mine", keys: { AUTH_SECRET: "", DSN: "dsn", READ_DSN: "dsn" }, optional: [] };

interface Case {
  label: string;
  folder: () => string;
  values: Values;
  secrets: Secrets;
  said: string;
}
const backend = { folder: () => chart("todo-backend"), values: least["todo-backend"] };
const postgres = { folder: () => chart("todo-postgres"), values: least["todo-postgres"] };
const app = { folder: todoApp, values: leastOfTodoApp };
const expectedOf = (secret: string, keys: string) =>
  `secrets.existingSecret: expected Secret ${secret} in namespace todo-test with the keys ${keys}`;

const refused: Case[] = [
  {
    label: "todo-backend without its Secret: all keys that have to be there, in the command that makes it",
    ...backend,
    secrets: { "todo-postgres-secrets": complete },
    said: `${expectedOf("todo-backend-secrets", "AUTH_SECRET, DATABASE_URL, SECRET_KEY")}, found no such Secret; make it with: kubectl create secret generic todo-backend-secrets --namespace todo-test --from-literal=AUTH_SECRET=${random} --from-literal=DATABASE_URL=… --from-literal=SECRET_KEY=${random}`,
  },
  {
    label: "todo-backend without two of the keys: both, in the command that adds them",
    ...backend,
    secrets: { "todo-backend-secrets": { SECRET_KEY: encoded, OPENAI_API_KEY: encoded } },
    said: `${expectedOf("todo-backend-secrets", "AUTH_SECRET, DATABASE_URL, SECRET_KEY")}, found it without AUTH_SECRET, DATABASE_URL; add what is missing with: kubectl patch secret todo-backend-secrets --namespace todo-test --patch "stringData: {AUTH_SECRET: '${random}', DATABASE_URL: '…'}"`,
  },
  {
    label: "todo-backend with an empty Secret",
    ...backend,
    secrets: { "todo-backend-secrets": null },
    said: `${expectedOf("todo-backend-secrets", "AUTH_SECRET, DATABASE_URL, SECRET_KEY")}, found it without AUTH_SECRET, DATABASE_URL, SECRET_KEY; add what is missing with: kubectl patch secret todo-backend-secrets --namespace todo-test --patch "stringData: {AUTH_SECRET: '${random}', DATABASE_URL: '…', SECRET_KEY: '${random}'}"`,
  },
  {
    label: "todo-backend with keys of its image's own: each once, as the Secret calls it",
    ...backend,
    values: { ...backend.values, secrets: { ...further, keys: { ...further.keys, DATABASE_URL: "", SECRET_KEY: "" } } },
    secrets: { mine: complete },
    said: `${expectedOf("mine", "OPENAI_API_KEY, dsn")}, found it without OPENAI_API_KEY, dsn; add what is missing with: kubectl patch secret mine --namespace todo-test --patch "stringData: {OPENAI_API_KEY: '…', dsn: '…'}"`,
  },
  {
    label: "todo-frontend without its Secret",
    folder: () => chart("todo-frontend"),
    values: {
      ...least["todo-frontend"],
      secrets: { existingSecret: "mine", keys: { AUTH: "AUTH_SECRET", DB: "dsn" } },
    },
    secrets: {},
    said: `${expectedOf("mine", "AUTH_SECRET, dsn")}, found no such Secret; make it with: kubectl create secret generic mine --namespace todo-test --from-literal=AUTH_SECRET=${random} --from-literal=dsn=…`,
  },
  {
    label: "a service without a key",
    folder: () => chart("service"),
    values: { ...least.service, secrets: { existingSecret: "mine", keys: { A: "a", B: "b" } } },
    secrets: { mine: { a: encoded } },
    said: `${expectedOf("mine", "a, b")}, found it without b; add what is missing with: kubectl patch secret mine --namespace todo-test --patch "stringData: {b: '…'}"`,
  },
  {
    label: "todo-postgres without its Secret",
    ...postgres,
    secrets: {},
    said: `auth.existingSecret: expected Secret todo-postgres-secrets in namespace todo-test with the key POSTGRES_PASSWORD, found no such Secret; make it with: kubectl create secret generic todo-postgres-secrets --namespace todo-test --from-literal=POSTGRES_PASSWORD=${random}`,
  },
  {
    label: "todo-postgres without its key",
    ...postgres,
    secrets: { "todo-postgres-secrets": { PASSWORD: encoded } },
    said: `auth.existingSecret: expected Secret todo-postgres-secrets in namespace todo-test with the key POSTGRES_PASSWORD, found it without that; add what is missing with: kubectl patch secret todo-postgres-secrets --namespace todo-test --patch "stringData: {POSTGRES_PASSWORD: '${random}'}"`,
  },
  {
    label: "todo-app without its Secret: the keys of all charts at once",
    ...app,
    secrets: {},
    said: `${expectedOf("todo-secrets", "AUTH_SECRET, POSTGRES_PASSWORD, SECRET_KEY")}, found no such Secret; make it with: kubectl create secret generic todo-secrets --namespace todo-test --from-literal=AUTH_SECRET=${random} --from-literal=POSTGRES_PASSWORD=${random} --from-literal=SECRET_KEY=${random}`,
  },
  {
    label: "todo-app with a Secret of another name, without the database's password",
    ...app,
    values: { ...app.values, global: { origin: "https://todo.example.com", existingSecret: "mine" } },
    secrets: { mine: { AUTH_SECRET: encoded, SECRET_KEY: encoded } },
    said: `${expectedOf("mine", "AUTH_SECRET, POSTGRES_PASSWORD, SECRET_KEY")}, found it without POSTGRES_PASSWORD; add what is missing with: kubectl patch secret mine --namespace todo-test --patch "stringData: {POSTGRES_PASSWORD: '${random}'}"`,
  },
];

describe("a Secret that is missing", () => {
  before(() => api.start());
  after(() => api.stop());

  for (const binary of ["helm", "helm4"]) {
    describe(`an install by ${binary}`, () => {
      before(function () {
        if (spawnSync(binary, ["version"]).error) this.skip();
      });

      for (const { label, folder, values, secrets, said } of refused) {
        it(`refuses ${label}`, async () => {
          present = secrets;
          const outcome = await template(folder(), values, undefined, binary);
          assert.deepEqual([outcome.status, outcome.said], [1, said]);
        });
      }

      const accepted: [string, Omit<Case, "said" | "label">][] = [
        ["a complete Secret, the optional key missing", { ...backend, secrets: { "todo-backend-secrets": complete } }],
        [
          "a complete Secret of todo-postgres",
          { ...postgres, secrets: { "todo-postgres-secrets": { POSTGRES_PASSWORD: encoded } } },
        ],
        [
          "a complete Secret of todo-app",
          { ...app, secrets: { "todo-secrets": { ...complete, POSTGRES_PASSWORD: encoded } } },
        ],
        ["a namespace that is yet to be made", { ...app, secrets: undefined }],
        [
          "no Secret where nothing needs it",
          {
            ...backend,
            values: {
              ...backend.values,
              secrets: { existingSecret: "s", keys: { AUTH_SECRET: "", DATABASE_URL: "", SECRET_KEY: "" } },
            },
            secrets: {},
          },
        ],
        [
          "no Secret where the lookup is off",
          { ...backend, values: { ...backend.values, secrets: { existingSecret: "s", lookup: false } }, secrets: {} },
        ],
        [
          "no Secret of todo-postgres where the lookup is off",
          { ...postgres, values: { auth: { existingSecret: "s", lookup: false } }, secrets: {} },
        ],
      ];
      for (const [label, { folder, values, secrets }] of accepted) {
        it(`accepts ${label}, and makes the objects that helm template makes`, async () => {
          present = secrets;
          const [asking, alone] = [
            await template(folder(), values, undefined, binary),
            await template(folder(), values, [], binary),
          ];
          assert.deepEqual([asking.status, alone.status], [0, 0], asking.said + alone.said);
          assert.deepEqual(objectsOf(asking.stdout), objectsOf(alone.stdout));
        });
      }
    });
  }

  describe("the lookup", () => {
    it("asks the release's own namespace alone, and for nothing where no cluster is to be asked", async () => {
      present = { "todo-backend-secrets": complete };
      await template(backend.folder(), backend.values);
      const own = `/api/v1/namespaces/${namespace}`;
      assert.deepEqual([...new Set(api.asked)].sort(), [
        `${own}/secrets/todo-backend-secrets`,
        `${own}/serviceaccounts/default`,
      ]);
      for (const asking of [[], ["--dry-run=client"]]) {
        const { status } = await template(backend.folder(), backend.values, asking);
        assert.deepEqual([status, api.asked], [0, []]);
      }
    });

    it("asks for nothing where there are no keys", async () => {
      for (const name of ["todo-frontend", "service"] as Chart[]) {
        await template(chart(name), { ...least[name], secrets: { existingSecret: "s" } });
        assert.deepEqual(api.asked, []);
      }
    });

    it("asks for no Secret where it is off", async () => {
      for (const { folder, values, key } of [
        { ...backend, key: "secrets" },
        { ...postgres, key: "auth" },
      ]) {
        await template(folder(), { ...values, [key]: { existingSecret: "s", lookup: false } });
        assert.deepEqual(api.asked, []);
      }
    });

    it("makes no object", async () => {
      for (const name of ["todo-backend", "todo-postgres"] as Chart[]) {
        const kinds = (await render(name, least[name])).map(({ kind }) => kind);
        assert.ok(kinds.length > 3 && !kinds.includes("Secret"), String(kinds));
      }
    });

    it("is followed by NOTES that name what the pods wait for, where it has found none", async () => {
      const create = `kubectl create secret generic todo-backend-secrets --namespace todo-test --from-literal=AUTH_SECRET=${random} --from-literal=DATABASE_URL=… --from-literal=SECRET_KEY=${random}`;
      const wait = "The pods wait for the Secret todo-backend-secrets. Make it, unless it is there:";
      assert.ok((await notes("todo-backend", backend.values)).includes(`${wait}\n  ${create}\n`));
      const off = { ...backend.values, secrets: { existingSecret: "s", lookup: false } };
      assert.doesNotMatch(await notes("todo-backend", off), /wait for the Secret/);
      const line = `--from-literal=POSTGRES_PASSWORD=${random}\n`;
      assert.ok((await notes("todo-postgres", postgres.values)).includes(line));
    });
  });
});
