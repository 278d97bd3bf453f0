import { spawnSync } from "node:child_process";

/** On a terminal through $PAGER, which gets to show its own errors. */
export function show(text: string): void {
  if (!process.stdout.isTTY) return void process.stdout.write(text);
  const pager = process.env.PAGER ?? "less -FRX";
  const { error, status } = spawnSync("sh", ["-c", pager], { input: text, stdio: ["pipe", "inherit", "inherit"] });
  if (error || status === 127) process.stdout.write(text);
}
