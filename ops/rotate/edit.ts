// The edit of the stack file by which a secret gets its new value, by Pulumi's own hand; and how to take it back.
import { readFileSync, writeFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { stackFile } from "../../settings/stack-files.ts";
import { run, runInTerminal } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { familyOf, type Pod, type Rotation } from "./rotation.ts";

/** Puts the new value, or the higher generation, into the stack file. @throws Failure, the file then being as it was */
export async function editStackFile(stack: string, { key, edit }: Rotation): Promise<void> {
  const set = ["config", "set", "--stack", stack];
  if ("generation" in edit) {
    await run("pulumi", [...set, "--path", `todo:generations.${key}`, String(edit.generation)], { cwd: root });
    return;
  }
  const name = `todo:${edit.config}`;
  const path = edit.config.includes(".") ? ["--path"] : [];
  const file = stackFile(root, stack);
  const text = readFileSync(file, "utf8");
  const value = async () => run("pulumi", ["config", "get", ...path, name, "--stack", stack], { cwd: root });
  const old = await value();
  if (process.stdin.isTTY) {
    console.log(`The new ${key} of ${stack}, which is not shown:`);
    await runInTerminal("pulumi", [...set, "--secret", ...path, name], {
      what: `stack ${stack}`,
      hint: "nothing was changed",
      cwd: root,
    });
  } else {
    const input = (await textOf(process.stdin)).replace(/\r?\n$/, "");
    await run("pulumi", [...set, "--secret", ...path, name], { cwd: root, stdin: "pipe", input });
  }
  const present = await value();
  if (present !== "" && present !== old) return;
  writeFileSync(file, text);
  const found = present === "" ? "nothing" : "the value that it has already";
  throw new Failure(
    `KEY=${key}: expected a new value on standard input, found ${found}; type it when asked, or pipe it in, as in \`make rotate ENV=${stack} KEY=${key} < file\`; nothing was changed`,
  );
}

/**
 * A random value that was replaced is gone; one that was given is still in the Secrets of the pods from before.
 * @param users those that used it
 */
export function restoreHint({ key, edit, changes }: Rotation, stack: string, kubectl: string[], users: Pod[]): string {
  if ("generation" in edit) return "";
  const secret = users.flatMap(({ secrets }) => secrets).find((name) => changes.includes(`${familyOf(name)}/${key}`));
  if (!secret) return "";
  const value = `kubectl ${kubectl.join(" ")} get secret ${secret} -o jsonpath={.data.${key}} | base64 -d`;
  const set = `pulumi config set --secret${pathFlag(edit.config)} todo:${edit.config} -s ${stack}`;
  return `; \`${value} | ${set}\` takes the new value back`;
}

/** Of a key inside a map, Pulumi wants to be told that it is one. */
const pathFlag = (name: string) => (name.includes(".") ? " --path" : "");
