// What `make compare` shows: differences between values, between environments, and their text.
// Does not prove: that what runs is what the stack files say.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { helmTemplate } from "../components/helm-template";
import type { Template } from "../components/render-chart";
import { differences } from "../ops/compare/differences";
import { compare } from "../ops/compare/environments";
import { text } from "../ops/compare/text";
import { parseSettings, readSettings, type Settings } from "../settings";
import { ROOT } from "./support/mocks";
import { type Change, changed } from "./support/stack-file";

const read = (stack: string) => readSettings(ROOT, stack, { assumeSecrets: true });
const edited = (stack: string, change: Change): Settings =>
  parseSettings(stack, changed(stack, change), [], { assumeSecrets: true });
const noObjects: Template = async () => [];

describe("differences", () => {
  const env = (...names: string[]) => names.map((name) => ({ name, value: name.toLowerCase() }));
  for (const [what, left, right, expected] of [
    ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ["the order of keys is none", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ["a value", { a: { b: 1 } }, { a: { b: 2 } }, [{ path: "a.b", left: 1, right: 2 }]],
    ["a number and a text", { a: 1 }, { a: "1" }, [{ path: "a", left: 1, right: "1" }]],
    ["a key that one side lacks", { a: { b: 1 } }, {}, [{ path: "a", left: { b: 1 }, right: undefined }]],
    ["a key with a slash", { "x/y": 1 }, { "x/y": 2 }, [{ path: '["x/y"]', left: 1, right: 2 }]],
    [
      "the place in a list of texts",
      ["a", "b"],
      ["b", "a"],
      [
        { path: "[0]", left: "a", right: "b" },
        { path: "[1]", left: "b", right: "a" },
      ],
    ],
    ["the order of named entries is none", env("A", "B"), env("B", "A"), []],
    [
      "a named entry more",
      { env: env("A") },
      { env: env("A", "B") },
      [{ path: "env[B]", left: undefined, right: { value: "b" } }],
    ],
    [
      "two entries of one name, which are no map",
      env("A", "A"),
      env("A"),
      [{ path: "[1]", left: { name: "A", value: "a" }, right: undefined }],
    ],
    ["a named entry where there was none", [], env("A"), [{ path: "[A]", left: undefined, right: { value: "a" } }]],
    ["null and an empty map", { a: null }, { a: {} }, [{ path: "a", left: null, right: {} }]],
  ] as [string, unknown, unknown, unknown][]) {
    it(what, () => assert.deepEqual(differences(left, right), expected));
  }
});

describe("compare", () => {
  /** Two environments of the same stack file, each with its own name, address and node port. */
  const pair = (change: Change) => {
    const at = (name: string, port: number, more: Change) => {
      const own = { origin: `http://localhost:${port}`, "frontend.service.nodePort": port };
      return parseSettings(name, changed("dev", { ...own, ...more }), []);
    };
    return [at("one", 30311, {}), at("two", 30312, change)] as const;
  };
  const necessary = [
    { path: "todo:origin", left: "http://localhost:30311", right: "http://localhost:30312" },
    { path: "todo:frontend.service.nodePort", left: 30311, right: 30312 },
  ];

  it("finds exactly what was made different, in settings and in objects", async () => {
    const { objects, ...rest } = await compare(
      ...pair({ "backend.replicas": 2, "backend.pool.size": 3 }),
      helmTemplate,
    );
    const replicas = { path: "todo:backend.replicas", left: 1, right: 2 };
    const pool = { path: "todo:backend.pool.size", left: 2, right: 3 };
    assert.deepEqual(rest, { names: ["one", "two"], necessary, settings: [replicas, pool], secrets: [] });
    const size = (container: string) => ({
      ...{ path: `spec.template.spec.containers[${container}].env[POOL_SIZE].value`, left: "2", right: "3" },
    });
    assert.deepEqual(objects.differing, [
      {
        object: "todo-backend: Deployment todo-backend",
        fields: [{ path: "spec.replicas", left: 1, right: 2 }, size("todo-backend")],
      },
      { object: "todo-backend: Job todo-backend-migration", fields: [size("migration")] },
    ]);
    assert.deepEqual(objects.onlyLeft, []);
    assert.deepEqual(objects.onlyRight, ["todo-backend: PodDisruptionBudget todo-backend"]);
    assert.ok(objects.same > 8, `${objects.same}`);
  });

  it("finds nothing between two environments that differ in name, address and node port alone", async () => {
    const { objects, ...rest } = await compare(...pair({}), helmTemplate);
    assert.deepEqual(rest, { names: ["one", "two"], necessary, settings: [], secrets: [] });
    assert.deepEqual([objects.differing, objects.onlyLeft, objects.onlyRight], [[], [], []]);
    assert.ok(objects.same > 10, `${objects.same}`);
  });

  it("keeps a node port that one side alone has, and the scheme of the address", async () => {
    const one = edited("staging", { origin: "https://todo.example.org" });
    const found = await compare(one, read("dev"), noObjects);
    const paths = found.settings.map(({ path }) => path);
    assert.ok(paths.includes("todo:frontend.service.nodePort"), paths.join());
    assert.deepEqual(
      found.settings.find(({ path }) => path === "todo:origin"),
      {
        path: "todo:origin",
        left: "https://environment.example",
        right: "http://environment.example",
      },
    );
  });

  it("knows of a secret only whether it is set, and takes none that is assumed for one", async () => {
    const sealed = (text: string) => ({ secure: `v1:${text}` });
    const one = edited("staging", { databaseUrl: sealed("one"), authSecret: sealed("one") });
    const other = edited("prod", { databaseUrl: sealed("two"), openaiApiKey: sealed("two") });
    const { secrets, objects } = await compare(one, other, helmTemplate);
    assert.deepEqual(secrets, [
      { path: "todo:authSecret", left: "set", right: undefined },
      { path: "todo:openaiApiKey", left: undefined, right: "set" },
    ]);
    const fields = objects.differing.flatMap((object) => object.fields.map(({ path }) => path));
    assert.ok(fields.includes("spec.replicas") && !fields.some((path) => path.includes("checksum")), fields.join("\n"));
    assert.deepEqual((await compare(one, read("prod"), noObjects)).secrets, [
      { path: "todo:databaseUrl", left: "set", right: undefined },
      { path: "todo:authSecret", left: "set", right: undefined },
    ]);
  });
});

describe("make compare", () => {
  const command = (...args: string[]) =>
    execFileSync("node", ["-r", "ts-node/register", "ops/compare.ts", ...args], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: "pipe",
    });

  it("prints the comparison", async () => {
    const expected = text(await compare(read("staging"), read("prod"), helmTemplate));
    assert.equal(command("staging", "prod"), `${expected}\n`);
    assert.match(expected, /^staging → prod\n\nSettings\n {2}todo:.*\n/);
    assert.match(expected, /\n {2}todo:backend\.replicas: 1 → 2\n/);
    assert.match(expected, /\n {4}spec\.replicas: 1 → 2\n/);
    assert.match(expected, /\n {2}only in prod: todo-backend: PodDisruptionBudget todo-backend\n/);
    assert.match(expected, /addresses inside; todo:origin: http\S+ → http\S+\.$/);
  });

  it("says when two are the same", async () => {
    const same = text(await compare(read("dev"), read("dev"), helmTemplate)).split("\n");
    assert.deepEqual(same.slice(0, 3), ["dev → dev", "", "Settings, secrets and objects are the same."]);
  });

  for (const [args, message] of [
    [
      ["staging", "qa"],
      /^error: B: expected one of .*dev.*, found qa, which has no stack file; make compare A=staging B=prod\n$/,
    ],
    [["", "prod"], /^error: A: expected one of .*dev.*, found nothing; make compare A=staging B=prod\n$/],
  ] as [string[], RegExp][]) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(
        () => command(...args),
        ({ status, stderr }: { status: number; stderr: string }) => status === 1 && message.test(stderr),
      );
    });
  }
});
