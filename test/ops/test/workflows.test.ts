// The workflows of GitHub Actions: their linter is asked where it can be had, and what fetches tools has GitHub's token.
// Does not prove: that they run on GitHub, where none has been run.
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { root } from "../../../tools/places.ts";
import { ToolsMachine } from "../../support/tools-machine.ts";

describe("the check of the workflows", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  let machine: ToolsMachine;
  beforeEach(() => {
    machine = new ToolsMachine();
    machine.lacksOnly("actionlint");
  });
  afterEach(() => machine.end());

  const check = () =>
    machine.run(`const { workflows } = await import("./ops/test/workflows.ts");
      const { runLayers } = await import("./ops/test/layers.ts");
      await runLayers([await workflows()]);`);

  it("holds where actionlint finds nothing", async () => {
    machine.stub("actionlint", '[ "$1" = -version ] && echo v1.7.12; echo "$*" >>"$FOLDER/log"');
    const { said, exitCode } = await check();
    assert.equal(exitCode, 0, said);
    assert.match(said, /^1 passed, 0 failed$/m);
    assert.equal(machine.log().at(-1), "-shellcheck= -pyflakes=");
  });

  it("fails with what actionlint finds", async () => {
    machine.stub("actionlint", '[ "$1" = -version ] && echo v1.7.12 && exit; echo ".github/ci.yml:3:1: no"; exit 1');
    const { said, exitCode } = await check();
    assert.equal(exitCode, 1);
    assert.match(said, /FAILED workflows[\s\S]+\.github\/ci\.yml:3:1: no[\s\S]+0 passed, 1 failed/);
  });

  it("says that it was skipped, and why, where actionlint cannot be had", async () => {
    machine.stub("mise", '[ "$1" = --version ] && echo 1 && exit; echo "mise ERROR dns error" >&2; exit 1');
    const { said, exitCode } = await check();
    assert.equal(exitCode, 0, said);
    assert.match(
      said,
      /^skipped: workflows \(actionlint\): actionlint: to build from Go modules, as official releases/m,
    );
    assert.match(said, /^✔ skipped workflows \(actionlint\) /m);
    assert.match(said, /^0 passed, 0 failed$/m);
  });

  it("fails where what arrived as actionlint is not what was released", async () => {
    machine.stub("mise", '[ "$1" = --version ] && echo 1 && exit; echo "mise ERROR Checksum mismatch" >&2; exit 1');
    const { said, exitCode } = await check();
    assert.equal(exitCode, 1, said);
    assert.match(said, /Checksum mismatch; what arrived is not what was released/);
  });
});

describe("a workflow's first command of this project", () => {
  interface Job {
    steps: { run?: string; env?: Record<string, string> }[];
  }
  const folder = join(root, ".github", "workflows");
  for (const file of readdirSync(folder)) {
    const { jobs } = parse(readFileSync(join(folder, file), "utf8")) as { jobs: Record<string, Job> };
    for (const [name, { steps }] of Object.entries(jobs)) {
      const first = steps.find(({ run }) => /(^|\s)(make|\.ci\/run)\b/.test(run ?? ""));
      if (!first) continue;
      it(`${file}, ${name}: has the token that GitHub's releases ask for`, () =>
        assert.equal(first.env?.GITHUB_TOKEN, "$" + "{{ github.token }}"));
    }
  }
});
