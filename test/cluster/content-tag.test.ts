// What an image's tag follows. Does not prove: that docker builds the same image from the same files.
import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { contentTag } from "../../cluster/content-tag.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-tag-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("an image's tag", () => {
  const context = () => join(folder, "context");
  const write = (name: string, text: string) => writeFileSync(join(context(), name), text);
  before(async () => {
    mkdirSync(context());
    await execa("git", ["init", "--quiet"], { cwd: context() });
    write("Dockerfile", "FROM scratch\n");
    write("main.py", "print(1)\n");
    write("notes.md", "draft\n");
    write(".dockerignore", "*\n!main.py\n");
  });

  it("is twelve hex digits", async () => assert.match(await contentTag(context()), /^[0-9a-f]{12}$/));

  const changes: [string, boolean, () => void][] = [
    ["another time stamp", false, () => utimesSync(join(context(), "main.py"), 0, 0)],
    ["a file that .dockerignore leaves out", false, () => write("notes.md", "final\n")],
    ["a file's content", true, () => write("main.py", "print(2)\n")],
    ["a file's executable bit", true, () => chmodSync(join(context(), "main.py"), 0o755)],
    ["the Dockerfile", true, () => write("Dockerfile", "FROM scratch\nUSER 1\n")],
  ];
  for (const [title, counts, change] of changes) {
    it(`${counts ? "follows" : "ignores"} ${title}`, async () => {
      const before = await contentTag(context());
      change();
      assert.equal((await contentTag(context())) !== before, counts);
    });
  }
});
