import { mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { stringify } from "yaml";
import { configOf, stackFile } from "../../settings/stack-files.ts";
import { root } from "../../tools/places.ts";
import type { PreviewOutcome } from "./markdown.ts";
import type { EnvironmentSnapshot } from "./snapshot.ts";

/** `pulumi preview` on an empty local backend of its own, with a kubeconfig that names no cluster. */
export async function preview(
  stack: string,
  { problem, standIns }: EnvironmentSnapshot,
  scratch: string,
): Promise<PreviewOutcome> {
  if (problem) return { failed: true, text: problem };
  const cwd = projectWithoutSecrets(stack, mkdtempSync(join(scratch, "project-")));
  const env = {
    PULUMI_BACKEND_URL: `file://${scratch}`,
    PULUMI_CONFIG_PASSPHRASE: "preview",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    KUBECONFIG: "/dev/null",
  };
  const options = { cwd, env, all: true, reject: false, stdin: "ignore" } as const;
  const pulumi = (...args: string[]) => execa("pulumi", [...args, "--stack", stack, "--non-interactive"], options);
  await pulumi("stack", "init");
  for (const [name, value] of Object.entries(standIns)) {
    await pulumi("config", "set", "--secret", "--path", `todo:${name}`, value);
  }
  const { failed, all } = await pulumi("preview");
  // Without a cluster, what a preview that passes says of its objects is less than the report knows.
  const from = failed ? "Diagnostics:" : "Resources:";
  const said = redactText(String(all));
  return {
    failed,
    text: said
      .slice(Math.max(said.lastIndexOf(`\n${from}`), 0))
      .trim()
      .split("\n")
      .slice(0, 40)
      .join("\n"),
  };
}

/** A folder with the project in it, but for what is encrypted in the stack file: nobody here has the passphrase. */
function projectWithoutSecrets(stack: string, folder: string): string {
  const isStackFile = (name: string) => /^Pulumi\..+\.yaml$/.test(name);
  for (const name of readdirSync(root).filter((each) => each !== ".git" && !isStackFile(each))) {
    symlinkSync(join(root, name), join(folder, name));
  }
  writeFileSync(stackFile(folder, stack), withoutSecrets(configOf(root, stack)));
  return folder;
}

/** The text of a stack file without what is encrypted in it. Texts stand in quotes: without, Pulumi takes some for others. */
export function withoutSecrets(config: Record<string, unknown>): string {
  const plain = Object.entries(config).filter(([, value]) => !JSON.stringify(value).includes('"secure":'));
  return stringify({ config: Object.fromEntries(plain) }, { defaultStringType: "QUOTE_DOUBLE", lineWidth: 0 });
}
