// What `make rotate` makes of its arguments, of a stack file and of the pods it finds.
// Does not prove: that pods are replaced (test/e2e/secrets.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { comparison, notReplaced, type Pod, podsOf, rotationOf } from "../../../ops/rotate/rotation.ts";
import { changedSettings } from "../../support/stack-file.ts";
import { verb } from "../../support/verb.ts";

const SEALED = { secure: "v1:x" };
const inside = {};
const external = { database: { mode: "external" }, databaseUrl: SEALED };
const rotation = (key: string, change: Record<string, unknown>) =>
  rotationOf(key, "dev", changedSettings("dev", change));

describe("rotationOf", () => {
  it("raises the generation of a random secret", () => {
    assert.deepEqual(rotation("SECRET_KEY", inside), {
      key: "SECRET_KEY",
      changes: ["todo-backend-secrets/SECRET_KEY"],
      edit: { generation: 2 },
    });
    assert.deepEqual(rotation("AUTH_SECRET", { "generations.AUTH_SECRET": 7 }).edit, { generation: 8 });
  });

  it("knows that the database's URL contains its password", () => {
    assert.deepEqual(rotation("POSTGRES_PASSWORD", inside), {
      key: "POSTGRES_PASSWORD",
      changes: ["todo-postgres-secrets/POSTGRES_PASSWORD", "todo-backend-secrets/DATABASE_URL"],
      edit: { generation: 2 },
    });
  });

  it("asks for the value of a secret that is given", () => {
    for (const [key, config] of [
      ["SECRET_KEY", { secretKey: SEALED }],
      ["AUTH_SECRET", { authSecret: SEALED }],
      ["OPENAI_API_KEY", { openaiApiKey: SEALED }],
      ["DATABASE_URL", external],
    ] as const) {
      const name = { SECRET_KEY: "secretKey", AUTH_SECRET: "authSecret", OPENAI_API_KEY: "openaiApiKey" }[
        key as string
      ];
      assert.deepEqual(rotation(key, config).edit, { config: name ?? "databaseUrl" });
    }
  });

  it("knows all that has it, whatever the service, form and part", () => {
    const change = {
      ...{ "database.urls": { SYNC: { driver: "postgresql+psycopg" } } },
      "frontend.secretKeys": {
        PASSWORD: "DATABASE_PASSWORD",
        HOST: "DATABASE_HOST",
        BETTER_AUTH_SECRET: "AUTH_SECRET",
      },
    };
    assert.deepEqual(
      rotation("POSTGRES_PASSWORD", change).changes,
      [
        "todo-postgres-secrets/POSTGRES_PASSWORD",
        ...["todo-backend-secrets/DATABASE_URL", "todo-backend-secrets/SYNC"],
        "todo-frontend-secrets/PASSWORD",
      ].map((each) => each.replace("/PASSWORD", "/DATABASE_PASSWORD")),
    );
    assert.deepEqual(rotation("AUTH_SECRET", change).changes, [
      ...["todo-backend-secrets/AUTH_SECRET", "todo-frontend-secrets/AUTH_SECRET"],
    ]);
    assert.deepEqual(rotation("STRIPE_KEY", { secrets: { STRIPE_KEY: SEALED } }), {
      ...{ key: "STRIPE_KEY", changes: ["todo-backend-secrets/STRIPE_KEY"] },
      edit: { config: "secrets.STRIPE_KEY" },
    });
  });

  const known = "SECRET_KEY, AUTH_SECRET, POSTGRES_PASSWORD, OPENAI_API_KEY, DATABASE_URL";
  for (const [what, key, config, expected] of [
    [
      "no key",
      "",
      inside,
      `KEY: expected one of ${known}, found nothing; for example \`make rotate ENV=dev KEY=SECRET_KEY\``,
    ],
    [
      "a key that there is not",
      "constructor",
      inside,
      `KEY: expected one of ${known}, found "constructor"; for example \`make rotate ENV=dev KEY=SECRET_KEY\``,
    ],
    [
      "the password of an external database",
      "POSTGRES_PASSWORD",
      external,
      "KEY=POSTGRES_PASSWORD: the database of dev is external and its password part of DATABASE_URL; change it there, then run `make rotate ENV=dev KEY=DATABASE_URL` with the new URL",
    ],
    [
      "the URL of a database inside",
      "DATABASE_URL",
      inside,
      "KEY=DATABASE_URL: the database of dev is inside and its URL made from POSTGRES_PASSWORD; run `make rotate ENV=dev KEY=POSTGRES_PASSWORD`",
    ],
    [
      "a part of an external database's URL",
      "DATABASE_PASSWORD",
      external,
      "KEY=DATABASE_PASSWORD: the database of dev is external and DATABASE_PASSWORD made from DATABASE_URL; run `make rotate ENV=dev KEY=DATABASE_URL`",
    ],
    [
      "a key that was never given",
      "OPENAI_API_KEY",
      inside,
      "KEY=OPENAI_API_KEY: dev has none yet; `pulumi config set --secret todo:openaiApiKey -s dev` asks for it, and `make up ENV=dev` deploys it",
    ],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => rotation(key, config), { message: expected }));
  }

  it("is asked before anything is done: one sentence, exit code 1", async () => {
    const { exitCode, stdout, stderr } = await verb("rotate", ["dev"]);
    const expected = `error: KEY: expected one of ${known}, found nothing; for example \`make rotate ENV=dev KEY=SECRET_KEY\``;
    assert.deepEqual([exitCode, stdout, stderr], [1, "", expected]);
  });
});

