// Visible steps: what a program is doing, and that it is still alive.
import { Listr, type ListrTask } from "listr2";
import { recordCost } from "./costs.ts";

export type Progress = (line: string) => void;

/** One visible step. `run` reports what it is doing; each says that it is alive. */
export interface Step {
  title: string;
  /** what it is called in the table of what a cold run costs, for steps that others than Go do */
  cost?: string;
  run: (report: Progress, ended?: AbortSignal) => Promise<unknown>;
}

/** Steps that end together: of one list, or of all lists of works that go on side by side. */
class Group {
  /** Aborted by the first failure, with it as the reason. */
  readonly ended = new AbortController();
  readonly running = new Set<Promise<unknown>>();
  /** Where the steps of all lists are shown on a terminal, which has one place for them. */
  board?: { tasks: unknown[] };
}

let sideBySide: Group | undefined;

/**
 * Does work, and beside it what it calls `beside` with; all their steps are shown together.
 * @throws what failed first, when all have ended: what runs goes on to its end, nothing further is begun
 */
export async function together<T>(work: (beside: (other: () => Promise<unknown>) => void) => Promise<T>): Promise<T> {
  const group = new Group();
  const works: Promise<unknown>[] = [];
  const begin = <R>(each: () => Promise<R>): Promise<R> => {
    const begun = each().catch(async (error) => {
      const fail = async () => {
        throw error;
      };
      // What failed between two steps is told too, while others run.
      const untold = !group.ended.signal.aborted && group.running.size > 0;
      if (untold) await steps([{ title: "beside it", run: fail }]).catch(() => {});
      group.ended.abort(error);
      throw error;
    });
    works.push(begun.catch(() => {}));
    return begun;
  };
  let over = () => {};
  const all = new Promise<void>((resolve) => {
    over = resolve;
  });
  let shown: Promise<unknown> | undefined;
  if (process.stdout.isTTY) {
    // Whatever stands there before it begins it would run itself.
    await new Promise<void>((begun) => {
      const task = () => {
        begun();
        return all;
      };
      const board = new Listr([{ task }]);
      group.board = board;
      shown = board.run();
    });
  }
  sideBySide = group;
  try {
    const result = begin(() =>
      work((other) => {
        begin(other);
      }),
    );
    for (const each of works) await each; // the first may add others
    group.ended.signal.throwIfAborted();
    return await result;
  } finally {
    sideBySide = undefined;
    over();
    await shown;
  }
}

/**
 * Runs steps with their progress shown, on a terminal in place, elsewhere a line at a time.
 * A text that a step returns replaces its title.
 * @param concurrent how many run at the same time
 * @throws the first failure, when what was running beside it has ended; nothing further is begun
 */
export async function steps(list: Step[], concurrent = 1): Promise<void> {
  const { ended, running, board } = sideBySide ?? new Group();
  ended.signal.throwIfAborted();
  const tasks = list.map(
    (step): ListrTask => ({
      title: step.title,
      task: async (_, task) => {
        if (ended.signal.aborted) throw new Error("not begun");
        const started = Date.now();
        let line = "";
        let shownAt = started;
        const show = () => {
          const seconds = Math.round((Date.now() - started) / 1000);
          task.output = `${line || "working"} (${clock(seconds)})`;
          shownAt = Date.now();
        };
        const interval = process.stdout.isTTY ? 1_000 : 30_000;
        const heartbeat = setInterval(() => Date.now() - shownAt >= interval && show(), 1_000);
        const run = (async () => {
          const report = (text: string) => {
            line = text;
            if (process.stdout.isTTY || Date.now() - shownAt >= interval) show();
          };
          return step.run(report, ended.signal);
        })();
        running.add(run);
        try {
          const outcome = await run;
          if (step.cost) recordCost(step.cost, { wall: (Date.now() - started) / 1000 });
          task.title = `${typeof outcome === "string" ? outcome : step.title} (${clock(Math.round((Date.now() - started) / 1000))})`;
        } catch (error) {
          running.delete(run);
          if (running.size > 0 && !ended.signal.aborted) {
            line = `${(error as Error).message.split("\n")[0]}; ends when what runs beside it has ended`;
            show();
          }
          ended.abort(error);
          await Promise.allSettled(running);
          throw new Error("see below"); // the whole sentence is printed once, by runProgram()
        } finally {
          running.delete(run);
          clearInterval(heartbeat);
        }
      },
    }),
  );
  const renderer = board ? "silent" : process.stdout.isTTY ? "default" : "simple";
  const listr = new Listr(tasks, { concurrent, renderer, fallbackRenderer: "simple" });
  board?.tasks.push(...listr.tasks);
  await listr.run().catch((error) => {
    throw ended.signal.reason ?? error;
  });
}

/** Seconds as m:ss. */
export const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
