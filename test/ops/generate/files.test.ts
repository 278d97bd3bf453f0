// Generated files that cannot be read, written or removed, and those that can: whole or not at all.
// Does not prove: what a full disk leaves.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outOfDate, write } from "../../../ops/generate/files.ts";
import { Failure } from "../../../tools/program.ts";

describe("write", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-files-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes and removes what is out of date, and leaves nothing else", () => {
    writeFileSync(join(folder, "old"), "x");
    const files = new Map([
      ["old", undefined],
      ["docs/new", "y"],
    ]);
    assert.deepEqual(write(folder, files), ["old", "docs/new"]);
    assert.deepEqual([readdirSync(folder), readdirSync(join(folder, "docs"))], [["docs"], ["new"]]);
    assert.equal(readFileSync(join(folder, "docs/new"), "utf8"), "y");
    assert.deepEqual(outOfDate(folder, files), []);
  });

  for (const [what, prepare, text, said] of [
    ["a folder is in its place", (path: string) => mkdirSync(path), "x", "read, found EISDIR"],
    [
      "a file is where its folder would be",
      () => writeFileSync(join(folder, "docs"), ""),
      "x",
      "written, found EEXIST",
    ],
    [
      "a folder is in the place of one that has to go",
      (path: string) => mkdirSync(path),
      undefined,
      "read, found EISDIR",
    ],
  ] as const) {
    it(`ends with one sentence where ${what}`, () => {
      const path = what.startsWith("a file") ? "docs/new" : "new";
      prepare(join(folder, path));
      const before = readdirSync(folder, { recursive: true });
      assert.throws(
        () => write(folder, new Map([[path, text]])),
        (error: Error) => {
          assert.equal(
            error.message,
            `${path}: expected a file that can be ${said}; once it can, \`make generate\` goes on`,
          );
          return error instanceof Failure;
        },
      );
      assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    });
  }
});
