// Which suites run, and when one may start. Does not prove: that they do then (test/ops/e2e/run.test.ts).
import { strict as assert } from "node:assert";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Result } from "../../../ops/e2e/results.ts";
import { choose, startable } from "../../../ops/e2e/schedule.ts";
import { nameOf, type Suite, suites } from "../../../ops/e2e/suites.ts";
import { root } from "../../../tools/places.ts";

const suite = (name: string, more: Partial<Suite> = {}): Suite => ({ file: `${name}.test.ts`, changes: [], ...more });
const result = (name: string): Result => ({
  ...{ suite: name, commit: "abc", when: "2026-11-27T10:00:00Z", seconds: 1 },
  ...{ passed: 1, failed: 0, skipped: 0, tests: [] },
});

describe("the list of end-to-end suites", () => {
  const inFolder = readdirSync(join(root, "test/e2e"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join("test/e2e", file));
  const files = suites.map(({ file }) => file);

  it("has every file of test/e2e once, and each by a name of its own", () => {
    assert.deepEqual(files.filter((file) => file.startsWith("test/e2e")).sort(), inFolder.sort());
    assert.equal(new Set(suites.map(nameOf)).size, suites.length);
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
  });

  it("leaves none to ALL=1 alone that no suite of every change, or of `make test`, guards", () => {
    for (const { file, guardedBy = [] } of suites) {
      for (const guard of guardedBy) {
        assert.ok(existsSync(join(root, guard)), `${file}: ${guard} is not there`);
        const own = suites.find((each) => each.file === guard);
        assert.ok(guard.endsWith(".test.ts") && !own?.guardedBy, `${file}: ${guard} is not run at every change`);
        assert.ok(own || !guard.startsWith("test/e2e"), `${file}: ${guard} is in no list`);
        assert.notEqual(guard, file);
      }
    }
  });
});

describe("which suite may start", () => {
  const cases: [what: string, waiting: Suite[], running: Suite[], expected: string | undefined][] = [
    ["the first, where nothing runs", [suite("a"), suite("b")], [], "a"],
    ["none beside two", [suite("c")], [suite("a"), suite("b")], undefined],
    [
      "the first that changes nothing that one changes",
      [suite("b", { changes: ["x"] }), suite("c", { changes: ["y"] })],
      [suite("a", { changes: ["x"] })],
      "c",
    ],
    [
      "none that reads what one changes",
      [suite("b", { reads: ["x"], changes: [] })],
      [suite("a", { changes: ["x"] })],
      undefined,
    ],
    ["none that changes what one reads", [suite("b", { changes: ["x"] })], [suite("a", { reads: ["x"] })], undefined],
    ["one that reads what another one reads", [suite("b", { reads: ["x"] })], [suite("a", { reads: ["x"] })], "b"],
    ["none beside one that is alone", [suite("b")], [suite("a", { alone: true })], undefined],
    ["none that is alone beside another one", [suite("b", { alone: true })], [suite("a")], undefined],
    ["one that is alone, where nothing runs", [suite("b", { alone: true })], [], "b"],
  ];
  for (const [what, waiting, running, expected] of cases) {
    it(what, () => {
      const found = startable(waiting, running);
      assert.equal(found && nameOf(found), expected);
    });
  }
});

describe("which suites are run", () => {
  const list = [suite("fast"), suite("slow", { guardedBy: ["fast.test.ts"] })];
  const wanted = { all: false, again: false, only: [] as string[] };
  const names = (more: Partial<typeof wanted>, passed: Result[] = []) => {
    const { run, kept } = choose(list, { ...wanted, ...more }, passed);
    return { run: run.map(nameOf), kept: kept.map((each) => each.suite) };
  };

  it("those of every change, whatever has passed", () => {
    assert.deepEqual(names({}, [result("fast")]), { run: ["fast"], kept: [] });
  });
  it("all with ALL=1, but those that have passed on this commit", () => {
    assert.deepEqual(names({ all: true }), { run: ["fast", "slow"], kept: [] });
    assert.deepEqual(names({ all: true }, [result("fast")]), { run: ["slow"], kept: ["fast"] });
    assert.deepEqual(names({ all: true, again: true }, [result("fast")]), { run: ["fast", "slow"], kept: [] });
  });
  it("those that are named, whatever has passed", () => {
    assert.deepEqual(names({ only: ["slow"] }, [result("slow")]), { run: ["slow"], kept: [] });
  });
  it("none where a name is wrong", () => {
    assert.throws(() => names({ only: ["slow", "slwo"] }), {
      message: "ONLY: expected names out of fast,slow, found slwo; nothing was run",
    });
  });
});
