// What the verbs write after an edit of a stack file: once, in one line, and nothing where nothing changed.
// Does not prove: what is written (test/ops/generate/helm-values.test.ts, test/components/wiring.test.ts).
import { strict as assert } from "node:assert";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { trackedStacks } from "../../../ops/stack/stack-file.ts";
import { onPath } from "../../../tools/command.ts";
import { root } from "../../../tools/places.ts";
import { stackText } from "../../support/stack-text.ts";

describe("what is generated from stack files", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-generated-"));
    for (const name of ["helm", "docs"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "Pulumi.lab.yaml"), stackText("lab", "external"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What a program says that writes it, and how long that took. */
  const written = async () => {
    const program = `const { writeFromStackFiles } = await import("${root}/ops/generate/from-stack-files.ts");
      const started = performance.now();
      await writeFromStackFiles();
      console.log(Math.round(performance.now() - started));`;
    const args = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--input-type=module", "--eval", program];
    const env = { TODO_ROOT: folder, TODO_CACHE: join(folder, "cache") };
    const { stdout } = await execa(process.execPath, args, { cwd: root, env });
    const lines = stdout.split("\n");
    return { said: lines.slice(0, -1), milliseconds: Number(lines.at(-1)) };
  };
  const values = ["helm/todo-backend/values/lab.yaml", "helm/todo-frontend/values/lab.yaml"];

  it("is written when it is not there", async () => {
    const said = [`generated from the stack files: ${values.join(", ")}, docs/wiring.md`];
    assert.deepEqual((await written()).said, said);
  });

  it("is left alone, in less time than settings take to load, where nothing changed", async () => {
    const { said, milliseconds } = await written();
    assert.deepEqual(said, []);
    assert.ok(milliseconds < 500, `${milliseconds} ms`);
  });

  it("is written again where a stack file or a generated file changed, and only what differs", async () => {
    appendFileSync(join(folder, "Pulumi.lab.yaml"), "  todo:networkPolicies: wired\n");
    assert.deepEqual((await written()).said, []);
    appendFileSync(join(folder, values[1]), "# edited\n");
    assert.deepEqual((await written()).said, [`generated from the stack files: ${values[1]}`]);
  });
});

describe("what is generated from stack files, in a fresh checkout", () => {
  it("is taken as it was committed, without helm; after an edit it is not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "todo-committed-"));
    const git = (...args: string[]) =>
      execa("git", ["-c", "user.name=x", "-c", "user.email=x@x", ...args], { cwd: folder });
    const program = `const { writeFromStackFiles } = await import("${root}/ops/generate/from-stack-files.ts");
      await writeFromStackFiles().then(() => console.log("current"), () => console.log("renders"));
      process.exit();`;
    const said = async (cache: string) => {
      const env = {
        TODO_ROOT: folder,
        TODO_CACHE: join(folder, ".git", cache),
        PATH: dirname(onPath("git") as string),
      };
      const args = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--input-type=module", "--eval", program];
      return (await execa(process.execPath, args, { cwd: root, env, extendEnv: false })).stdout;
    };
    try {
      mkdirSync(join(folder, "helm"));
      writeFileSync(join(folder, "helm", "kept"), "");
      writeFileSync(join(folder, "Pulumi.lab.yaml"), stackText("lab", "external"));
      await git("init", "-q");
      await git("add", ".");
      await git("commit", "-qm", "all");
      assert.equal(await said("one"), "current");
      appendFileSync(join(folder, "Pulumi.lab.yaml"), "  todo:networkPolicies: none\n");
      assert.equal(await said("two"), "renders");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the stacks of the repository", () => {
  it("are those whose files git tracks; without git, or with none tracked, all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "todo-tracked-"));
    const git = (...args: string[]) => execa("git", args, { cwd: folder });
    try {
      for (const stack of ["lab", "own"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
      assert.deepEqual(await trackedStacks(folder), ["lab", "own"]);
      await git("init", "--quiet");
      assert.deepEqual(await trackedStacks(folder), ["lab", "own"]);
      await git("add", "Pulumi.lab.yaml");
      assert.deepEqual(await trackedStacks(folder), ["lab"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
