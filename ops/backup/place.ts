// From a stack to the CronJob of its backups in the cluster.
import { profile, readRecord } from "../../cluster/profile.ts";
import { ensureCluster } from "../../cluster/start.ts";
import type { Settings } from "../../settings.ts";
import { run } from "../../tools/command.ts";
import { ensureTools } from "../../tools/install.ts";
import { assertNoneRuns, type Job } from "../job/job.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import { assertBackedUp, type CronJob, notDeployed, releaseOf } from "./cron-job.ts";

/** Where backups are made, and what is there. */
export interface Place {
  settings: Settings;
  namespace: string;
  /** Arguments of kubectl that name cluster and namespace. */
  target: string[];
  cronJob: CronJob;
  /** The Jobs of the namespace, all of which have ended. */
  jobs: Job[];
}

/** @throws Failure where no backups are made, nothing is deployed, or something runs that a backup or restore would meet */
export async function placeOf(stack: string): Promise<Place> {
  const settings = settingsOf(stack);
  assertBackedUp(settings);
  if (!readRecord()?.uid) throw notDeployed(stack, "there is no cluster");
  await ensureTools();
  await ensureCluster();
  const namespace = `todo-${stack}`;
  const target = ["--context", profile, "--namespace", namespace];
  const get = async <Kind>(...args: string[]): Promise<Kind[]> =>
    JSON.parse(await run("kubectl", [...target, "get", ...args, "--output", "json"])).items;
  const release = releaseOf(settings);
  const [cronJob] = await get<CronJob>("cronjobs", "--selector", `app.kubernetes.io/instance=${release}`);
  if (!cronJob) throw notDeployed(stack, `release ${release} has none`);
  const jobs = await get<Job>("jobs");
  // A migration among them: it changes what a backup reads and a restore replaces.
  assertNoneRuns(stack, "backup, restore or migration", jobs, `kubectl ${target.join(" ")}`);
  return { settings, namespace, target, cronJob, jobs };
}
