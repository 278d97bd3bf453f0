// A backup now: what `make backup` does.
import { Failure } from "../../tools/program.ts";
import { runJob } from "../job/run.ts";
import { jobFrom, TIME_SETTING } from "./cron-job.ts";
import { madeOf, madeText } from "./dumps.ts";
import { placeOf } from "./place.ts";

/** Runs the Job of the CronJob that is deployed, shows what it says, and what came of it. @throws Failure */
export async function backUpStack(stack: string): Promise<void> {
  const { namespace, target, cronJob, jobs } = await placeOf(stack);
  let last: string | undefined;
  const why = await runJob(jobFrom(cronJob, "now"), namespace, target, {
    there: jobs,
    timeSetting: TIME_SETTING,
    goesOn: true,
    tell: (line) => {
      console.log(`  ${line}`);
      last = line;
    },
  });
  if (why !== undefined) throw new Failure(`the backup of ${stack} failed, and older ones stay: ${why}`);
  console.log(madeText(stack, madeOf(last)));
}
