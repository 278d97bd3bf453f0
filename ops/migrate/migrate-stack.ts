// From a stack whose backend is deployed to a schema that is up to date: what `make migrate` does.
import { helmTemplate } from "local-charts";
import { profile, readRecord } from "../../cluster/profile.ts";
import { ensureCluster } from "../../cluster/start.ts";
import { timeSetting } from "../../components/cause-hints.ts";
import { run } from "../../tools/command.ts";
import { ensureTools } from "../../tools/install.ts";
import { root } from "../../tools/places.ts";
import { expected, Failure } from "../../tools/program.ts";
import { clock } from "../../tools/steps.ts";
import { assertNoneRuns, type Job } from "../job/job.ts";
import { runJob } from "../job/run.ts";
import { askForName, asksToMigrate } from "../stack/consent.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import {
  assertDeployed,
  assertSameImage,
  assertUnchanging,
  backendOf,
  migrationJob,
  migrationsOf,
  notDeployed,
  passageFor,
  type Values,
} from "./job.ts";

/**
 * Runs the migration Job of what is deployed, shows what it says, and leaves nothing of it behind.
 * @param named the protected stack that is meant without a question; empty for none
 * @throws Failure where a person's part is missing, where nothing is deployed or something else is, and where the Job fails
 */
export async function migrateStack(stack: string, named: string): Promise<void> {
  const asks = asksToMigrate(stack, named);
  const settings = settingsOf(stack);
  const chart = backendOf(settings);
  const { release, namespace } = chart;
  if (!readRecord()?.uid) throw notDeployed(stack, "there is no cluster");
  await ensureTools({ also: ["helm"] });
  await ensureCluster();
  const target = ["--context", profile, "--namespace", namespace];
  const kubectl = (...args: string[]) => run("kubectl", [...target, ...args]);
  const helm = (...args: string[]) => run("helm", ["--kube-context", profile, "--namespace", namespace, ...args]);

  const present = assertDeployed(stack, release, JSON.parse(await helm("list", "--all", "--output", "json")));
  const deployed: Values = JSON.parse(await helm("get", "values", release, "--output", "json")) ?? {};
  assertUnchanging(stack, present, deployed);
  assertSameImage(stack, chart.values as Values, deployed);
  const job = await migrationJob(chart, deployed, helmTemplate(root)).catch(expected);
  const { name } = job.metadata;
  const { items: there }: { items: Job[] } = JSON.parse(await kubectl("get", "jobs", "--output", "json"));
  assertNoneRuns(stack, "migration", migrationsOf(release, there), `kubectl ${target.join(" ")}`);

  const [{ image, command }] = job.spec.template.spec.containers;
  const what = `\`${command.join(" ")}\` of ${image} changes the database's schema`;
  if (asks) await askForName(stack, `${what}; ${stack} is protected.`);
  else console.log(what);

  const started = Date.now();
  const options = {
    there,
    timeSetting: timeSetting(name, "job"),
    goesOn: true,
    beside: passageFor(job, settings),
  } as const;
  const why = await runJob(job, namespace, target, options);
  if (why !== undefined) throw new Failure(`the migration of ${stack} failed: ${why}`);
  console.log(`${stack}: the schema is what ${image} wants (${clock(Math.round((Date.now() - started) / 1000))})`);
}
