// Runs suites, two at a time where they do not disturb each other. What a suite says is shown in one piece when it has
// ended; the last lines say what failed, why, and how much.
import { join } from "node:path";
import { root } from "../../tools/places.ts";
import { clock } from "../../tools/steps.ts";
import { causes } from "./causes.ts";
import { commitOf, keep, type Result } from "./results.ts";
import { startable } from "./schedule.ts";
import { type Ended, type Options, type Started, start } from "./suite-process.ts";
import { nameOf, type Suite } from "./suites.ts";
import { counts } from "./table.ts";

export interface RunOptions extends Options {
  /** File in which results are kept. */
  results: string;
  /** The checkout whose commit they belong to. */
  folder?: string;
  /** How often it is said what runs. */
  everySeconds?: number;
}

/** How `make e2e` runs a suite. */
export const mocha = ({ file }: Suite) => [
  process.execPath,
  join(root, "node_modules/mocha/bin/mocha.js"),
  ...["--config", "test/e2e/mocharc.yaml"],
  ...(process.stdout.isTTY ? ["--color"] : []),
  file,
];

/** All suites, to their ends. What ends this process ends them, too. */
export async function runSuites(suites: Suite[], options: RunOptions): Promise<(Ended & Result)[]> {
  const { folder = root, everySeconds = 30 } = options;
  const waiting = [...suites];
  const running: Started[] = [];
  const ended: (Ended & Result)[] = [];
  const say = () => {
    if (running.length === 0) return;
    const texts = running.map(({ suite, progress }) => `${nameOf(suite)} ${progress()}`);
    console.log(`running: ${texts.join(", ")}${waiting.length > 0 ? `; ${waiting.length} more to come` : ""}`);
  };
  const stop = () => {
    for (const each of running) each.stop("SIGINT");
  };
  const terminated = () => process.exit(143);
  process.once("exit", stop).once("SIGTERM", terminated);
  const timer = setInterval(say, everySeconds * 1000);

  const finish = async (started: Started): Promise<void> => {
    const before = await commitOf(folder);
    const result = await started.end;
    running.splice(running.indexOf(started), 1);
    // What was edited meanwhile is in no commit.
    const commit = (await commitOf(folder)) === before ? before : undefined;
    const { failures: _, said, ...line } = { ...result, commit };
    keep(options.results, line);
    ended.push({ ...result, commit });
    const name = nameOf(started.suite);
    const how = result.failed > 0 ? "FAILED after" : "passed in";
    console.log(`\n── ${name}\n${said.trim()}\n\nsuite ${name} ${how} ${clock(result.seconds)}: ${counts(result)}`);
  };

  const work = new Set<Promise<void>>();
  const begin = (suite: Suite) => {
    waiting.splice(waiting.indexOf(suite), 1);
    const started = start(suite, options);
    running.push(started);
    const task = finish(started).finally(() => work.delete(task));
    work.add(task);
    say();
  };
  try {
    while (waiting.length > 0 || running.length > 0) {
      const suite = startable(
        waiting,
        running.map((started) => started.suite),
      );
      if (suite) begin(suite);
      else await Promise.race(work);
    }
    await Promise.all(work);
  } finally {
    clearInterval(timer);
    process.off("exit", stop).off("SIGTERM", terminated);
  }
  return ended;
}

/** What failed, each with the lines that say why; nothing where nothing did. */
export function failuresText(ended: Ended[], logs: string): string {
  const texts = ended.flatMap(({ suite, failures }) =>
    failures.map(({ where, message }) =>
      [`FAILED ${suite}: ${where}`, ...causes(message).map((line) => `    ${line}`)].join("\n"),
    ),
  );
  return texts.length === 0 ? "" : `\n${texts.join("\n\n")}\n\nall that they said: ${logs}/<suite>.log\n`;
}
