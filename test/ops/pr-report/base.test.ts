// The packages that a pull request's base is rendered with: npm's are those of this checkout, the repository's own are its.
// Does not prove: that the base renders (`make pr-report` says so when it does not).
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import { linkPackages } from "../../../ops/pr-report/base.ts";

describe("the packages of a pull request's base", () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const base = (name: string) => createRequire(join(folder, "base", "index.js"))(name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-packages-"));
    for (const checkout of ["head", "base"]) {
      for (const [name, path] of [
        ["engine", "packages/engine"],
        ["@todo/charts", "packages/charts"],
      ]) {
        write(`${checkout}/${path}/package.json`, JSON.stringify({ name, main: "index.js" }));
        write(`${checkout}/${path}/index.js`, `exports.of = "${checkout}"; exports.yaml = require("yaml").of;`);
      }
    }
    for (const name of ["yaml", "@pulumi/pulumi", ".bin"]) {
      write(`head/node_modules/${name}/index.js`, 'exports.of = "npm";');
    }
    mkdirSync(join(folder, "head/node_modules/@todo"));
    symlinkSync("../packages/engine", join(folder, "head/node_modules/engine"));
    symlinkSync("../../packages/charts", join(folder, "head/node_modules/@todo/charts"));
    linkPackages(join(folder, "head"), join(folder, "base"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are npm's, in scopes too", () => {
    assert.deepEqual([base("yaml").of, base("@pulumi/pulumi").of], ["npm", "npm"]);
  });

  it("are its own where the repository makes them, in scopes too", () => {
    assert.deepEqual([base("engine").of, base("@todo/charts").of], ["base", "base"]);
    assert.equal(base("engine").yaml, "npm");
  });

  it("are the same where this checkout's packages are a link to another one's", () => {
    mkdirSync(join(folder, "linked"));
    symlinkSync(join(folder, "head/node_modules"), join(folder, "linked/node_modules"));
    mkdirSync(join(folder, "other/packages/engine"), { recursive: true });
    writeFileSync(join(folder, "other/packages/engine/index.js"), 'exports.of = "other";');
    linkPackages(join(folder, "linked"), join(folder, "other"));
    assert.equal(createRequire(join(folder, "other", "index.js"))("engine").of, "other");
  });
});
