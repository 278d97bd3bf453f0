// Child processes: run for their output, tried, or given the terminal.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { redactText } from "local-charts/objects";
import { Failure, interrupt } from "./program.ts";
import type { Progress } from "./steps.ts";

/** Of the output of a command that failed. */
const LINES = 12;

/**
 * Runs a command and answers with its standard output.
 * @param report receives each line of its output as it comes
 * @throws Failure with the command's last lines, without what looks like a credential, and `hint`
 */
export async function run(
  command: string,
  args: string[],
  options: Options & { report?: Progress; hint?: string } = {},
): Promise<string> {
  const { report, hint, ...rest } = options;
  const child = execa(command, args, { stdin: "ignore", all: true, ...rest, reject: false });
  if (report) {
    child.all?.on("data", (chunk: Buffer) => {
      const line = chunk
        .toString()
        .trim()
        .split(/[\r\n]+/)
        .at(-1)
        ?.trim();
      if (line) report(redactText(line).slice(0, 110));
    });
  }
  const result = await child;
  if (result.failed) {
    // What a command says when it fails may quote what it was given.
    const end = String(result.all ?? "")
      .trim()
      .split("\n")
      .slice(-LINES);
    const lines = redactText(end.join("\n")).replaceAll("\n", "\n    ");
    const how =
      result.exitCode === undefined ? (result.shortMessage ?? "did not start") : `ended with ${result.exitCode}`;
    const said = lines ? `, its last lines:\n    ${lines}` : "";
    throw new Failure(
      `${redactText([command, ...args.slice(0, 6)].join(" "))}: ${how}${hint ? `; ${hint}` : ""}${said}`,
    );
  }
  return String(result.stdout ?? "").trim();
}

/** Runs a command whose failure is an answer: undefined when it failed or is not there. */
export async function tryRun(command: string, args: string[], options: Options = {}): Promise<string | undefined> {
  const result = await execa(command, args, { stdin: "ignore", timeout: 20_000, ...options, reject: false });
  return result.failed ? undefined : String(result.stdout ?? "").trim();
}

/** Where PATH has a program; undefined where it has none of that name. */
export const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(":")
    .map((folder) => join(folder, name))
    .find(existsSync);

/**
 * Gives the terminal to a command, Ctrl-C included: it may have to write down what it has done before it ends.
 * @throws Failure when it ends badly, with `what` it was for and `hint`
 */
export async function runInTerminal(
  command: string,
  args: string[],
  { what, hint, ...options }: Options & { what: string; hint: string },
): Promise<void> {
  let interrupted = false;
  const wait = () => {
    interrupted = true;
  };
  process.off("SIGINT", interrupt).on("SIGINT", wait);
  const { exitCode, signal } = await execa(command, args, { ...options, stdio: "inherit", reject: false });
  process.off("SIGINT", wait).on("SIGINT", interrupt);
  if (interrupted) interrupt();
  if (exitCode !== 0) throw new Failure(`${what}: ${command} ${args[0]} ended with ${exitCode ?? signal}; ${hint}`);
}
