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
import { hiding } from "../readiness/secret-values.ts";
import { askForName, asksToMigrate } from "../stack/consent.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import { type End, eventOf, follow } from "./follow.ts";
import {
  assertDeployed,
  assertLetIn,
  assertNoneRuns,
  assertSameImage,
  assertUnchanging,
  backendOf,
  endOf,
  type Job,
  migrationJob,
  notDeployed,
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
  assertLetIn(settings);
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
  const jobs = async () => (JSON.parse(await kubectl("get", "jobs", "--output", "json")) as { items: Job[] }).items;
  const there = await jobs();
  assertNoneRuns(stack, release, there, `kubectl ${target.join(" ")}`);

  const [{ image, command }] = job.spec.template.spec.containers;
  const what = `\`${command.join(" ")}\` of ${image} changes the database's schema`;
  if (asks) await askForName(stack, `${what}; ${stack} is protected.`);
  else console.log(what);

  if (there.some((each) => each.metadata.name === name && endOf(each))) await kubectl("delete", "job", name);
  await run("kubectl", [...target, "create", "--filename", "-"], { stdin: "pipe", input: JSON.stringify(job) });
  const started = Date.now();
  const interrupted = (code: number) => {
    if (code !== 130) return;
    process.stderr.write(`Job ${name} goes on: \`kubectl ${target.join(" ")} logs job/${name} --follow\` shows it\n`);
  };
  process.on("exit", interrupted);
  const hide = await hiding(namespace, [job as never]);
  const end = await follow(job, target, hide);
  process.off("exit", interrupted);
  const why = end.type === "Complete" ? undefined : await reason(name, end, target);
  await kubectl("delete", "job", name, "--ignore-not-found", "--wait=false");
  if (why !== undefined) throw new Failure(hide(`the migration of ${stack} failed: ${why}`));
  console.log(`${stack}: the schema is what ${image} wants (${clock(Math.round((Date.now() - started) / 1000))})`);
}

async function reason(job: string, end: End, target: string[]): Promise<string> {
  const { message, exitCode, lastLine } = end;
  const ended = `Job ${job}: ${end.reason}${message ? ` (${message})` : ""}`;
  const said = lastLine ?? (await eventOf(job, target));
  const setting = end.reason === "DeadlineExceeded" ? timeSetting(job, "job") : undefined;
  return [
    ended,
    ...(exitCode === undefined ? [] : [`; its container ended with ${exitCode}`]),
    ...(said ? [`: ${said}`] : []),
    ...(setting ? [`; ${setting} is how long it may take`] : []),
  ].join("");
}
