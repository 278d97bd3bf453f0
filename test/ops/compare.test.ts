// What `make compare` shows: differences between environments, and their text.
// Fields are compared as in previews: packages/local-charts/test/kubernetes/compare.test.ts.
// Does not prove: that what runs is what the stack files say.
import { strict as assert } from "node:assert";
import { rmSync } from "node:fs";
import type { Template, TemplateOptions } from "local-charts";
import { pathText } from "local-charts/objects";
import { compareEnvironments } from "../../ops/compare/environments.ts";
import { text } from "../../ops/compare/text.ts";
import { KUBERNETES_VERSION } from "../../settings/kubernetes-version.ts";
import { parseSettings, readSettings, type Settings } from "../../settings.ts";
import { checkoutOfFixtures } from "../support/checkout.ts";
import { FIXTURES } from "../support/mocks.ts";
import { type Change, changed } from "../support/stack-file.ts";
import { verb } from "../support/verb.ts";

const read = (stack: string) => readSettings(FIXTURES, stack, { assumeSecrets: true });
const edited = (stack: string, change: Change): Settings =>
  parseSettings(stack, changed(stack, change), [], { assumeSecrets: true });
const noObjects: Template = async () => [];
/** A difference by its path as a person reads it. */
const field = (path: string, before: unknown, after: unknown) => ({ path: path.split(/\.|(?=\[)/), before, after });

describe("compareEnvironments", () => {
  /** Two environments of the same stack file, each with its own name, address and node port. */
  const pair = (change: Change) => {
    const at = (name: string, port: number, more: Change) => {
      const own = { origin: `http://localhost:${port}`, "frontend.service.nodePort": port };
      return parseSettings(name, changed("dev", { ...own, ...more }), []);
    };
    return [at("one", 30301, {}), at("two", 30302, change)] as const;
  };
  const necessary = [
    field("todo:origin", "http://localhost:30301", "http://localhost:30302"),
    field("todo:frontend.service.nodePort", 30301, 30302),
  ];

  it("finds exactly what was made different, in settings and in objects", async () => {
    const { objects, ...rest } = await compareEnvironments(...pair({ "backend.replicas": 2, "backend.pool.size": 3 }));
    const replicas = field("todo:backend.replicas", 1, 2);
    const pool = field("todo:backend.pool.size", 2, 3);
    assert.deepEqual(rest, { names: ["one", "two"], necessary, settings: [replicas, pool], secrets: [] });
    const size = (place: string) => field(place, "2", "3");
    assert.deepEqual(objects.differing, [
      { object: "todo-backend: ConfigMap todo-backend-config", fields: [size("data.POOL_SIZE")] },
      { object: "todo-backend: Deployment todo-backend", fields: [field("spec.replicas", 1, 2)] },
      {
        object: "todo-backend: Job todo-backend-migration",
        fields: [size("spec.template.spec.containers[migration].env[POOL_SIZE].value")],
      },
    ]);
    assert.deepEqual(objects.onlyLeft, []);
    assert.deepEqual(objects.onlyRight, ["todo-backend: PodDisruptionBudget todo-backend"]);
    assert.ok(objects.same > 8, `${objects.same}`);
  });

  it("finds nothing between two environments that differ in name, address and node port alone", async () => {
    const { objects, ...rest } = await compareEnvironments(...pair({}));
    assert.deepEqual(rest, { names: ["one", "two"], necessary, settings: [], secrets: [] });
    assert.deepEqual([objects.differing, objects.onlyLeft, objects.onlyRight], [[], [], []]);
    assert.ok(objects.same > 10, `${objects.same}`);
  });

  it("keeps a node port that one side alone has, and the scheme of the address", async () => {
    const one = edited("staging", { origin: "https://todo.example.org" });
    const found = await compareEnvironments(one, read("dev"), noObjects);
    const of = (path: string) => found.settings.find((each) => pathText(each.path) === path);
    assert.ok(of("todo:frontend.service.nodePort"));
    assert.deepEqual(
      of("todo:origin"),
      field("todo:origin", "https://environment.example", "http://environment.example"),
    );
  });

  it("knows of a secret only whether it is set, and takes none that is assumed for one", async () => {
    const sealed = (text: string) => ({ secure: `v1:${text}` });
    const one = edited("staging", { databaseUrl: sealed("one"), authSecret: sealed("one") });
    const further = { secrets: { STRIPE_KEY: sealed("two") } };
    const other = edited("prod", { databaseUrl: sealed("two"), openaiApiKey: sealed("two"), ...further });
    const { secrets, objects } = await compareEnvironments(one, other);
    assert.deepEqual(secrets, [
      field("todo:authSecret", "set", undefined),
      field("todo:openaiApiKey", undefined, "set"),
      { path: ["todo:secrets.STRIPE_KEY"], before: undefined, after: "set" },
    ]);
    const fields = objects.differing.flatMap((object) => object.fields.map(({ path }) => pathText(path)));
    assert.ok(fields.includes("spec.replicas") && !fields.some((path) => path.includes("checksum")), fields.join("\n"));
    assert.deepEqual((await compareEnvironments(one, read("prod"), noObjects)).secrets, [
      field("todo:databaseUrl", "set", undefined),
      field("todo:authSecret", "set", undefined),
    ]);
  });
});

describe("what compareEnvironments asks of Helm", () => {
  it("is a rendering for the cluster's version, as a deployment's is", async () => {
    const asked: TemplateOptions[] = [];
    await compareEnvironments(read("staging"), read("prod"), async (options) => {
      asked.push(options);
      return [];
    });
    assert.deepEqual([...new Set(asked.map(({ kube_version }) => kube_version))], [KUBERNETES_VERSION]);
  });

  it("and where a chart does not render it names the environment and the key, not the name that both sides get", async () => {
    const broken: Template = async ({ path, values }) => {
      const { replicaCount } = values as { replicaCount?: number };
      if (path === "./helm/todo-frontend" && replicaCount === 2) throw new Error("at '/replicaCount': too many");
      return [];
    };
    await assert.rejects(compareEnvironments(read("staging"), read("prod"), broken), {
      message:
        "helm/todo-frontend does not render for prod: at '/replicaCount': too many; replicaCount is todo:frontend.replicas of Pulumi.prod.yaml",
    });
  });
});

describe("make compare", () => {
  it("prints the comparison", async () => {
    const expected = text(await compareEnvironments(read("staging"), read("prod")));
    const folder = checkoutOfFixtures();
    try {
      const { exitCode, stdout } = await verb("compare", ["staging", "prod"], { env: { TODO_ROOT: folder } });
      assert.deepEqual([exitCode, stdout], [0, expected]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.match(expected, /^staging → prod\n\nSettings\n {2}todo:.*\n/);
    assert.match(expected, /\n {2}todo:backend\.replicas: 1 → 2\n/);
    assert.match(expected, /\n {4}spec\.replicas: 1 → 2\n/);
    assert.match(expected, /\n {2}only in prod: todo-backend: PodDisruptionBudget todo-backend\n/);
    assert.match(expected, /addresses inside; todo:origin: http\S+ → http\S+\.$/);
  });

  it("cuts long values, but never so that they look alike", async () => {
    const paths = Array.from({ length: 9 }, (_, index) => `/var/lib/directory-${index}`);
    const said = async (other: string[]) => {
      const one = edited("dev", { "backend.writablePaths": paths });
      const lines = text(await compareEnvironments(one, edited("dev", { "backend.writablePaths": other }), noObjects));
      return lines.split("\n").find((each) => each.includes("todo:backend.writablePaths")) ?? "";
    };
    const more = [...paths, "/srv"];
    assert.ok((await said(more)).endsWith(`: ${JSON.stringify(paths)} → ${JSON.stringify(more)}`));
    assert.match(await said(["/srv"]), /directory-3","\/var\/… → \["\/srv"\]$/);
  });

  it("says when two are the same", async () => {
    const same = text(await compareEnvironments(read("dev"), read("dev"))).split("\n");
    assert.deepEqual(same.slice(0, 3), ["dev → dev", "", "Settings, secrets and objects are the same."]);
  });

  for (const [args, message] of [
    [
      ["staging", "qa"],
      /^error: B: expected one of .*dev.*, found qa, which has no stack file; make compare A=staging B=prod$/,
    ],
    [["", "prod"], /^error: A: expected one of .*dev.*, found nothing; make compare A=staging B=prod$/],
  ] as [string[], RegExp][]) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      const { exitCode, stderr } = await verb("compare", args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }
});
