// What `make rotate` makes of its arguments, of a stack file and of the pods it finds.
// Does not prove: that pods are replaced (test/e2e/secrets.test.ts).
import { strict as assert } from "node:assert";
import { execa } from "execa";
import { describe, it } from "mocha";
import { behind, comparison, type Pod, podsOf, rotationOf } from "../ops/rotation.mts";
import { root } from "../tools/places.mts";

const inside = { "todo:database": { mode: "inside" } };
const external = { "todo:database": { mode: "external" }, "todo:databaseUrl": { secure: "v1:x" } };

describe("rotationOf", () => {
  it("raises the generation of a random secret", () => {
    assert.deepEqual(rotationOf("SECRET_KEY", "dev", inside), {
      key: "SECRET_KEY",
      secret: "todo-backend-secrets",
      changes: ["todo-backend-secrets/SECRET_KEY"],
      edit: { generation: 2 },
    });
    const again = { ...inside, "todo:generations": { AUTH_SECRET: 7 } };
    assert.deepEqual(rotationOf("AUTH_SECRET", "dev", again).edit, { generation: 8 });
  });

  it("knows that the database's URL contains its password", () => {
    assert.deepEqual(rotationOf("POSTGRES_PASSWORD", "dev", inside), {
      key: "POSTGRES_PASSWORD",
      secret: "todo-postgres-secrets",
      changes: ["todo-postgres-secrets/POSTGRES_PASSWORD", "todo-backend-secrets/DATABASE_URL"],
      edit: { generation: 2 },
    });
  });

  it("asks for the value of a secret that is given", () => {
    for (const [key, config] of [
      ["SECRET_KEY", { ...inside, "todo:secretKey": { secure: "v1:x" } }],
      ["AUTH_SECRET", { ...inside, authSecret: { secure: "v1:x" } }],
      ["OPENAI_API_KEY", { ...inside, "todo:openaiApiKey": { secure: "v1:x" } }],
      ["DATABASE_URL", external],
    ] as const) {
      const name = { SECRET_KEY: "secretKey", AUTH_SECRET: "authSecret", OPENAI_API_KEY: "openaiApiKey" }[
        key as string
      ];
      assert.deepEqual(rotationOf(key, "dev", config).edit, { config: name ?? "databaseUrl" });
    }
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
      "a key that was never given",
      "OPENAI_API_KEY",
      inside,
      "KEY=OPENAI_API_KEY: dev has none yet; `pulumi config set --secret todo:openaiApiKey -s dev` asks for it, and `make up ENV=dev` deploys it",
    ],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => rotationOf(key, "dev", config), { message: expected }));
  }

  it("is asked before anything is done: one sentence, exit code 1", async () => {
    const { exitCode, stdout, stderr } = await execa("node", ["ops/rotate.mts", "dev"], { cwd: root, reject: false });
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
    ["another Secret", variable("a-secret-2", "KEY"), false],
    ["no Secret", {}, false],
  ] as const) {
    it(`${uses ? "knows a user by" : "knows that one does not use it who has"} ${what}`, () => {
      assert.equal(found(object("pod", ofDeployment, spec))[0].uses, uses);
    });
  }
});

describe("pods before and after", () => {
  const pod = (release: string, number: number, uses = true): Pod => ({
    name: `${release}-${number}`,
    uid: `${release.slice(-1)}${number}000000-1111`,
    release,
    uses,
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
    assert.deepEqual(behind(before, [pod("b", 2), pod("b", 3), pod("f", 1, false)]), [pod("b", 2)]);
    assert.deepEqual(behind(before, [pod("b", 3), pod("f", 1, false)]), []);
  });
});
