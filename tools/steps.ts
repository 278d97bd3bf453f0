// Visible steps: what a program is doing, and that it is still alive.
import { Listr, type ListrTask } from "listr2";
import { recordCost } from "./costs.ts";

export type Progress = (line: string) => void;

/** One visible step. `run` reports what it is doing; each says that it is alive. */
export interface Step {
  title: string;
  /** what it is called in the table of what a cold run costs, for steps that others than Go do */
  cost?: string;
  run: (report: Progress) => Promise<unknown>;
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
        const interval = process.stdout.isTTY ? 1_000 : 30_000;
        const heartbeat = setInterval(() => Date.now() - shownAt >= interval && show(), 1_000);
        try {
          const outcome = await step.run((text) => {
            line = text;
            if (process.stdout.isTTY || Date.now() - shownAt >= interval) show();
          });
          if (step.cost) recordCost(step.cost, { wall: (Date.now() - started) / 1000 });
          task.title = `${typeof outcome === "string" ? outcome : step.title} (${clock(Math.round((Date.now() - started) / 1000))})`;
        } catch (error) {
          failure ??= error;
          throw new Error("see below"); // the whole sentence is printed once, by runProgram()
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
