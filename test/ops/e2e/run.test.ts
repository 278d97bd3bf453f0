// The runner of `make e2e`, with suites that are real processes of mocha's and need no cluster.
// Does not prove: that the suites that need one pass, nor that those that run at once do not disturb each other there.
import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { keptResults } from "../../../ops/e2e/results.ts";
import { failuresText, runSuites } from "../../../ops/e2e/run.ts";
import type { Suite } from "../../../ops/e2e/suites.ts";
import { root } from "../../../tools/places.ts";

describe("the runner of end-to-end suites", function () {
  this.timeout(60_000);
  let folder: string;
  let lines: string[];
  const { log } = console;
  const at = (...path: string[]) => join(folder, ...path);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder })
      .toString()
      .trim();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-suites-"));
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "nothing");
    writeFileSync(at(".git/info/exclude"), "*.test.ts\nlogs\nresults*\n");
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    lines = [];
    console.log = (text) => lines.push(...String(text).split("\n"));
  });
  afterEach(() => {
    console.log = log;
    rmSync(at("results.jsonl"), { force: true });
  });

  /** A suite of this text, within a group of its name. */
  function suite(name: string, text: string, more: Partial<Suite> = {}): Suite {
    const file = at(`${name}.test.ts`);
    writeFileSync(file, `describe("group of ${name}", function () { this.timeout(60000); ${text} });`);
    return { file, changes: [], ...more };
  }
  const run = async (suites: Suite[], more: { limitSeconds?: number; everySeconds?: number } = {}) => {
    const mocha = [process.execPath, "node_modules/mocha/bin/mocha.js", "--no-config"];
    return runSuites(suites, {
      ...{ folder, logs: at("logs"), results: at("results.jsonl"), limitSeconds: 50 },
      command: ({ file }) => [...mocha, "--reporter", "test/e2e/reporter.ts", file],
      ...more,
    });
  };
  const wait = "new Promise((done) => setTimeout(done, 1500))";

  it("shows each suite in one piece and says how long it took, though two run at once", async () => {
    const talk = (name: string) =>
      `for (const one of [1, 2, 3]) it("test " + one, async () => { console.log("${name} " + one); await ${wait}; });`;
    const ended = await run([suite("one", talk("one")), suite("two", talk("two"))], { everySeconds: 1 });
    assert.deepEqual(
      ended.map(({ passed, failed, skipped, tests }) => ({ passed, failed, skipped, tests: tests.length })),
      Array(2).fill({ passed: 3, failed: 0, skipped: 0, tests: 3 }),
    );
    for (const name of ["one", "two"]) {
      const from = lines.indexOf(`── ${name}`);
      const to = lines.findIndex((line) => new RegExp(`^suite ${name} passed in 0:\\d\\d: 3 passed$`).test(line));
      const own = lines.slice(from, to).filter((line) => /^(one|two) \d$/.test(line));
      assert.deepEqual(
        own,
        [1, 2, 3].map((one) => `${name} ${one}`),
      );
      assert.ok(!lines.slice(from, to).some((line) => line.startsWith("running: ")));
    }
    assert.match(lines.join("\n"), /^running: one 0:00; 1 more to come$/m);
    assert.match(lines.join("\n"), /^running: one 0:0\d \([12] tests passed\), two 0:0\d/m);
  });

  it("starts none beside one that changes what it uses", async () => {
    const note = (name: string) => `
      const say = (what) => require("node:fs").appendFileSync(${JSON.stringify(at("results.order"))}, what + " ");
      it("takes a while", async () => { say("+${name}"); await ${wait}; say("-${name}"); });`;
    await run([
      suite("first", note("first"), { changes: ["todo-dev"] }),
      suite("second", note("second"), { changes: [], reads: ["todo-dev"] }),
      suite("third", note("third"), { changes: ["elsewhere"] }),
    ]);
    const order = readFileSync(at("results.order"), "utf8").trim().split(" ");
    assert.ok(order.indexOf("+second") > order.indexOf("-first"), order.join());
    assert.ok(order.indexOf("+third") < order.indexOf("-first"), order.join());
  });

  it("says at the end what failed and why, hooks too, however much was said before", async () => {
    const noise = `Array.from({ length: 200 }, (_, index) => "    + name: object " + index).join("\\n")`;
    const text = `it("is well", () => {});
      it("deploys", () => { throw new Error("pulumi up: ended with 1:\\n" + ${noise} + "\\n    error: provided port is already allocated\\n" + ${noise}); });
      it.skip("is left out", () => {});
      describe("inner", () => { before(() => { throw new Error("no such namespace"); }); it("comes to nothing", () => {}); });`;
    const ended = await run([suite("failing", text), suite("well", 'it("is well", () => {});')]);
    const [{ passed, failed, skipped }] = ended.filter((one) => one.suite === "failing");
    assert.deepEqual([passed, failed, skipped], [1, 2, 1]);
    assert.match(lines.join("\n"), /^suite failing FAILED after 0:\d\d: 1 passed, 2 failed, 1 skipped$/m);
    const said = failuresText(ended, "logs").trim().split("\n");
    assert.equal(said[0], "FAILED failing: group of failing deploys");
    assert.ok(said.includes("        error: provided port is already allocated"), said.join("\n"));
    assert.ok(said.length < 20, `${said.length} lines`);
    assert.deepEqual(said.slice(-4), [
      'FAILED failing: group of failing inner "before all" hook for "comes to nothing"',
      "    no such namespace",
      "",
      "all that they said: logs/<suite>.log",
    ]);
    assert.equal(
      failuresText(
        ended.filter((one) => one.suite === "well"),
        "logs",
      ),
      "",
    );
  });

  const deaths: [what: string, text: string, limitSeconds: number, message: RegExp][] = [
    [
      "is killed",
      'it("is well", () => {}); it("dies", () => process.kill(process.pid, "SIGKILL"));',
      50,
      /^suite \S+ was ended by SIGKILL before its tests were through; the last test that ended: is well$/,
    ],
    [
      "hangs",
      'it("hangs", () => { require("node:child_process").execFileSync("sleep", ["600"]); });',
      4,
      /^suite \S+ was ended, as it was not through after 0:04, before its tests were through; no test had ended$/,
    ],
    [
      "ends by itself in the middle",
      'it("is well", () => {}); it("ends", () => process.exit(0));',
      50,
      /^suite \S+ ended before its tests were through; the last test that ended: is well$/,
    ],
    ["cannot be read", "(", 50, /^suite \S+ ended with 1 before its tests were through; no test had ended$/],
    ["has no test", "", 50, /^suite \S+: expected a test that passes, found none$/],
    ["skips all", 'it.skip("one", () => {});', 50, /^suite \S+: expected a test that passes, found none$/],
  ];
  for (const [index, [what, text, limitSeconds, message]] of deaths.entries()) {
    it(`counts a suite that ${what} as failed, by its name`, async () => {
      const started = Date.now();
      const [ended] = await run([suite(`bad-${index}`, text)], { limitSeconds });
      assert.equal(ended.failed, 1);
      assert.match(ended.failures[0].message, message);
      assert.ok(failuresText([ended], "logs").includes(`FAILED bad-${index}: suite bad-${index}`));
      assert.ok(Date.now() - started < 30_000, "it waited for what was left running");
    });
  }

  it("does not wait for what a suite leaves running with its output", async () => {
    const text =
      'it("leaves something", () => { require("node:child_process").spawn("sleep", ["45"], { stdio: "inherit", detached: true }).unref(); });';
    const started = Date.now();
    const [{ passed }] = await run([suite("leaving", text)]);
    assert.equal(passed, 1);
    assert.ok(Date.now() - started < 30_000);
  });

  it("keeps what was said of a commit, and nothing of a tree with changes, nor of one that was changed meanwhile", async () => {
    const well = suite("kept", 'it("is well", () => {});');
    await run([well]);
    const [result, ...others] = keptResults(at("results.jsonl"));
    assert.deepEqual([others, result.suite, result.commit, result.passed], [[], "kept", git("rev-parse", "HEAD"), 1]);
    assert.deepEqual(result.tests, [{ group: "group of kept", title: "is well", state: "passed", figures: [] }]);
    assert.ok(!("said" in result) && Date.now() - Date.parse(result.when) < 30_000);

    const edit = `require("node:fs").writeFileSync(${JSON.stringify(at("edited"))}, "")`;
    const [meanwhile] = await run([suite("meanwhile", `it("edits the tree", () => ${edit});`)]);
    assert.ok(existsSync(at("edited")));
    assert.equal(meanwhile.commit, undefined);
    const [dirty] = await run([well]);
    assert.deepEqual([dirty.commit, dirty.passed], [undefined, 1]);
    assert.equal(keptResults(at("results.jsonl")).length, 1);
    rmSync(at("edited"));
  });

  it("takes its suites with it when it is ended", async () => {
    const slow = suite("slow", `it("is slow", async () => { await new Promise((done) => setTimeout(done, 50000)); });`);
    const program = at("results.program.ts");
    const options = { folder, logs: at("logs"), results: at("results.jsonl"), limitSeconds: 50 };
    writeFileSync(
      program,
      `import { runSuites } from ${JSON.stringify(join(root, "ops/e2e/run.ts"))};
       await runSuites([${JSON.stringify(slow)}], { ...${JSON.stringify(options)},
         command: ({ file }) => [process.execPath, "node_modules/mocha/bin/mocha.js", "--no-config", file] });`,
    );
    const child = spawn(process.execPath, [program], { cwd: root, stdio: "ignore" });
    const ours = () =>
      execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="])
        .toString()
        .split("\n")
        .filter((line) => line.includes(slow.file)).length;
    const until = async (what: string, there: () => boolean) => {
      for (const end = Date.now() + 20_000; !there(); ) {
        assert.ok(Date.now() < end, what);
        await new Promise((done) => setTimeout(done, 100));
      }
    };
    await until("the suite did not start", () => ours() > 0);
    child.kill("SIGTERM");
    await until("the suite is still there", () => ours() === 0);
  });
});
