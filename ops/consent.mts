// What a stack other than dev asks of a person before anything begins: a passphrase of its own, and for prod an answer.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { Failure } from "../tools/main.mts";
import { root } from "../tools/places.mts";

/** Public on purpose: stack dev holds no secret but those generated for one laptop. No other stack has a default. */
export const devPassphrase = "dev";

/** @throws Failure where Pulumi would need a passphrase and has none, or only the public one of stack dev */
export function assertPassphrase(stack: string, folder = root): void {
  if (stack === "dev" || !needsPassphrase(stackFile(stack, folder))) return;
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
  if (stack === "dev" || !needsPassphrase(stackFile(stack))) return;
  // Encrypting something in a copy is the one quick command that tries the passphrase even where nothing is encrypted yet.
  const folder = mkdtempSync(join(tmpdir(), "todo-passphrase-"));
  try {
    const copy = join(folder, "Pulumi.copy.yaml");
    copyFileSync(stackFile(stack), copy);
    const set = ["config", "set", "--secret", "--stack", stack, "--config-file", copy, "todo:openaiApiKey", "tried"];
    const { failed, stderr } = await execa("pulumi", set, { stdin: "ignore", reject: false, cwd: root });
    if (failed) throw wrongPassphrase(stack, stderr) ?? new Failure(`stack ${stack}: ${stderr.trim()}`);
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

/** @throws Failure where Pulumi would ask (for prod's `up`, and wherever more than a laptop's data goes) and nobody can be asked */
export function assertAnswerable(stack: string, verb: "up" | "destroy"): void {
  const asks = verb === "up" ? stack === "prod" : stack !== "dev";
  if (!asks || process.stdin.isTTY) return;
  throw new Failure(
    `stack ${stack}: expected a terminal, as \`pulumi ${verb}\` shows what it would do and asks, found none; run this in one, or, as a deliberate act without a question, \`eval "$(make env ENV=${stack})" && pulumi ${verb} -s ${stack} --yes\``,
  );
}

const stackFile = (stack: string, folder = root) => join(folder, `Pulumi.${stack}.yaml`);
