// Each test says first what it proves, and what it does not. Does not prove: that it is true.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./support/mocks.ts";

const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "*.test.ts", "*.test.tsx"];
const files = execFileSync("git", listed, { cwd: ROOT, encoding: "utf8" }).split("\n").filter(Boolean);

it("each test's first comment says what it does not prove", () => {
  assert.ok(files.length > 100);
  const silent = files.filter((file) => {
    if (!existsSync(join(ROOT, file))) return false;
    const [comment] = /^(\/\/.*\n)*/.exec(readFileSync(join(ROOT, file), "utf8")) ?? [""];
    return !/\bnot (prove|proved|shown|looked at)\b/i.test(comment);
  });
  assert.deepEqual(silent, []);
});
