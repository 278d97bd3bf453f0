// `make pr-report [BASE=origin/main]`: what a pull request would change in every environment, as one Markdown comment on
// standard output. Needs no cluster, no account and no secret, so that a fork's pull request works too.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { ensureTools } from "../tools/install.mts";
import { Failure, main, run } from "../tools/main.mts";
import { root } from "../tools/places.mts";

const progress = (text: string) => process.stderr.write(`${text}\n`);
const git = (...args: string[]) => run("git", args, { cwd: root });
const snapshotProgram = "ops/pr-report/snapshot.ts";

await main(async () => {
  const base = process.argv[2] || "origin/main";
  await ensureTools();
  const commit = await mergeBase(base);
  const scratch = mkdtempSync(join(tmpdir(), "todo-pr-report-"));
  try {
    progress(
      `rendering every environment of ${commit.slice(0, 12)} (where this branch left ${base}) and of this checkout`,
    );
    const [before, head] = await Promise.all([baseSnapshot(commit, scratch), snapshot(root)]);
    const stacks = Object.keys(head);
    const previews: Record<string, { failed: boolean; text: string }> = {};
    for (const stack of stacks) {
      progress(`pulumi preview of ${stack}, on an empty stack and without a cluster`);
      previews[stack] = await preview(stack, head[stack], scratch);
    }
    const report = { ...before, head, previews };
    const writer = ["-r", "ts-node/register", "ops/pr-report/write.ts"];
    const { stdout } = await execa("node", writer, { cwd: root, input: JSON.stringify(report), stderr: "inherit" });
    console.log(stdout);
    const refused = stacks.filter((stack) => head[stack].problem || previews[stack].failed);
    if (refused.length > 0)
      throw new Failure(`${refused.join(", ")}: cannot be deployed like this; the report says why`);
  } finally {
    await execa("git", ["worktree", "remove", "--force", join(scratch, "base")], { cwd: root, reject: false });
    rmSync(scratch, { recursive: true, force: true });
  }
});

/** The commit that a pull request is compared with: what the base has gained since is not its doing. */
async function mergeBase(base: string): Promise<string> {
  try {
    return await git("merge-base", base, "HEAD");
  } catch {
    throw new Failure(
      `BASE=${base}: expected a commit that this branch comes from, found none of that name or history; fetch it (git fetch origin main) or name another`,
    );
  }
}

interface Environment {
  problem?: string;
  /** Values for the secrets that a preview needs and a pull request must not have, by their key below `todo:`. */
  standIns: Record<string, string>;
}
type Snapshot = Record<string, Environment>;

async function snapshot(folder: string): Promise<Snapshot> {
  return JSON.parse(await run("node", ["-r", "ts-node/register", snapshotProgram], { cwd: folder }));
}

/** The base, rendered by its own code: its components decide what its charts get. */
async function baseSnapshot(commit: string, scratch: string): Promise<{ base: Snapshot; baseProblem?: string }> {
  const folder = join(scratch, "base");
  await git("worktree", "add", "--detach", "--force", folder, commit);
  const lock = (where: string) => readFileSync(join(where, "package-lock.json"), "utf8");
  try {
    if (lock(folder) === lock(root)) symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    else await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
    return { base: await snapshot(folder) };
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    return { base: {}, baseProblem: `The base ${commit.slice(0, 12)} cannot be rendered (${reason})` };
  }
}

/** `pulumi preview` on an empty local backend of its own, with a kubeconfig that names no cluster. */
async function preview(stack: string, { problem, standIns }: Environment, scratch: string) {
  if (problem) return { failed: true, text: problem };
  const cwd = projectWithoutSecrets(stack, mkdtempSync(join(scratch, "project-")));
  const env = {
    PULUMI_BACKEND_URL: `file://${scratch}`,
    PULUMI_CONFIG_PASSPHRASE: "preview",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    KUBECONFIG: "/dev/null",
  };
  const options = { cwd, env, all: true, reject: false, stdin: "ignore" } as const;
  const pulumi = (...args: string[]) => execa("pulumi", [...args, "--stack", stack, "--non-interactive"], options);
  await pulumi("stack", "init");
  for (const [name, value] of Object.entries(standIns)) {
    await pulumi("config", "set", "--secret", "--path", `todo:${name}`, value);
  }
  const { failed, all } = await pulumi("preview");
  // Without a cluster, what a preview that passes says of its objects is less than the report knows.
  const from = failed ? "Diagnostics:" : "Resources:";
  const said = String(all);
  return {
    failed,
    text: said
      .slice(Math.max(said.lastIndexOf(`\n${from}`), 0))
      .trim()
      .split("\n")
      .slice(0, 40)
      .join("\n"),
  };
}

/** A folder with the project in it, but for what is encrypted in the stack file: nobody here has the passphrase. */
function projectWithoutSecrets(stack: string, folder: string): string {
  const isStackFile = (name: string) => /^Pulumi\..+\.yaml$/.test(name);
  for (const name of readdirSync(root).filter((each) => each !== ".git" && !isStackFile(each))) {
    symlinkSync(join(root, name), join(folder, name));
  }
  const file = parseDocument(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8"));
  for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) file.delete(key);
  const config = (file.toJS().config ?? {}) as Record<string, unknown>;
  for (const [key, value] of Object.entries(config)) {
    if (JSON.stringify(value).includes('"secure":')) file.deleteIn(["config", key]);
  }
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), String(file));
  return folder;
}
