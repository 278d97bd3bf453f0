// The claims of the end-to-end suites: what a killed run has left is removed, and nothing of anybody else's. kubectl and
// pulumi are stand-ins.
// Does not prove: that a cluster then has nothing left of it (test/e2e).
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { root } from "../tools/places.ts";

describe("claims of end-to-end suites", () => {
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);
  const script = (name: string, text: string) => writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  /** Runs statements with everything of claims.ts; what they print, and what was removed meanwhile. */
  const run = async (statements: string, env: Record<string, string> = {}) => {
    const program = `import * as claims from ${JSON.stringify(join(root, "test/e2e/claims.ts"))}; const { claim, unclaim, sweep, claimNodePort } = claims; ${statements}`;
    const result = await execa(process.execPath, ["--input-type=module-typescript", "--eval", program], {
      env: { PATH: `${folder}:${process.env.PATH}`, E2E_CLAIMS: at("claims"), ...env },
      reject: false,
      all: true,
    });
    const removed = existsSync(at("removed")) ? readFileSync(at("removed"), "utf8").trim().split("\n") : [];
    return { exitCode: result.exitCode, said: result.all, removed };
  };
  const claimedBy = (pid: number, namespace: string) => {
    mkdirSync(at("claims"), { recursive: true });
    writeFileSync(at("claims", namespace), String(pid));
  };
  const inCluster = (...namespaces: string[]) =>
    writeFileSync(at("namespaces"), namespaces.map((name) => `namespace/${name}\n`).join(""));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-claims-"));
    inCluster("todo-dev");
    script(
      "kubectl",
      `case "$*" in
  *"get namespaces"*) cat ${at("namespaces")} ;;
  *"delete namespace"*) while [ $1 != namespace ]; do shift; done; echo "$2" >>${at("removed")}; shift; sed -i.old "/\\/$1\\$/d" ${at("namespaces")} ;;
  *"get services"*) echo '{"items":[{"metadata":{"name":"page","namespace":"acme"},"spec":{"ports":[{"nodePort":30303}]}},{"metadata":{"name":"none","namespace":"acme"},"spec":{}}]}' ;;
esac`,
    );
    script("pulumi", "echo '[]'");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are given back with all that is there", async () => {
    const { exitCode, removed } = await run('claim("todo-x"); unclaim("todo-x");', { E2E_CHANGES: "todo-y,todo-x" });
    assert.deepEqual([exitCode, removed, existsSync(at("claims/todo-x"))], [0, ["todo-x"], false]);
  });

  it("are refused for what a person has deployed, which the hooks that clean up then leave alone", async () => {
    inCluster("todo-dev", "todo-x");
    const { said, removed } = await run(
      'try { claim("todo-x"); } catch (error) { console.log(error.message); } unclaim("todo-x");',
    );
    assert.match(String(said), /these would be removed afterwards; `make down ENV=…` removes them now/);
    assert.deepEqual(removed, []);
  });

  it("of a run that did not end are swept before the next one, and taken over", async () => {
    inCluster("todo-dev", "todo-x", "todo-y");
    claimedBy(2 ** 22 + 1, "todo-x");
    claimedBy(2 ** 22 + 1, "todo-y");
    assert.deepEqual((await run('claim("todo-y");')).removed, ["todo-y"]);
    const { said, removed } = await run("sweep();");
    assert.deepEqual(removed, ["todo-y", "todo-x", "todo-y"]);
    assert.match(String(said), /^namespace todo-x: removing what a run that did not end has left$/m);
  });

  it("of a run that goes on are refused to another one", async () => {
    const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000) // mocha"]);
    try {
      inCluster("todo-dev", "todo-x");
      claimedBy(other.pid as number, "todo-x");
      for (const statement of ['claim("todo-x");', "sweep();"]) {
        const { exitCode, said, removed } = await run(statement);
        assert.equal(exitCode, 1);
        assert.match(
          String(said),
          new RegExp(`namespace todo-x: process ${other.pid} runs these tests already; wait for its end`),
        );
        assert.deepEqual(removed, []);
      }
    } finally {
      other.kill();
    }
  });

  it("are refused to a suite that has not said that it changes this", async () => {
    const { exitCode, said } = await run('claim("todo-x");', { E2E_CHANGES: "todo-y" });
    assert.equal(exitCode, 1);
    assert.match(String(said), /ops\/e2e\/suites\.ts has to say that this suite changes these/);
  });

  it("of a node port that is taken say who has it", async () => {
    const { exitCode, said } = await run("claimNodePort(30302); claimNodePort(30303);");
    assert.equal(exitCode, 1);
    assert.match(String(said), /node port 30303 is taken; this suite needs it[\s\S]*Service acme\/page/);
  });
});
