// What every program of the project starts with: one sentence for an expected failure, visible steps, child processes.
import { execa, type Options } from "execa";
import { Listr, type ListrTask } from "listr2";

/** An expected failure. The message is one sentence: what, where, expected, found, and the way out. */
export class Failure extends Error {}

/** Runs a program: an expected failure ends it with its sentence alone, an interruption with 130, a defect with its stack. */
export async function main(program: () => Promise<unknown>): Promise<void> {
  // Child processes share the terminal's process group and end by the same Ctrl-C; what they leave half done is what
  // the next run finds and completes.
  process.on("SIGINT", interrupt);
  try {
    await program();
  } catch (error) {
    process.stderr.write(
      error instanceof Failure ? `error: ${error.message}\n` : `${(error as Error).stack ?? error}\n`,
    );
    process.exitCode = 1;
  }
}

function interrupt(): never {
  process.stderr.write("\ninterrupted; the same command goes on from here\n");
  process.exit(130);
}

/**
 * Gives the terminal to a command, Ctrl-C included: it may have to write down what it has done before it ends.
 * @throws Failure when it ends badly, with what it was and `wayOut`
 */
export async function handOver(
  what: string,
  wayOut: string,
  command: string,
  args: string[],
  options: Options = {},
): Promise<void> {
  let interrupted = false;
  const wait = () => {
    interrupted = true;
  };
  process.off("SIGINT", interrupt).on("SIGINT", wait);
  const { exitCode, signal } = await execa(command, args, { ...options, stdio: "inherit", reject: false });
  process.off("SIGINT", wait).on("SIGINT", interrupt);
  if (interrupted) interrupt();
  if (exitCode !== 0) throw new Failure(`${what}: ${command} ${args[0]} ended with ${exitCode ?? signal}; ${wayOut}`);
}

export type Report = (line: string) => void;

/** One visible step. `run` reports what it is doing; a step that says nothing for ten seconds shows that it is alive. */
export interface Step {
  title: string;
  run: (report: Report) => Promise<unknown>;
}

/**
 * Runs steps with their progress shown, on a terminal in place, elsewhere a line at a time.
 * A text that a step returns replaces its title.
 * @param concurrent how many run at the same time; the first failure stops the rest
 */
export async function steps(list: Step[], concurrent = 1): Promise<void> {
  let failure: unknown;
  const tasks = list.map(
    (step): ListrTask => ({
      title: step.title,
      task: async (_, task) => {
        const started = Date.now();
        let line = "";
        let shownAt = started;
        const show = () => {
          const seconds = Math.round((Date.now() - started) / 1000);
          task.output = `${line || "working"} (${clock(seconds)})`;
          shownAt = Date.now();
        };
        const interval = process.stdout.isTTY ? 1_000 : 10_000;
        const heartbeat = setInterval(() => Date.now() - shownAt >= interval && show(), 1_000);
        try {
          const outcome = await step.run((text) => {
            line = text;
            if (process.stdout.isTTY || Date.now() - shownAt >= interval) show();
          });
          task.title = `${typeof outcome === "string" ? outcome : step.title} (${clock(Math.round((Date.now() - started) / 1000))})`;
        } catch (error) {
          failure ??= error;
          throw new Error("see below"); // the whole sentence is printed once, by main()
        } finally {
          clearInterval(heartbeat);
        }
      },
    }),
  );
  await new Listr(tasks, {
    concurrent,
    renderer: process.stdout.isTTY ? "default" : "simple",
    fallbackRenderer: "simple",
  })
    .run()
    .catch((error) => {
      throw failure ?? error;
    });
}

/** Seconds as m:ss. */
export const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/**
 * Runs a command and answers with its standard output.
 * @param report receives each line of its output as it comes
 * @throws Failure with the command's last lines and `way out`
 */
export async function run(
  command: string,
  args: string[],
  options: Options & { report?: Report; wayOut?: string } = {},
): Promise<string> {
  const { report, wayOut, ...rest } = options;
  const child = execa(command, args, { stdin: "ignore", all: true, ...rest, reject: false });
  if (report) {
    child.all?.on("data", (chunk: Buffer) => {
      const line = chunk
        .toString()
        .trim()
        .split(/[\r\n]+/)
        .at(-1)
        ?.trim();
      if (line) report(line.slice(0, 110));
    });
  }
  const result = await child;
  if (result.failed) {
    const lines = String(result.all ?? "")
      .trim()
      .split("\n")
      .slice(-12)
      .join("\n    ");
    const how =
      result.exitCode === undefined ? (result.shortMessage ?? "did not start") : `ended with ${result.exitCode}`;
    const said = lines ? `, its last lines:\n    ${lines}` : "";
    throw new Failure(`${command} ${args.slice(0, 6).join(" ")}: ${how}${wayOut ? `; ${wayOut}` : ""}${said}`);
  }
  return String(result.stdout ?? "").trim();
}

/** Runs a command whose failure is an answer: undefined when it failed or is not there. */
export async function ask(command: string, args: string[], options: Options = {}): Promise<string | undefined> {
  const result = await execa(command, args, { stdin: "ignore", timeout: 20_000, ...options, reject: false });
  return result.failed ? undefined : String(result.stdout ?? "").trim();
}
