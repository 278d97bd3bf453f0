// How the project's commands call Pulumi: which state, and which passphrase.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { type ClusterRecord, pulumiState } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { cache, root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { confirmPassphrase, devPassphrase, wrongPassphrase } from "./consent.ts";
import { todo } from "./program.ts";
import { mendState } from "./state-file.ts";

/** What Pulumi needs in the environment beside the cluster's; what the user has set himself wins. */
export function pulumiEnvironment(stack: string, record: ClusterRecord): Record<string, string> {
  const state = pulumiState(record);
  // A shell may still have that of a cluster of ours that was deleted since.
  const { PULUMI_BACKEND_URL: backend } = process.env;
  const given = backend && dirname(backend) !== `file://${dirname(state)}`;
  const own =
    process.env.PULUMI_CONFIG_PASSPHRASE !== undefined || process.env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  return {
    ...(given ? {} : { PULUMI_BACKEND_URL: `file://${state}` }),
    ...(stack === "dev" && !own ? { PULUMI_CONFIG_PASSPHRASE: devPassphrase } : {}),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Node keeps the program's compiled code there: a fifth of the time of a preview that finds nothing.
    ...(process.env.NODE_COMPILE_CACHE ? {} : { NODE_COMPILE_CACHE: join(cache, "compiled") }),
  };
}

/** Sets the environment for this process and its children, and makes the folder that a file backend expects. */
export function usePulumi(stack: string, record: ClusterRecord): void {
  Object.assign(process.env, pulumiEnvironment(stack, record));
  const url = process.env.PULUMI_BACKEND_URL ?? "";
  if (url.startsWith("file://")) mkdirSync(url.slice("file://".length), { recursive: true });
}

/**
 * Creates the stack in the backend unless it is there; a state that was cut off is mended first.
 * @throws Failure where the passphrase is not the stack's
 */
export async function ensureStack(stack: string, program = todo): Promise<void> {
  const { folder } = program;
  mendState(stack, program);
  const found = await execa("pulumi", ["stack", "ls", "--json"], { stdin: "ignore", reject: false, cwd: folder });
  if (found.failed)
    throw new Failure(`pulumi: cannot read the stacks in ${process.env.PULUMI_BACKEND_URL}: ${lastLine(found.stderr)}`);
  const names = (JSON.parse(found.stdout) as { name: string }[]).map(({ name }) => name.split("/").at(-1));
  if (names.includes(stack)) return program === todo ? confirmPassphrase(stack) : undefined;
  await run("pulumi", ["stack", "init", stack, "--non-interactive"], { cwd: folder }).catch((error: Error) => {
    throw wrongPassphrase(stack, error.message) ?? error;
  });
}

const lastLine = (text: string) => redactText(text.trim().split("\n").at(-1) ?? "");

/** The outputs of a stack that is up. */
export async function stackOutputs(stack: string): Promise<Record<string, unknown>> {
  return JSON.parse(await run("pulumi", ["stack", "output", "--json", "--stack", stack], { cwd: root }));
}
