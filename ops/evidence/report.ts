import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterInput, endToEndInput, repositoryInput } from "./input.ts";
import { evaluate } from "./rule.ts";
import { rules } from "./rules.ts";
import { markdown, summary } from "./text.ts";

/**
 * Writes evidence.md, and says on the screen how each rule stands. Without a cluster, what only a run can prove stays open.
 * @param context of the cluster, as kubectl knows it @param tests file of what end-to-end tests said
 * @returns how many rules fail
 */
export async function writeEvidence({
  root,
  context,
  tests,
}: {
  root: string;
  context?: string;
  tests: string;
}): Promise<number> {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const commit = git("rev-parse", "HEAD");
  const changes = git("status", "--porcelain") === "" ? "" : " with changes that are not committed";
  const input = {
    ...(await repositoryInput(root)),
    cluster: context ? clusterInput(context) : undefined,
    endToEnd: endToEndInput(tests, commit),
  };
  const results = rules.map((rule) => evaluate(rule, input));
  const now = new Date().toISOString().slice(0, 16).replace("T", " ");
  const file = join(root, "evidence.md");
  writeFileSync(file, markdown(results, `Commit ${commit.slice(0, 12)}${changes}, ${now} UTC`));
  console.log(`${summary(results)}\nevidence: ${file}`);
  return results.filter(({ state }) => state === "fails").length;
}
