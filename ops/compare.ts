// `make compare A=staging B=prod`: what differs between two environments, in their settings and in the objects that are
// made of them. Reads the stack files and the charts: no cluster, no passphrase.
import { readSettings } from "../settings.ts";
import { ensureTool } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { expected, runProgram } from "../tools/program.ts";
import { compareEnvironments } from "./compare/environments.ts";
import { text } from "./compare/text.ts";
import { knownStack } from "./stack/stack-file.ts";

function settingsOf(variable: string, argument: string | undefined) {
  const stack = knownStack(variable, argument, "make compare A=staging B=prod");
  return readSettings(root, stack, { assumeSecrets: true });
}

async function compare(left: string | undefined, right: string | undefined): Promise<void> {
  const [a, b] = [settingsOf("A", left), settingsOf("B", right)];
  await ensureTool("helm");
  console.log(text(await compareEnvironments(a, b)));
}

await runProgram(() => compare(process.argv[2], process.argv[3]).catch(expected));
