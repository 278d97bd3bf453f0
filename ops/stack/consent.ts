// What a stack asks of a person before anything begins: one other than dev a passphrase of its own, a protected one an answer.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { parse } from "yaml";
import { stackFile } from "../../settings/stack-files.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { isProtected } from "./stack-file.ts";

/** Public on purpose: stack dev holds no secret but those generated for one laptop. No other stack has a default. */
export const devPassphrase = "dev";

/** @throws Failure where Pulumi would need a passphrase and has none, or only the public one of stack dev */
export function assertPassphrase(stack: string, folder = root): void {
  if (stack === "dev" || !needsPassphrase(stackFile(folder, stack))) return;
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (given === undefined ? file : given !== devPassphrase) return;
  const found = given === undefined ? "none" : 'that of stack dev, which is public (`eval "$(make env)"` sets it)';
  throw new Failure(
    `stack ${stack}: expected a passphrase of its own, which encrypts its secrets, found ${found}; put it into PULUMI_CONFIG_PASSPHRASE, or the name of its file into PULUMI_CONFIG_PASSPHRASE_FILE, export that and run this again`,
  );
}

/** Pulumi's service, and key management systems, encrypt without one. */
function needsPassphrase(file: string): boolean {
  const { secretsprovider = "passphrase" } = parse(readFileSync(file, "utf8")) ?? {};
  return secretsprovider === "passphrase" && !/^https?:/.test(process.env.PULUMI_BACKEND_URL ?? "");
}

/** Of a stack that is there. @throws Failure where the passphrase is not the one that its file was encrypted with */
export async function confirmPassphrase(stack: string): Promise<void> {
  if (stack === "dev" || !needsPassphrase(stackFile(root, stack))) return;
  // Encrypting something in a copy is the one quick command that tries the passphrase even where nothing is encrypted yet.
  const folder = mkdtempSync(join(tmpdir(), "todo-passphrase-"));
  try {
    const copy = join(folder, "Pulumi.copy.yaml");
    copyFileSync(stackFile(root, stack), copy);
    const set = ["config", "set", "--secret", "--stack", stack, "--config-file", copy, "todo:openaiApiKey", "tried"];
    const { failed, stderr } = await execa("pulumi", set, { stdin: "ignore", reject: false, cwd: root });
    if (failed) throw wrongPassphrase(stack, stderr) ?? new Failure(`stack ${stack}: ${redactText(stderr.trim())}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Failure that Pulumi's words stand for, where they are about the passphrase. */
export function wrongPassphrase(stack: string, words: string): Failure | undefined {
  if (!words.includes("incorrect passphrase")) return undefined;
  const where =
    process.env.PULUMI_CONFIG_PASSPHRASE === undefined ? "PULUMI_CONFIG_PASSPHRASE_FILE" : "PULUMI_CONFIG_PASSPHRASE";
  return new Failure(
    `stack ${stack}: expected the passphrase that Pulumi.${stack}.yaml was encrypted with, found another one in ${where}; export the right one and run this again`,
  );
}

/** Arguments by which Pulumi does not ask; a protected stack shows its preview and asks, as `pulumi up` does. */
export const withoutAsking = (stack: string, folder = root) =>
  isProtected(stack, folder) ? [] : ["--yes", "--skip-preview"];

/** @throws Failure where `up` would ask and nobody can be asked */
export function assertUpAnswerable(stack: string, folder = root): void {
  if (isProtected(stack, folder)) assertTerminal(stack, "up");
}

/** @throws Failure where `destroy` would ask, because more than a laptop's data goes, and nobody can be asked */
export function assertDestroyAnswerable(stack: string): void {
  if (stack !== "dev") assertTerminal(stack, "destroy");
}

/**
 * Whether a migration has to ask first: of a protected stack, unless that is named.
 * @throws Failure where it would, and nobody can be asked
 */
export function asksToMigrate(stack: string, named: string): boolean {
  if (!isProtected(stack) || named === stack) return false;
  if (process.stdin.isTTY) return true;
  throw new Failure(
    `stack ${stack}: expected a terminal, as a migration of a protected stack (todo:protected) asks first, found none; run this in one, or, as a deliberate act without a question, \`make migrate ENV=${stack} PROTECTED=${stack}\``,
  );
}

/**
 * Whether a restore has to ask first: of every stack, unless that is named, as it takes all that came after the backup.
 * @throws Failure where it would, and nobody can be asked
 */
export function asksToRestore(stack: string, named: string): boolean {
  if (named === stack) return false;
  if (process.stdin.isTTY) return true;
  throw new Failure(
    `stack ${stack}: expected a terminal, as a restore replaces all that the database holds and asks first, found none; run this in one, or, as a deliberate act without a question, \`make restore ENV=${stack} PROTECTED=${stack}\`, with FROM=… for another than the newest`,
  );
}

/** Asks a person for the name of a stack. @throws Failure for any other answer */
export async function askForName(
  stack: string,
  question: string,
  streams: { input: Readable; output: Writable } = { input: process.stdin, output: process.stdout },
): Promise<void> {
  const terminal = createInterface(streams);
  const answer = await terminal.question(`${question} Type ${stack} to go on: `).finally(() => terminal.close());
  if (answer.trim() === stack) return;
  throw new Failure(`stack ${stack}: expected its name as the answer, found another; nothing was changed`);
}

/** @throws Failure for a protected stack, with what to type first */
export function assertNotProtected(stack: string): void {
  if (!isProtected(stack)) return;
  throw new Failure(
    `stack ${stack}: Pulumi.${stack}.yaml says todo:protected, so nothing of it is removed; where that is meant, type \`pulumi config set todo:protected false -s ${stack}\`, then \`make up ENV=${stack}\`, then \`make down ENV=${stack}\` (\`eval "$(make env ENV=${stack})"\` makes pulumi known to a shell)`,
  );
}

function assertTerminal(stack: string, verb: "up" | "destroy"): void {
  if (process.stdin.isTTY) return;
  throw new Failure(
    `stack ${stack}: expected a terminal, as \`pulumi ${verb}\` shows what it would do and asks, found none; run this in one, or, as a deliberate act without a question, \`eval "$(make env ENV=${stack})" && pulumi ${verb} -s ${stack} --yes\``,
  );
}

/**
 * Of a stack whose file is not protected any more. @throws Failure where its resources still are: only an update takes
 * that off them
 * @param state `pulumi stack export`
 */
export function assertUnprotected(stack: string, state: { deployment: { resources?: { protect?: boolean }[] } }): void {
  if (!state.deployment.resources?.some(({ protect }) => protect)) return;
  throw new Failure(
    `stack ${stack}: Pulumi.${stack}.yaml is not protected any more, but what is deployed still is; \`make up ENV=${stack}\` takes that off, then run this again`,
  );
}
