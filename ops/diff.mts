// `make diff [ENV=dev]`: what `up` would change, object by object and in full. Exit code 0: nothing; 2: something; 1: error.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { readRecord } from "../cluster/profile.mts";
import { ensureTools } from "../tools/install.mts";
import { Failure, main } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertPassphrase } from "./consent.mts";
import { coloured, fullText, type Preview, type Report } from "./diff-text.mts";
import { ensureStack, stackName, usePulumi } from "./pulumi.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  await ensureTools();
  usePulumi(stack, readRecord() ?? { engine: "present", images: "pulled" });
  await ensureStack(stack);
  const { preview, reports } = await lookAhead(stack);
  const text = fullText(preview, reports);
  if (text) show(process.stdout.isTTY && !process.env.NO_COLOR ? coloured(text) : text);
  else process.stderr.write(`stack ${stack}: nothing would change\n`);
  const { same = 0, ...others } = preview.changeSummary;
  if (Object.values(others).some((count) => count > 0)) process.exitCode = 2;
});

/** The program's own preview, which alone knows the values of secrets that pods are restarted for. */
async function lookAhead(stack: string): Promise<{ preview: Preview; reports: Report[] }> {
  const folder = mkdtempSync(join(tmpdir(), "todo-diff-"));
  const file = join(folder, "reports.json");
  try {
    const args = ["preview", "--json", "--stack", stack, "--non-interactive"];
    const env = { TODO_DIFF_FILE: file };
    const { stdout, stderr, failed } = await execa("pulumi", args, { cwd: root, env, stdin: "ignore", reject: false });
    if (!failed) return { preview: JSON.parse(stdout), reports: JSON.parse(readFileSync(file, "utf8")) };
    throw new Failure(`stack ${stack}: ${reason(stdout) || stderr.trim() || "pulumi preview failed"}`);
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

/** On a terminal through $PAGER, which gets to show its own errors. */
function show(text: string): void {
  if (!process.stdout.isTTY) return void process.stdout.write(text);
  const pager = process.env.PAGER ?? "less -FRX";
  const { error, status } = spawnSync("sh", ["-c", pager], { input: text, stdio: ["pipe", "inherit", "inherit"] });
  if (error || status === 127) process.stdout.write(text);
}
