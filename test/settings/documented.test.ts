// The settings of docs/your-images.md that no end-to-end test types: each block is taken by a stack.
// Does not prove: that `pulumi config set` writes what is meant (test/e2e/other-images.test.ts types others).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/mocks.ts";
import { type Change, changedSettings } from "../support/stack-file.ts";

/** What a command sets, as `pulumi config set` takes it: numbers are numbers unless they are said to be texts. */
function setting(line: string): [path: string, value: unknown] {
  const [, options, key, text] =
    /^pulumi config set -s NAME ((?:--\S+ (?:string )?)*)'?todo:(\S+?)'? (\S+)(?: +#.*)?$/.exec(line) ?? [];
  assert.ok(key, line);
  const value = /^\d+$/.test(text) && !options.includes("string") ? Number(text) : text;
  return [key, value];
}

/** Items of a list, `x[0]` and `x[1]`, as the list. */
function lists(settings: [path: string, value: unknown][]): Change {
  const change: Change = {};
  for (const [path, value] of settings) {
    const [, list] = /^(.*)\[\d+\]$/.exec(path) ?? [];
    if (list) change[list] = [...((change[list] as unknown[] | undefined) ?? []), value];
    else change[path] = value;
  }
  return change;
}

describe("docs/your-images.md", () => {
  const blocks =
    readFileSync(join(ROOT, "docs/your-images.md"), "utf8").match(/```sh\n(pulumi config set -s NAME [^`]+)```/g) ?? [];
  it("has such blocks", () => assert.equal(blocks.length, 3));
  for (const block of blocks) {
    const change = lists(block.split("\n").slice(1, -1).map(setting));
    it(`sets what a stack takes: ${Object.keys(change)[0]} …`, () => {
      changedSettings("dev", change);
    });
  }
});