describe("podsOf", () => {
  const object = (name: string, labels: Record<string, string>, spec: object = {}, more: object = {}) => ({
    metadata: {
      name,
      uid: `uid-of-${name}`,
      labels: { "app.kubernetes.io/instance": "todo-backend-dev", ...labels },
      ...more,
    },
    spec: { containers: [], ...spec },
  });
  const ofDeployment = { "pod-template-hash": "abc" };
  const variable = (name: string, key: string) => ({
    containers: [{ env: [{}, { valueFrom: { secretKeyRef: { name, key } } }] }],
  });
  const found = (...items: ReturnType<typeof object>[]) => podsOf({ items }, ["a-secret/KEY"]);

  it("leaves out what ends by itself or is ending", () => {
    const pods = found(
      object("deployment", ofDeployment),
      object("statefulset", { "controller-revision-hash": "abc" }),
      object("job", { "batch.kubernetes.io/job-name": "migration" }),
      object("test", {}),
      object("ending", ofDeployment, {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    );
    assert.deepEqual(
      pods.map(({ name }) => name),
      ["deployment", "statefulset"],
    );
  });

  for (const [what, spec, uses] of [
    ["a variable", variable("a-secret", "KEY"), true],
    ["a variable of an init container", { initContainers: variable("a-secret", "KEY").containers }, true],
    ["all keys as variables", { containers: [{ envFrom: [{ secretRef: { name: "a-secret" } }] }] }, true],
    ["all keys as files", { volumes: [{}, { secret: { secretName: "a-secret" } }] }, true],
    ["its key as a file", { volumes: [{ secret: { secretName: "a-secret", items: [{ key: "KEY" }] } }] }, true],
    ["another key of it", variable("a-secret", "OTHER"), false],
    ["another key as a file", { volumes: [{ secret: { secretName: "a-secret", items: [{ key: "OTHER" }] } }] }, false],
    ["a variable from the Secret of a content", variable("a-secret-0123456789ab", "KEY"), true],
    ["another key of that", variable("a-secret-0123456789ab", "OTHER"), false],
    ["another Secret", variable("a-secret-2", "KEY"), false],
    ["no Secret", {}, false],
  ] as const) {
    it(`${uses ? "knows a user by" : "knows that one does not use it who has"} ${what}`, () => {
      assert.equal(found(object("pod", ofDeployment, spec))[0].secrets.length, uses ? 1 : 0);
    });
  }
});

describe("pods before and after", () => {
  const pod = (release: string, number: number, uses = true): Pod => ({
    name: `${release}-${number}`,
    uid: `${release.slice(-1)}${number}000000-1111`,
    release,
    secrets: uses ? ["a-secret"] : [],
  });
  const before = [pod("b", 1), pod("b", 2), pod("f", 1, false)];

  it("are told apart by their uids, by release", () => {
    assert.deepEqual(comparison(before, [pod("b", 2), pod("b", 3), pod("f", 1, false)]), [
      "replaced  b-1 (b1000000) → b-3 (b3000000)",
      "stayed    b-2 (b2000000)",
      "stayed    f-1 (f1000000)",
    ]);
  });

  it("show a pod that came or went alone", () => {
    assert.deepEqual(comparison([pod("b", 1)], [pod("f", 1)]), [
      "replaced  b-1 (b1000000) → none",
      "replaced  none → f-1 (f1000000)",
    ]);
  });

  it("show who uses the secret and is still there", () => {
    assert.deepEqual(notReplaced(before, [pod("b", 2), pod("b", 3), pod("f", 1, false)]), [pod("b", 2)]);
    assert.deepEqual(notReplaced(before, [pod("b", 3), pod("f", 1, false)]), []);
  });
});
