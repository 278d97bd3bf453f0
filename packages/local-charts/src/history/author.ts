import { execFile } from "node:child_process";
import { hostname, userInfo } from "node:os";
import { promisify } from "node:util";
import type { Author } from "./entry.ts";

/** Who runs this program, and what git says of its folder. */
export async function authorOf(folder: string): Promise<Author> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)("git", args, { cwd: folder, timeout: 10_000 });
    return stdout.trim();
  };
  const by = `${userName()}@${hostname()}`;
  try {
    const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain", "--", ".")]);
    return { by, commit, changed: changes !== "" };
  } catch {
    // No git, no repository, or none with a commit.
    return { by };
  }
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "nobody");
  }
}
