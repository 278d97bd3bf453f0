// The commit that a pull request is compared with, rendered by its own code in a checkout of its own.
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { execa } from "execa";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import type { Snapshot } from "./snapshot.ts";

const git = (...args: string[]) => run("git", args, { cwd: root });

/** The commit that a pull request is compared with: what the base has gained since is not its doing. */
export async function mergeBase(base: string): Promise<string> {
  try {
    return await git("merge-base", base, "HEAD");
  } catch {
    throw new Failure(
      `BASE=${base}: expected a commit that this branch comes from, found none of that name or history; fetch it (git fetch origin main) or name another`,
    );
  }
}

export interface Base {
  base: Snapshot;
  /** Why there is nothing to compare with. */
  baseProblem?: string;
}

/** The base's snapshot, from a worktree below `scratch`: its components decide what its charts get. */
export async function baseSnapshot(commit: string, scratch: string): Promise<Base> {
  const folder = join(scratch, "base");
  await git("worktree", "add", "--detach", "--force", folder, commit);
  const lock = (where: string) => readFileSync(join(where, "package-lock.json"), "utf8");
  try {
    if (lock(folder) === lock(root)) linkPackages(root, folder);
    else await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
    // TODO_ROOT, which tools/run sets, is this checkout.
    const snapshots = "const { snapshots } = await import('./ops/pr-report/snapshot.ts')";
    const program = `${snapshots}; process.stdout.write(JSON.stringify(await snapshots()))`;
    const args = ["--input-type=module", "--eval", program];
    return { base: JSON.parse(await run(process.execPath, args, { cwd: folder, env: { TODO_ROOT: folder } })) };
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    return { base: {}, baseProblem: `The base ${commit.slice(0, 12)} cannot be rendered (${reason})` };
  } finally {
    await execa("git", ["worktree", "remove", "--force", folder], { cwd: root, reject: false });
  }
}

/**
 * Gives a checkout the npm packages of another one that has the same lock file. A package of the repository itself (a
 * workspace, which npm links) is the checkout's own.
 */
export function linkPackages(from: string, to: string): void {
  const packages = realpathSync(join(from, "node_modules"));
  const project = dirname(packages);
  const link = (folder: string, into: string) => {
    mkdirSync(into);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const [there, here] = [join(folder, entry.name), join(into, entry.name)];
      if (entry.name.startsWith("@") && entry.isDirectory()) {
        link(there, here);
        continue;
      }
      const path = entry.isSymbolicLink() ? realpathSync(there) : there;
      const inside = relative(project, path);
      const own = !inside.startsWith("..") && !inside.startsWith("node_modules/");
      symlinkSync(own ? join(to, inside) : path, here);
    }
  };
  link(packages, join(to, "node_modules"));
}
