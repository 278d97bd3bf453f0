// `make pr-report [BASE=origin/main]`: what a pull request would change in every environment, as one Markdown comment on
// standard output. Needs no cluster, no account and no secret, so that a fork's pull request works too.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTools } from "../tools/install.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { baseSnapshot, mergeBase } from "./pr-report/base.ts";
import { markdown, type PullRequest } from "./pr-report/markdown.ts";
import { preview } from "./pr-report/preview.ts";
import { snapshots } from "./pr-report/snapshot.ts";

const progress = (text: string) => process.stderr.write(`${text}\n`);

await runProgram(async () => {
  const base = process.argv[2] || "origin/main";
  await ensureTools({ also: ["helm"] });
  const commit = await mergeBase(base);
  const scratch = mkdtempSync(join(tmpdir(), "todo-pr-report-"));
  try {
    progress(
      `rendering every environment of ${commit.slice(0, 12)} (where this branch left ${base}) and of this checkout`,
    );
    const [before, head] = await Promise.all([baseSnapshot(commit, scratch), snapshots()]);
    const stacks = Object.keys(head);
    const previews: PullRequest["previews"] = {};
    for (const stack of stacks) {
      progress(`pulumi preview of ${stack}, on an empty stack and without a cluster`);
      previews[stack] = await preview(stack, head[stack], scratch);
    }
    console.log(markdown({ ...before, head, previews }));
    const refused = stacks.filter((stack) => head[stack].problem || previews[stack].failed);
    if (refused.length > 0)
      throw new Failure(`${refused.join(", ")}: cannot be deployed like this; the report says why`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
