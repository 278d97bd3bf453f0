// The Go build caches that all checkouts of a machine share: removed by the last one that builds, not under another's hands.
// Does not prove: that a build succeeds; and two that start within the same milliseconds may still miss each other.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { root } from "../tools/places.mts";

describe("the build caches", () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "todo-caches-"));
    mkdirSync(join(cache, "builders"));
    mkdirSync(join(cache, "build"));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const remove = () =>
    execa(
      "node",
      ["--input-type=module", "--eval", 'await (await import("./tools/go-build.mts")).removeBuildCaches()'],
      {
        cwd: root,
        env: { TODO_CACHE: cache },
      },
    );
  const builder = (pid: number) => writeFileSync(join(cache, "builders", String(pid)), "");

  it("stay while another process builds", async () => {
    builder(process.pid);
    await remove();
    assert.equal(existsSync(join(cache, "build")), true);
  });

  it("go when the one that built has ended", async () => {
    const ended = await execa("sh", ["-c", "echo $$"]);
    builder(Number(ended.stdout));
    await remove();
    assert.equal(existsSync(join(cache, "build")), false);
  });

  it("know who builds from the first build on", async () => {
    const folder = join(cache, "program");
    mkdirSync(folder);
    writeFileSync(join(folder, "go.mod"), "module broken\n");
    const script = `import { goBuild } from "./tools/go-build.mts";
      import { readdirSync } from "node:fs";
      await goBuild("${cache}/out", [{ name: "broken", folder: "${folder}" }], () => {}).catch(() => {});
      console.log(process.pid, readdirSync("${cache}/builders").join());`;
    const { stdout } = await execa("node", ["--input-type=module", "--eval", script], {
      cwd: root,
      env: { TODO_CACHE: cache },
    });
    const [pid, builders] = stdout.split(" ");
    assert.equal(builders, pid);
  });
});
