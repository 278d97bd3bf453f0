// What the evidence is collected from. Does not prove: what a real cluster answers; a run of `make evidence` shows it.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keep, type TestResult } from "../../../ops/e2e/results.ts";
import { clusterInput, endToEndInput, repositoryInput } from "../../../ops/evidence/input.ts";
import { checkoutOfFixtures } from "../../support/checkout.ts";
import { ROOT } from "../../support/mocks.ts";

describe("input of the evidence", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-evidence-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is what git tracks or would track, and every environment; of one that does not render, why", async () => {
    checkoutOfFixtures(folder);
    cpSync(join(ROOT, ".gitignore"), join(folder, ".gitignore"));
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    writeFileSync(join(folder, "evidence.md"), "of an earlier run");
    const prod = join(folder, "Pulumi.prod.yaml");
    writeFileSync(prod, readFileSync(prod, "utf8").replace("todo:backend:\n", "todo:backend:\n    replica: 2\n"));
    const { files, environments, notRendered } = await repositoryInput(folder);
    assert.deepEqual(
      environments.map(({ settings }) => settings.environment),
      ["dev", "staging"],
    );
    assert.deepEqual(Object.keys(notRendered), ["prod"]);
    assert.match(notRendered.prod, /Pulumi\.prod\.yaml has 1 problem/);
    assert.equal(files["helm/todo-backend/Chart.yaml"].split("\n")[0], "apiVersion: v2");
    assert.ok(!("evidence.md" in files));
  });

  it("has what each suite said last on this commit, and nothing of another commit", () => {
    const file = join(folder, "results.jsonl");
    assert.equal(endToEndInput(file, "abc"), undefined);
    const said = (suite: string, commit: string, state: TestResult["state"]) => {
      const tests = [{ title: `${suite} works`, state }];
      keep(file, { suite, commit, when: "2026-11-27T10:00:00Z", seconds: 1, passed: 1, failed: 0, skipped: 0, tests });
    };
    said("one", "abc", "failed");
    said("two", "abc", "passed");
    said("one", "abc", "passed");
    said("one", "abd", "failed");
    const tests = ["one works", "two works"].map((title) => ({ title, state: "passed" }));
    assert.deepEqual(endToEndInput(file, "abc"), { commit: "abc", tests });
    assert.equal(endToEndInput(file, "abe"), undefined);
  });

  it("has of a cluster what is in the environments' namespaces", () => {
    const { PATH } = process.env;
    const item = (namespace: string) => ({ metadata: { namespace, name: "one" } });
    const items = JSON.stringify({ items: ["todo-dev", "todo-prod", "todo-e2e", "kube-system"].map(item) });
    writeFileSync(join(folder, "kubectl"), `#!/bin/sh\necho "$@" >>${folder}/asked\necho '${items}'\n`, {
      mode: 0o755,
    });
    try {
      process.env.PATH = `${folder}:${PATH}`;
      const cluster = clusterInput("here");
      assert.deepEqual(
        Object.entries(cluster ?? {}).map(([name, list]) => [name, list.length]),
        [
          ["nodes", 4],
          ["namespaces", 4],
          ["pods", 2],
          ["configMaps", 2],
        ],
      );
      const asked = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
      for (const line of asked) assert.match(line, /^--context here --request-timeout 5s get \w+ .*--output json$/);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("has no cluster where none answers", () => {
    assert.equal(clusterInput("a-context-that-nobody-has"), undefined);
  });
});
