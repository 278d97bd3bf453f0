// `pulumi preview` in full: what Pulumi says, and the objects in full that the program leaves in a file.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type FullReport, REPORT_FILE_VARIABLE, redactText } from "local-charts/objects";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import type { Preview } from "./text.ts";

/** The program's own preview, which alone knows the values of secrets that pods are restarted for. */
export async function fullPreview(stack: string): Promise<{ preview: Preview; reports: FullReport[] }> {
  const folder = mkdtempSync(join(tmpdir(), "todo-diff-"));
  const file = join(folder, "reports.json");
  try {
    const args = ["preview", "--json", "--stack", stack, "--non-interactive"];
    const env = { [REPORT_FILE_VARIABLE]: file };
    const { stdout, stderr, failed } = await execa("pulumi", args, { cwd: root, env, stdin: "ignore", reject: false });
    const said = reason(stdout) || stderr.trim() || "pulumi preview failed";
    if (failed) throw new Failure(`stack ${stack}: ${redactText(said)}`);
    if (!existsSync(file)) {
      throw new Failure(`stack ${stack}: expected the program to write its reports, found no file; run \`npm ci\``);
    }
    return { preview: JSON.parse(stdout), reports: JSON.parse(readFileSync(file, "utf8")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the program said when it failed. */
function reason(json: string): string {
  try {
    const { diagnostics = [] } = JSON.parse(json) as { diagnostics?: { severity: string; message: string }[] };
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
    return errors.join("\n");
  } catch {
    return "";
  }
}
