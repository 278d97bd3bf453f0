// What an update that was interrupted has left behind of a stack, and putting it right: a lock that nobody holds, and
// operations that never ended. What it has left in the cluster, releases that never ended among it, the next update goes on
// from by itself. Finds nothing to do after an update that ended by itself.
import { run } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { lockOf } from "./lock.ts";
import { type Program, todo } from "./program.ts";

/**
 * Says what it found, and what it does about it.
 * @returns whether there was anything
 * @throws Failure when another update of the stack is really running
 */
export async function recover(stack: string, program = todo): Promise<boolean> {
  const unlocked = await releaseLock(stack, program);
  return (await endOperations(stack, program)) || unlocked;
}

const pulumi = ({ folder }: Program, ...args: string[]) => run("pulumi", args, { cwd: folder });
const say = (stack: string, text: string) => console.log(`stack ${stack}: ${text}`);

async function releaseLock(stack: string, program: Program): Promise<boolean> {
  const lock = lockOf(stack, program);
  if (!lock) return false;
  if (lock.runs) {
    throw new Failure(
      `stack ${stack}: another update holds it (${lock.holder}); wait for it, or if it is gone run \`pulumi cancel -s ${stack}\``,
    );
  }
  say(stack, `removing the lock of an interrupted update (${lock.holder} is gone)`);
  await pulumi(program, "cancel", "--yes", "--stack", stack);
  return true;
}

async function endOperations(stack: string, program: Program): Promise<boolean> {
  const { deployment } = JSON.parse(await pulumi(program, "stack", "export", "--stack", stack)) as {
    deployment: { pending_operations?: unknown[] };
  };
  const interrupted = deployment.pending_operations ?? [];
  if (interrupted.length === 0) return false;
  say(stack, `clearing ${interrupted.length} operation(s) that an interrupted update left open`);
  const refresh = ["refresh", "--stack", stack, "--clear-pending-creates", "--yes", "--skip-preview"];
  await pulumi(program, ...refresh, "--non-interactive");
  return true;
}
