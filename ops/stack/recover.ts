// What an update that was interrupted has left behind of a stack, and putting it right: a lock that nobody holds, and
// operations that never ended. What it has left in the cluster, releases that never ended among it, the
// next update goes on from by itself. Finds nothing to do after an update that ended by itself.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { backendFolder, parsed } from "./state-file.ts";

/**
 * Says what it found, and what it does about it.
 * @returns whether there was anything
 * @throws Failure when another update of the stack is really running
 */
export async function recover(stack: string): Promise<boolean> {
  const folder = backendFolder();
  const unlocked = folder !== undefined && (await releaseLock(stack, folder));
  return (await endOperations(stack)) || unlocked;
}

const pulumi = (...args: string[]) => run("pulumi", args, { cwd: root });
const say = (stack: string, text: string) => console.log(`stack ${stack}: ${text}`);

interface Lock {
  pid: number;
  hostname: string;
  username: string;
}

async function releaseLock(stack: string, backend: string): Promise<boolean> {
  const folder = join(backend, "locks", "organization", "todo", stack);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  for (const file of files) {
    const { pid, hostname: host, username } = (parsed(join(folder, file)) ?? { pid: 0, hostname: hostname() }) as Lock;
    if (host !== hostname() || (pid > 0 && isPulumi(pid))) {
      throw new Failure(
        `stack ${stack}: another update holds it (process ${pid} of ${username} on ${host}); wait for it, or if it is gone run \`pulumi cancel -s ${stack}\``,
      );
    }
    say(stack, `removing the lock of an interrupted update (process ${pid} is gone)`);
    await pulumi("cancel", "--yes", "--stack", stack);
  }
  return files.length > 0;
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

async function endOperations(stack: string): Promise<boolean> {
  const { deployment } = JSON.parse(await pulumi("stack", "export", "--stack", stack)) as {
    deployment: { pending_operations?: unknown[] };
  };
  const interrupted = deployment.pending_operations ?? [];
  if (interrupted.length === 0) return false;
  say(stack, `clearing ${interrupted.length} operation(s) that an interrupted update left open`);
  await pulumi("refresh", "--stack", stack, "--clear-pending-creates", "--yes", "--skip-preview", "--non-interactive");
  return true;
}
