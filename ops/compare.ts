// `make compare A=staging B=prod`: what differs between two environments, in their settings and in the objects that are
// made of them. Reads the stack files and the charts: no cluster, no passphrase.
import { join } from "node:path";
import { helmTemplate } from "../components/helm-template";
import { readSettings, type Settings } from "../settings";
import { stackNames } from "../settings/other-stacks";
import { compareEnvironments } from "./compare/environments";
import { text } from "./compare/text";

const root = process.env.TODO_ROOT ?? join(__dirname, "..");

function settingsOf(variable: string, stack: string | undefined): Settings {
  const stacks = stackNames(root);
  if (!stack || !stacks.includes(stack)) {
    const found = stack ? `found ${stack}, which has no stack file` : "found nothing";
    throw new Error(`${variable}: expected one of ${stacks.join(", ")}, ${found}; make compare A=staging B=prod`);
  }
  return readSettings(root, stack, { assumeSecrets: true });
}

async function program([, , left, right]: string[]) {
  console.log(text(await compareEnvironments(settingsOf("A", left), settingsOf("B", right), helmTemplate)));
}

program(process.argv).catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
