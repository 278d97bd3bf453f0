// The lock of a stack, where the backend is a folder: a service looks after its own.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { todo } from "./program.ts";
import { backendFolder, parsed } from "./state-file.ts";

/** Who holds a stack, or did. */
export interface Lock {
  /** `process 12 of me on laptop` */
  holder: string;
  /** Whether that is an update which may still run: of another machine it cannot be told. */
  runs: boolean;
}

/** Undefined where nobody holds it. */
export function lockOf(stack: string, { project } = todo): Lock | undefined {
  const folder = join(backendFolder() ?? "/nowhere", "locks", "organization", project, stack);
  const [file] = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  if (!file) return undefined;
  const lock = parsed(join(folder, file)) as { pid: number; hostname: string; username: string } | undefined;
  // One that was cut off was being written when its process was killed.
  if (!lock) return { holder: "an update that was killed while it took it", runs: false };
  const { pid, hostname: host, username } = lock;
  return { holder: `process ${pid} of ${username} on ${host}`, runs: host !== hostname() || isPulumi(pid) };
}

/**
 * Whether a process is an update that runs. Its number may have gone to another program since, after a reboot for one,
 * and one that was killed may still be listed, without a command line. Elsewhere than on Linux any process counts.
 */
function isPulumi(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self") || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    return false;
  }
}
