// What `make evidence` writes and returns. Does not prove: what it says of a rule; rules.test.ts does.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeEvidence } from "../../../ops/evidence/report.ts";
import { FIXTURES, ROOT } from "../../support/mocks.ts";

it("writeEvidence writes evidence.md with its commit, says each rule on the screen, and counts those that fail", async () => {
  const root = mkdtempSync(join(tmpdir(), "todo-evidence-"));
  const said: string[] = [];
  const { log } = console;
  try {
    const copied = [
      "helm",
      "app/backend/Dockerfile",
      "app/frontend/Dockerfile",
      "README.md",
      "Makefile",
      "index.ts",
      "components",
      ".gitignore",
    ];
    for (const name of [...copied, "packages/local-charts/src"])
      cpSync(join(ROOT, name), join(root, name), { recursive: true });
    cpSync(join(FIXTURES, "Pulumi.dev.yaml"), join(root, "Pulumi.dev.yaml"));
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], {
        cwd: root,
      }).toString();
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "a copy with dev alone");
    console.log = (line) => said.push(line);
    const failed = await writeEvidence({ root, tests: join(root, "results.jsonl") });
    console.log = log;
    const text = readFileSync(join(root, "evidence.md"), "utf8");
    assert.ok(text.includes(`\nCommit ${git("rev-parse", "HEAD").slice(0, 12)}, 20`), text.slice(0, 200));
    assert.match(said.join("\n"), /✖ H-004 .+\n {9}staging: expected charts, found .*Pulumi\.staging\.yaml/);
    // Two environments are missing, and with them all that have an external database.
    assert.deepEqual([failed, text.match(/^\*\*fails\*\*$/gm)?.length], [2, 2], said.join("\n"));
  } finally {
    console.log = log;
    rmSync(root, { recursive: true });
  }
}).timeout(60_000);
