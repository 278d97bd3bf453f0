// A suite as a process of its own, and what is known of it while it runs and when it has ended.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/places.ts";
import { clock } from "../../tools/steps.ts";
import type { Result, TestResult } from "./results.ts";
import { nameOf, type Suite } from "./suites.ts";

/** What test/e2e/reporter.ts writes down. */
export type Event = { total: number } | { ended: true } | TestResult | FailedTest;

export interface FailedTest extends TestResult {
  state: "failed";
  /** With the titles of the groups around it. */
  where: string;
  message: string;
}

export interface Options {
  /** Folder of the logs. */
  logs: string;
  /** How a suite is started: its command, in the checkout. */
  command: (suite: Suite) => string[];
  /** After so long a suite is ended: something in it hangs. */
  limitSeconds: number;
}

/** A suite that was started. */
export interface Started {
  suite: Suite;
  /** `1:10 (12 tests passed)` */
  progress: () => string;
  end: Promise<Ended>;
  /** Ends it, and whatever it has started. */
  stop: (signal: NodeJS.Signals) => void;
}

export interface Ended extends Omit<Result, "commit"> {
  failures: FailedTest[];
  /** All that it has said. */
  said: string;
}

export function start(suite: Suite, { logs, command, limitSeconds }: Options): Started {
  const name = nameOf(suite);
  mkdirSync(logs, { recursive: true });
  const [log, events] = [join(logs, `${name}.log`), join(logs, `${name}.events`)];
  rmSync(events, { force: true });
  // To a file and not to a pipe: whatever it leaves running could hold a pipe open.
  const output = openSync(log, "w");
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const [file, ...args] = command(suite);
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, E2E_EVENTS: events, E2E_CHANGES: suite.changes.join(",") },
    stdio: ["ignore", output, output],
    // A group of its own, so that it can be ended with all that it has started.
    detached: true,
  });
  closeSync(output);
  const stop = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stop("SIGKILL");
  }, limitSeconds * 1000);
  /** Undefined: well. */
  const badly = new Promise<string | undefined>((done) => {
    child.on("error", ({ message }) => done(`did not start (${message})`));
    child.on("exit", (status, signal) => {
      if (late) done(`was ended, as it was not through after ${clock(limitSeconds)},`);
      else if (signal) done(`was ended by ${signal}`);
      else done(status === 0 ? undefined : `ended with ${status}`);
    });
  });
  const end = badly.then((how): Ended => {
    clearTimeout(limit);
    const said = readFileSync(log, "utf8");
    return {
      suite: name,
      when: new Date().toISOString(),
      seconds: seconds(),
      said,
      ...summed(name, read(events), how),
    };
  });
  const progress = () => {
    const count = read(events).filter((event) => "state" in event && event.state === "passed").length;
    return `${clock(seconds())}${count > 0 ? ` (${count} tests passed)` : ""}`;
  };
  return { suite, progress, end, stop };
}

function read(file: string): Event[] {
  if (!existsSync(file)) return [];
  // The last line may be one that is being written.
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/**
 * The counts of a suite. One that ended badly without a test that failed, before its end, or without a test that passed has
 * a failure of its own.
 * @param badly how it ended, unless well
 */
export function summed(name: string, events: Event[], badly?: string) {
  const tests = events.filter((event) => "state" in event);
  const failures = tests.filter((test): test is FailedTest => "where" in test);
  const passed = tests.filter(({ state }) => state === "passed").length;
  const ended = events.some((event) => "ended" in event);
  const last = tests.at(-1)?.title;
  const where = last ? `; the last test that ended: ${last}` : "; no test had ended";
  const own = (message: string) => failures.push({ title: name, state: "failed", where: `suite ${name}`, message });
  if (!ended) own(`suite ${name} ${badly ?? "ended"} before its tests were through${where}`);
  else if (failures.length === 0 && badly) own(`suite ${name} ${badly}, though no test of it failed`);
  else if (failures.length === 0 && passed === 0) own(`suite ${name}: expected a test that passes, found none`);
  return {
    passed,
    failed: failures.length,
    skipped: tests.filter(({ state }) => state === "skipped").length,
    tests: tests.map(({ group, title, state, figures }) => ({ group, title, state, figures })),
    failures,
  };
}
