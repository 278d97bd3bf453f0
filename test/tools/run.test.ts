// tools/run where the packages are another checkout's; bootstrap.test.ts has the rest of it.
// Does not prove: that npm installs.
import { strict as assert } from "node:assert";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { root } from "../../tools/places.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-run-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("packages that are linked from another checkout", () => {
  const [ours, theirs] = ["linked", "other"];
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const start = () =>
    execa(join(folder, ours, "tools/run"), ["program.ts"], {
      reject: false,
      env: { HOME: folder, XDG_CACHE_HOME: "" },
    });
  before(() => {
    for (const name of [join(ours, "tools"), join(theirs, "node_modules")]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    for (const name of ["tools/run", "tools/tools.yaml"]) cpSync(join(root, name), join(folder, ours, name));
    write(join(ours, "program.ts"), "console.log('ran');\n");
    write(join(theirs, "node_modules", ".package-lock.json"), "{}\n");
    write(join(theirs, "package-lock.json"), "{}\n");
    // Newer than the install, as in each fresh checkout.
    write(join(ours, "package-lock.json"), "{}\n");
    utimesSync(join(folder, theirs, "node_modules", ".package-lock.json"), 0, 0);
    symlinkSync(join(folder, theirs, "node_modules"), join(folder, ours, "node_modules"));
  });

  it("are taken as they are where both list the same", async () => {
    const { stdout, stderr } = await start();
    assert.deepEqual([stdout, stderr], ["ran", ""]);
  });

  it("are left alone where the lists differ, and that is said", async () => {
    write(join(ours, "package-lock.json"), '{ "lockfileVersion": 3 }\n');
    const { exitCode, stderr } = await start();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: npm packages: expected \S+\/linked\/node_modules, a link to \S+\/other\/node_modules, to hold what package-lock\.json lists, found no install of the same list there; run `npm ci` beside \S+, or remove the link and run this again$/,
    );
    assert.ok(existsSync(join(folder, theirs, "node_modules", ".package-lock.json")));
  });
});
