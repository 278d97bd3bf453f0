// What is left of a batch of Go builds, in words. Does not prove: that a package takes as long as its sources are large.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as soon } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { remaining } from "../../tools/go-remaining.ts";

describe("what is left of a batch of Go builds", () => {
  let folder: string;
  let time: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-remaining-"));
    writeFileSync(join(folder, "small.go"), "x".repeat(100));
    writeFileSync(join(folder, "large.go"), "x".repeat(900));
    time = 5_000;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const tools = { ".": ["./a"] };
  const both = { ".": ["./b"], kubernetes: ["./k"] };
  const lists: Record<string, string[]> = {
    ".": ["fmt small.go", "a.org/x@v1 small.go", "a.org/y large.go", "a.org/empty "],
    kubernetes: ["fmt small.go", "a.org/x@v2 large.go/small.go", "a.org/y@v1 large.go"],
    more: ["a.org/x@v1 small.go", "a.org/y large.go"],
  };
  const list = async (module: string) =>
    lists[module].map((line) => line.replace(/(@\S+)? /, (_, version = "") => `\t${version}\t${folder}\t`)).join("\n");
  const start = (builds: Record<string, string[]>[], processors = 1) =>
    remaining(builds, list, join(folder, "build/compiled"), () => time, processors);
  const listed = async () => {
    for (let turn = 0; turn < 5; turn++) await soon();
  };

  it("is not guessed before anything is compiled, nor listed", () => {
    const left = start([tools]);
    assert.equal(left.words(), "downloading modules");
    left.began(".", "fmt");
    assert.equal(left.words(), "1 packages compiled");
  });

  it("follows from the speed so far and the sizes of sources, and ends at nothing", async () => {
    const left = start([tools]);
    const words: string[] = [];
    for (const [path, seconds] of [
      ["fmt", 60],
      ["a.org/x", 60],
      ["a.org/y", 540],
    ] as const) {
      left.began(".", path);
      await listed();
      time += seconds * 1000;
      words.push(left.words());
    }
    assert.deepEqual(words, [
      "1 of 3 packages compiled, about 10 min left for all",
      "2 of 3 packages compiled, about 9 min left for all",
      "3 of 3 packages compiled, less than a minute left for all",
    ]);
  });

  it("counts what is being compiled by the time that it has had, on one processor, and then as long as it takes", async () => {
    const left = start([tools], 2);
    const words: string[] = [];
    left.began(".", "fmt");
    await listed();
    time += 60_000;
    left.began(".", "a.org/x");
    time += 60_000;
    words.push(left.words());
    left.began(".", "a.org/y");
    for (const minutes of [0, 5, 10]) {
      time += minutes * 60_000;
      words.push(left.words());
    }
    assert.deepEqual(words, [
      "1 of 3 packages compiled, about 18 min left for all",
      "1 of 3 packages compiled, about 18 min left for all",
      "2 of 3 packages compiled, about 13 min left for all",
      "2 of 3 packages compiled, about 15 min left for all",
    ]);
  });

  it("counts what is the same in several modules once", async () => {
    const left = start([tools, { more: ["./m"] }]);
    left.began(".", "a.org/x");
    await listed();
    time += 60_000;
    assert.equal(left.words(), "1 of 4 packages compiled, about 19 min left for all");
  });

  it("counts what has other versions in another module for itself, but what belongs to Go once", async () => {
    const left = start([tools, both]);
    left.began("kubernetes", "fmt");
    left.began("kubernetes", "a.org/x");
    await listed();
    time += 110_000;
    assert.equal(left.words(), "2 of 5 packages compiled, about 3 min left for all");
  });

  it("leaves out what was compiled before an interruption, as Go does", async () => {
    start([tools]).began(".", "a.org/y");
    await listed();
    const left = start([tools]);
    left.began(".", "fmt");
    await listed();
    time += 60_000;
    assert.equal(left.words(), "2 of 3 packages compiled, about 1 min left for all");
  });
});
