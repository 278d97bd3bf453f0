// What is shown of results: the table, and the lines that name a cause. Does not prove: which results these are.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { causes } from "../../../ops/e2e/causes.ts";
import type { Suite } from "../../../ops/e2e/suites.ts";
import { markdownTable, pageTable, textTable } from "../../../ops/e2e/table.ts";

describe("the table of suites", () => {
  const suites = [
    { file: "test/e2e/todo.test.ts", changes: [] },
    { file: "test/e2e/recovery.test.ts", changes: [], guardedBy: ["test/e2e/todo.test.ts"] as [string] },
    { file: "test/e2e/new.test.ts", changes: [] },
  ];
  const when = "2026-11-27T10:32:05.123Z";
  const results = [
    {
      suite: "todo",
      commit: "5a56fe9a7ba861c4400cb8ff0d6678074d47e587",
      when,
      seconds: 62.4,
      passed: 8,
      failed: 0,
      skipped: 0,
      tests: [],
    },
    { suite: "recovery", when, seconds: 125, passed: 2, failed: 1, skipped: 1, tests: [] },
  ];

  it("says what passed when and on which commit", () => {
    assert.equal(
      textTable(suites, results),
      `suite     run by          tests                          time  commit        when (UTC)
todo      make e2e        8 passed                       1:02  5a56fe9a7ba8  2026-11-27 10:32
recovery  make e2e ALL=1  2 passed, 1 failed, 1 skipped  2:05  with changes  2026-11-27 10:32
new       make e2e        not run yet`,
    );
  });

  it("says it as Markdown", () => {
    assert.equal(
      markdownTable(suites, results),
      `| suite | run by | tests | time | commit | when (UTC) |
| --- | --- | --- | --- | --- | --- |
| todo | make e2e | 8 passed | 1:02 | 5a56fe9a7ba8 | 2026-11-27 10:32 |
| recovery | make e2e ALL=1 | 2 passed, 1 failed, 1 skipped | 2:05 | with changes | 2026-11-27 10:32 |
| new | make e2e | not run yet |  |  |  |
`,
    );
  });
});

describe("the table of a page", () => {
  it("has a row for each test of its suites, with what it measured", () => {
    const group = "a|b";
    const tests = [
      { group, title: "breaks: it is mended", state: "passed" as const, figures: ["7 s", "0 failed"] },
      { group, title: "breaks twice", state: "failed" as const },
    ];
    const result = (suite: string) => ({
      ...{ suite, when: "2026-11-27T10:32:05Z", seconds: 1, passed: 1, failed: 1, skipped: 0, tests },
    });
    const suites: Suite[] = [
      { file: "test/e2e/never.test.ts", changes: [], page: "faults" },
      { file: "test/e2e/faults.test.ts", changes: [], page: "faults" },
      { file: "test/e2e/reach.test.ts", changes: [], page: "guard" },
      { file: "test/e2e/todo.test.ts", changes: [] },
    ];
    assert.deepEqual(pageTable("faults", suites, ["reach", "todo", "faults"].map(result)).split("\n").slice(3, -1), [
      "| suite | of what | what was done, and what comes of it |  | commit | on |",
      "| --- | --- | --- | --- | --- | --- |",
      "| faults | a\\|b | breaks: it is mended<br>7 s<br>0 failed | passed | with changes | 2026-11-27 |",
      "| faults | a\\|b | breaks twice | failed | with changes | 2026-11-27 |",
    ]);
  });
});

describe("the lines that name a cause", () => {
  const objects = (count: number) => Array.from({ length: count }, (_, index) => `    + kind: "Deployment ${index}"`);

  it("are all of a short text, without colours and empty lines", () => {
    assert.deepEqual(causes("\u001b[31mone\u001b[0m\n\n  two  \n"), ["one", "  two"]);
  });

  it("are the first, those that tell of something bad, and the end; … stands for what is left out", () => {
    const text = [
      "pulumi up: ended with 1:",
      ...objects(100),
      "    error: port is taken",
      ...objects(50),
      "Resources:",
      "    + 14 created",
      "    1 errored",
    ];
    assert.deepEqual(causes(text.join("\n")), [
      "pulumi up: ended with 1:",
      "…",
      "    error: port is taken",
      "…",
      "Resources:",
      "    + 14 created",
      "    1 errored",
    ]);
  });

  it("of too many are the last", () => {
    const text = ["it ended:", ...Array.from({ length: 100 }, (_, index) => `error ${index}`), "a", "b", "c"];
    const shown = causes(text.join("\n"));
    assert.deepEqual([shown[2], shown.at(-4), shown.length], ["error 80", "error 99", 25]);
  });

  it("are errors before anything else that sounds bad, in the order of the text", () => {
    const warnings = Array.from({ length: 100 }, (_, index) => `Warning: back-off ${index}`);
    const shown = causes(["up:", "error: port is taken", ...warnings, "a", "b", "c"].join("\n"));
    assert.deepEqual(
      [shown[1], shown[3], shown.at(-4)],
      ["error: port is taken", "Warning: back-off 81", "Warning: back-off 99"],
    );
  });

  it("are the beginning and the end where nothing tells", () => {
    const shown = causes(objects(100).join("\n"));
    assert.deepEqual(
      [shown[1], shown[20], shown[21], shown.at(-1)],
      [objects(2)[1], objects(21)[20], "…", objects(100)[99]],
    );
  });

  it("are cut where they are too long", () => {
    assert.equal(causes(`error: ${"x".repeat(1000)}`)[0].length, 401);
  });
});
