// Writes evidence.md: every rule with its proof. Exit code 1 where a rule does not hold. `make evidence` runs it, with the
// cluster's environment set; without a cluster what only a run can prove stays open.
//   node -r ts-node/register ops/evidence/report.ts [context of the cluster] [record of the end-to-end tests]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { judgeAll } from "./rules";
import { count, markdown, summary } from "./text";
import { clusterWorld, endToEnd, treeWorld } from "./world";

const root = process.env.TODO_ROOT ?? resolve(__dirname, "../..");
const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

async function program(context: string | undefined, record: string | undefined) {
  const commit = git("rev-parse", "HEAD");
  const tree = await treeWorld(root);
  const judged = judgeAll({
    ...tree,
    cluster: context ? clusterWorld(context) : undefined,
    endToEnd: endToEnd(record, commit),
  });
  const changes = git("status", "--porcelain") === "" ? "" : " with changes that are not committed";
  const where = `Commit ${commit.slice(0, 12)}${changes}, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const file = join(root, "evidence.md");
  writeFileSync(file, markdown(judged, where));
  console.log(`${summary(judged)}\nevidence: ${file}`);
  process.exitCode = count(judged).fails > 0 ? 1 : 0;
}

program(process.argv[2], process.argv[3]).catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
