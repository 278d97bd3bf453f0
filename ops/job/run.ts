// A Job that a verb makes, follows and takes away again.
import type { KubernetesObject } from "local-charts/objects";
import { run } from "../../tools/command.ts";
import { hiding } from "../readiness/secret-values.ts";
import { type End, eventOf, follow } from "./follow.ts";
import { endOf, type Job } from "./job.ts";

export interface RunOptions {
  /** The Jobs that are there: what an interrupted run has left goes first. */
  there: Job[];
  /** Gets each line of the log, without what is secret. Default: it is shown. */
  tell?: (line: string) => void;
  /** The setting of how long it may take. */
  timeSetting?: string;
  /** An object that it needs, and that goes with it. */
  beside?: KubernetesObject;
  /** What is said at Ctrl-C of a Job that then goes on. Default: whoever runs it sees to that. */
  goesOn?: true;
}

/**
 * Runs a Job to its end, and leaves nothing of it behind.
 * @param target arguments of kubectl that name cluster and namespace
 * @returns why it failed, without what is secret; undefined where it did not
 */
export async function runJob(job: Job, namespace: string, target: string[], options: RunOptions) {
  const { there, tell = (line) => console.log(`  ${line}`), timeSetting, goesOn, beside } = options;
  const { name } = job.metadata;
  if (there.some((each) => each.metadata.name === name && endOf(each))) {
    await run("kubectl", [...target, "delete", "job", name]);
  }
  const create = (object: KubernetesObject) => {
    const args = ["create", "--filename", "-", "--output", "jsonpath={.metadata.uid}"];
    return run("kubectl", [...target, ...args], { stdin: "pipe", input: JSON.stringify(object) });
  };
  const uid = await create(job);
  if (beside) {
    const owner = { ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }] };
    await create({ ...beside, metadata: { ...beside.metadata, ...owner } });
  }
  const interrupted = (code: number) => {
    if (code !== 130) return;
    process.stderr.write(`Job ${name} goes on: \`kubectl ${target.join(" ")} logs job/${name} --follow\` shows it\n`);
  };
  if (goesOn) process.on("exit", interrupted);
  const hide = await hiding(namespace, [job as never]);
  const end = await follow(job, target, hide, tell);
  process.off("exit", interrupted);
  const why = end.type === "Complete" ? undefined : hide(await reason(name, end, target, timeSetting));
  await run("kubectl", [...target, "delete", "job", name, "--ignore-not-found", "--wait=false"]);
  return why;
}

async function reason(job: string, end: End, target: string[], timeSetting?: string): Promise<string> {
  const { message, exitCode, lastLine } = end;
  const ended = `Job ${job}: ${end.reason}${message ? ` (${message})` : ""}`;
  const said = lastLine ?? (await eventOf(job, target));
  const setting = end.reason === "DeadlineExceeded" ? timeSetting : undefined;
  return [
    ended,
    ...(exitCode === undefined ? [] : [`; its container ended with ${exitCode}`]),
    ...(said ? [`: ${said}`] : []),
    ...(setting ? [`; ${setting} is how long it may take`] : []),
  ].join("");
}
