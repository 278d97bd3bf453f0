// Works side by side on a terminal, which has one place for all their steps; without one, test/cluster/beside.test.ts has them.
// Does not prove: how it looks while it goes on.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";

const program = `import { steps, together } from "${root}/tools/steps.ts";
import { Failure, runProgram } from "${root}/tools/program.ts";
import { setTimeout as sleep } from "node:timers/promises";
let runs = 0;
const step = (title, milliseconds, fails) => ({ title, run: async () => {
  runs++;
  await sleep(milliseconds);
  if (fails) throw new Failure("the node is too small");
  return title + ": done";
} });
await runProgram(async () => {
  const record = await together(async (beside) => {
    await steps([step("programs", 50)]);
    beside(() => steps([step("pulumi", 600), step("plugin", 50)]));
    await steps([step("start", 200, process.env.FAILS)]);
    await steps([step("images", 50)]);
    return "record";
  });
  console.log(record);
});
console.log(runs + " runs");`;

describe("works side by side, on a terminal", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-steps-"));
    writeFileSync(join(folder, "program.mjs"), program);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What stands there in the end: what follows the last drawing of the first step. */
  const screen = async (env: Record<string, string> = {}) => {
    const command = `stty rows 40 cols 100; '${process.execPath}' '${join(folder, "program.mjs")}'`;
    const { stdout } = await execa(onPath("script") as string, ["-qec", command, "/dev/null"], {
      reject: false,
      env: { TODO_CACHE: folder, NODE_OPTIONS: "--no-warnings", ...env },
    });
    const lines = stripVTControlCharacters(stdout)
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter(Boolean);
    return lines.slice(lines.findLastIndex((line) => line.includes("programs: done"))).map((line) => line.slice(0, 40));
  };

  it("show their steps in one place, each of which runs once", async () => {
    const lines = (await screen()).map((line) => line.replace(/ \(0:0\d\)$/, ""));
    const done = ["programs", "pulumi", "plugin", "start", "images"].map((title) => `✔ ${title}: done`);
    assert.deepEqual(lines, [...done, "record", "5 runs"]);
  });

  it("end with what failed first, when what was running has ended", async () => {
    const lines = await screen({ FAILS: "yes" });
    assert.ok(
      lines.some((line) => line.startsWith("✔ pulumi: done")),
      lines.join("\n"),
    );
    assert.deepEqual(lines.slice(-2), ["error: the node is too small", "3 runs"]);
  });
});
