// From a backup to an application that runs on what it held: what `make restore` does.

import { run, tryRun } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { clock } from "../../tools/steps.ts";
import { jobFrom, TIME_SETTING } from "../backup/cron-job.ts";
import { chosen, described, dumpsOf, LIST, LISTED } from "../backup/dumps.ts";
import { type Place, placeOf } from "../backup/place.ts";
import { runJob } from "../job/run.ts";
import { askForName, asksToRestore } from "../stack/consent.ts";
import { whileAway } from "./away.ts";
import { isRestored, RESTORE } from "./script.ts";
import { type Deployment, keysOf, type User, usersOf } from "./users.ts";

/** For the application to be ready on what was restored. */
const READY_SECONDS = 180;

/**
 * Puts a backup in the place of all that the database holds, in one transaction, with nobody else at it.
 * @param from the backup's name; empty: the newest
 * @param named the stack that is meant without a question; empty for none
 * @throws Failure where that is refused, with nothing changed; where the restore fails, with the database as it was; where
 *   the application does not get ready on it
 */
export async function restoreStack(stack: string, from: string, named: string): Promise<void> {
  const place = await placeOf(stack);
  const { settings, namespace, target, cronJob, jobs: there } = place;
  const dump = chosen(stack, await dumpsIn(stack, place), from, new Date());
  const { items }: { items: Deployment[] } = JSON.parse(
    await run("kubectl", [...target, "get", "deployments", "--output", "json"]),
  );
  const users = usersOf(items, keysOf(settings));
  const away = users.length > 0 ? `; ${users.map(({ name }) => name).join(", ")} is away meanwhile` : "";
  const what = `${dump.name} (${described(dump, new Date())}) takes the place of all that the database of ${stack} holds${away}`;
  if (asksToRestore(stack, named)) await askForName(stack, `${what}.`);
  else console.log(what);

  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const job = jobFrom(cronJob, "restore", { script: RESTORE, env: { FROM: dump.name } });
  const lines: string[] = [];
  const restore = async () => {
    const tell = (line: string) => {
      console.log(`  ${line}`);
      lines.push(line);
    };
    const why = await runJob(job, namespace, target, { there, tell, timeSetting: TIME_SETTING });
    if (why === undefined) return;
    const state = isRestored(lines) ? `it holds what ${dump.name} held` : "it holds what it held before";
    throw new Failure(`the restore of ${stack}'s database failed, and ${state}: ${why}`);
  };
  const gone = ["delete", "job", job.metadata.name, "--ignore-not-found", "--timeout=60s"];
  await whileAway(users, target, restore, () => tryRun("kubectl", [...target, ...gone], { timeout: 70_000 }));
  if (users.length > 0) console.log(`waiting until all are ready, ${READY_SECONDS} s at most`);
  const late = await notReady(users, target);
  if (late.length > 0) {
    throw new Failure(
      `${stack}: the database holds what ${dump.name} held, and ${late.join(", ")} is not ready on it within ${READY_SECONDS} s; \`make migrate ENV=${stack}\` brings a schema up to date that is older than the image, \`make diagnose ENV=${stack}\` says what else is wrong`,
    );
  }
  console.log(
    `${stack}: the database holds what ${dump.name} held, and all is back after ${clock(seconds())} (RTO); what came after it was made is lost (RPO)`,
  );
}

/** The backups on the volume, as a Job sees them that has it. */
async function dumpsIn(stack: string, { namespace, target, cronJob, jobs: there }: Place) {
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  const job = jobFrom(cronJob, "list", { script: LIST });
  const why = await runJob(job, namespace, target, { there, tell, timeSetting: TIME_SETTING });
  if (why !== undefined || !lines.includes(LISTED)) {
    throw new Failure(
      `stack ${stack}: the list of its backups cannot be had: ${why ?? "its log was cut off; try again"}`,
    );
  }
  return dumpsOf(lines);
}

/** Names of those whose pods are not ready in time. */
async function notReady(users: User[], target: string[]): Promise<string[]> {
  const late: string[] = [];
  for (const { name } of users) {
    const args = [...target, "rollout", "status", `deployment/${name}`, `--timeout=${READY_SECONDS}s`];
    const answer = await tryRun("kubectl", args, { timeout: (READY_SECONDS + 20) * 1000 });
    if (answer === undefined) late.push(name);
  }
  return late;
}
