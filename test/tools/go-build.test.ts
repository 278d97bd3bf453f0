// Go builds, with a stand-in of go: what they ask of it, in which order, and what is left when they end or are ended; and the
// build caches that all checkouts of a machine share: removed by the last one that builds, not under another's hands.
// Does not prove: that a real build succeeds; and two that start within the same milliseconds may still miss each other.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { processorTime } from "../../tools/go.ts";
import { assertCanBuild } from "../../tools/go-build.ts";
import { root } from "../../tools/places.ts";
import { GoMachine } from "../support/go-machine.ts";

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
      ["--input-type=module", "--eval", 'await (await import("./tools/go-build.ts")).removeBuildCaches()'],
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

  it("leave no files behind, nor do those whose removal was ended", async () => {
    mkdirSync(join(cache, "build.removed.4711.1", "modules"), { recursive: true });
    await remove();
    while (readdirSync(cache).some((name) => /^build($|\.)/.test(name))) await sleep(20); // by a process that outlives it
    assert.deepEqual(readdirSync(cache), ["builders"]);
  });

  it("know who builds from the first build on", async () => {
    const go = new GoMachine();
    const { stdout } = await go.run(`
      import { readdirSync } from "node:fs";
      await build("broken", { packages: { ".": ["./none"] } }).catch(() => {});
      console.log(process.pid, readdirSync(process.env.TODO_CACHE + "/builders").join());`);
    go.end();
    const [pid, builders] = stdout.split("\n").at(-1)?.split(" ") ?? [];
    assert.equal(builders, pid);
  });
});

describe("a Go build", () => {
  let go: GoMachine;
  beforeEach(() => {
    go = new GoMachine();
  });
  afterEach(() => go.end());
  const twice = 'await build("twice", { version: "1", packages: { ".": ["./twice"] } });';

  it("that two checkouts begin at the same time is there for both", async () => {
    await Promise.all([go.run(twice), go.run(twice)]);
    assert.deepEqual(go.tools(), ["twice-1"]);
    assert.deepEqual(go.tools("twice-1"), ["twice"]);
  });

  it("leaves nothing of one that was interrupted", async () => {
    for (const name of ["twice-1.part", "twice-1.part.4711"])
      mkdirSync(join(go.cache, "tools", name), { recursive: true });
    await go.run(twice);
    assert.deepEqual(go.tools(), ["twice-1"]);
  });

  it("of several packages makes a program of each, under their names", async () => {
    await go.run('await build("pair", { version: "1", packages: { ".": ["example.org/one", "./two"] } });');
    assert.deepEqual(go.tools("pair-1"), ["one", "two"]);
  });

  it("is one of many that compile in turn: the next begins where only linking is left", async () => {
    await go.run('await Promise.all(["a", "b", "c"].map((name) => build(name, { packages: { ".": [name] } })));');
    const log = go.log();
    assert.deepEqual(
      log.filter((line) => line.endsWith("compiles")),
      ["a compiles", "b compiles", "c compiles"],
    );
    // Who comes next may be heard of a moment before.
    for (const name of ["a", "b", "c"])
      assert.ok(log.indexOf(`${name} compiles`) < log.indexOf(`${name} links`), log.join());
    const [a, b] = ["a links", "b compiles"].map((what) => go.when(what));
    assert.ok(b - a < 800, `b began ${b - a} ms after the linking of a, which takes a second, had`);
  });

  it("is without C, debug information and garbage collection, with what is downloaded and compiled in one place", async () => {
    await go.run('await build("a", { version: "1", packages: { ".": ["./a"] }, stamp: ["x.version=v1"] });');
    const said = go.said();
    assert.match(said, / -trimpath -gcflags=all=-dwarf=false -ldflags=-s -w -X x\.version=v1 /);
    assert.match(
      said,
      /CGO_ENABLED=0 GOGC=off GOMEMLIMIT=\d+MiB GOCACHE=\S+\/build\/cache GOMODCACHE=\S+\/build\/modules$/m,
    );
  });

  it("after one that failed is not begun", async () => {
    go.stub('[ "$1" = build ] || exit 0; echo "$*" >>"$FOLDER/said"; sleep 0.3; exit 1');
    const { stderr } = await go.run(`
      const { steps } = await import("${root}/tools/steps.ts");
      const into = (name) => process.env.TODO_CACHE + "/tools/" + name;
      const builds = ["a", "b"].map((name) => ({ name, into: into(name), packages: { ".": [name] } }));
      await steps(buildSteps(builds), 2);`);
    assert.match(stderr, /a: go build failed/);
    assert.equal(go.said().trim().split("\n").length, 1);
  });

  it("that fails says what Go said, and where", async () => {
    go.stub('echo "go: downloading x" >&2; echo "a/b.go:1:2: undefined: c" >&2; exit 1');
    const { stderr } = await go.run('await build("a", { version: "1", packages: { ".": ["./a"] } });');
    assert.match(stderr, /a 1: go build failed in \S+\/tools\/go:\n {4}a\/b\.go:1:2: undefined: c$/m);
  });

  it("is remembered with what it cost", async () => {
    await go.run('await build("a", { version: "1", packages: { ".": ["./a"] } });');
    const { wall, cpu } = JSON.parse(readFileSync(join(go.cache, "costs.json"), "utf8"))["a 1"];
    assert.ok(wall > 1 && cpu >= 0 && cpu < wall, `${wall} ${cpu}`);
  });
});

describe("processor time", () => {
  it("is what a shell has waited for, user and system", () => {
    assert.equal(processorTime("0m0.01s 0m0.02s\n2m3.50s 0m10.25s\n"), 133.75);
    assert.equal(processorTime("0m0.010s 0m0.020s\n61m0.000s 1m0.000s\n"), 3720); // bash as sh
  });
});

describe("what is missing is named with the fix", () => {
  const path = process.env.PATH;
  before(() => {
    process.env.PATH = tmpdir();
  });
  after(() => {
    process.env.PATH = path;
  });

  it("no release to download, and no Go", () =>
    assert.rejects(assertCanBuild("helm", 1, { why: "no such host" }), {
      message:
        /^helm: to build from Go modules, as official releases cannot be downloaded from here \(no such host\), Go 1\.26\.3 or newer is needed on PATH, found none; check the network and HTTPS_PROXY, or install Go/,
    }));
});
