// The file in which a stack's state stands, where the backend is a folder: a service looks after its own.
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../tools/program.ts";
import { todo } from "./program.ts";

/** Of a file backend, where Pulumi keeps states, locks and histories. */
export function backendFolder(): string | undefined {
  const backend = process.env.PULUMI_BACKEND_URL ?? "";
  return backend.startsWith("file://") ? join(backend.slice("file://".length), ".pulumi") : undefined;
}

/** The content of a JSON file; undefined where it is none. */
export function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * A state that was cut off, by a full disk say, is replaced by the newest one that is whole: where the cluster is ahead of
 * it, the next update sees that.
 * @returns whether that was so
 * @throws Failure where there is none
 */
export function mendState(stack: string, { project } = todo): boolean {
  const backend = backendFolder();
  if (backend === undefined) return false;
  const file = join(backend, "stacks", project, `${stack}.json`);
  if (!existsSync(file) || parsed(file) !== undefined) return false;
  const history = join(backend, "history", project, stack);
  const names = existsSync(history) ? readdirSync(history).filter((name) => name.endsWith(".checkpoint.json")) : [];
  // Their names hold the time.
  const older = names.sort().reverse();
  const whole = [`${file}.bak`, ...older.map((name) => join(history, name))].find((each) => parsed(each) !== undefined);
  if (!whole) {
    throw new Failure(
      `stack ${stack}: expected its state in ${file}, found no JSON, nor a copy that is whole; put a copy of your own there, or move the file away and have \`pulumi up -s ${stack}\` take over what is in the cluster`,
    );
  }
  console.log(
    `stack ${stack}: its state is no JSON any more; taking the copy ${whole}, and keeping the other as ${file}.broken`,
  );
  copyFileSync(file, `${file}.broken`);
  copyFileSync(whole, file);
  return true;
}
