// A Job, from its creation to its end, with all that it says.
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { run, tryRun } from "../../tools/command.ts";
import { clock } from "../../tools/steps.ts";
import type { ContainerStatus } from "../readiness/cluster-object.ts";
import { endOf, type Job } from "./job.ts";

interface Pod {
  metadata: { name: string };
  status?: { phase?: string; containerStatuses?: ContainerStatus[] };
}

/** How a Job ended, and the last that is known of its pods. */
export interface End {
  type: string;
  reason?: string;
  message?: string;
  /** Of its last container. */
  exitCode?: number;
  /** Of its log. */
  lastLine?: string;
}

/** Without a line of its own for so long, a Job is said to run still. */
const SILENCE_MS = 10_000;
/** Beyond its deadline, for the cluster to end it. */
const GRACE_SECONDS = 60;

/**
 * Follows a Job to its end and shows its log; says what it waits for, and, when it is silent, that it still runs.
 * @param target arguments of kubectl that name cluster and namespace
 * @param hide takes what is secret out of a text
 * @param tell gets each line of the log
 */
export async function follow(
  job: Job,
  target: string[],
  hide: (text: string) => string,
  tell: (line: string) => void,
): Promise<End> {
  const { name } = job.metadata;
  const deadline = job.spec.activeDeadlineSeconds;
  const started = Date.now();
  let shownAt = started;
  const show = (line: string) => {
    console.log(line);
    shownAt = Date.now();
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - shownAt < SILENCE_MS) return;
    show(`… Job ${name} runs, ${clock(Math.round((Date.now() - started) / 1000))} of at most ${clock(deadline)}`);
  }, 1_000);
  const seen: Pick<End, "exitCode" | "lastLine"> = {};
  const followed = new Set<string>();
  let waits = "";
  try {
    while (Date.now() - started < (deadline + GRACE_SECONDS) * 1000) {
      const [present, pods] = await look(name, target);
      for (const { metadata, status } of pods) {
        const [container] = status?.containerStatuses ?? [];
        const { waiting, terminated } = container?.state ?? {};
        if (terminated) seen.exitCode = terminated.exitCode;
        if (followed.has(metadata.name)) continue;
        const why = isTrouble(waiting) ? [waiting.reason, waiting.message].filter(Boolean).join(": ") : undefined;
        if (why && why !== waits) show(`pod ${metadata.name} waits: ${hide(why)}`);
        waits = why ?? waits;
        if (!container || waiting) continue;
        followed.add(metadata.name);
        for await (const line of logOf(metadata.name, target)) {
          tell(hide(line));
          shownAt = Date.now();
          if (line.trim()) seen.lastLine = line.trim();
        }
      }
      const end = present && endOf(present);
      if (end) return { ...end, ...seen };
      if (!present) return { type: "Failed", reason: "it was removed while it ran", ...seen };
      await sleep(500);
    }
    return { type: "Failed", reason: `the cluster did not end it within its deadline, ${deadline} s`, ...seen };
  } finally {
    clearInterval(heartbeat);
  }
}

type Waiting = NonNullable<ContainerStatus["state"]["waiting"]>;

/** Whether a container waits for something that does not come by itself. */
const isTrouble = (waiting?: Waiting): waiting is Waiting =>
  waiting !== undefined && !["ContainerCreating", "PodInitializing"].includes(waiting.reason ?? "");

/** A Job, undefined where it is gone, and its pods, the first before the others. */
async function look(name: string, target: string[]): Promise<[Job | undefined, Pod[]]> {
  const options = ["--selector", `batch.kubernetes.io/job-name=${name}`, "--sort-by", ".metadata.creationTimestamp"];
  const [job, pods] = await Promise.all([
    run("kubectl", [...target, "get", "job", name, "--ignore-not-found", "--output", "json"]),
    run("kubectl", [...target, "get", "pods", ...options, "--output", "json"]),
  ]);
  return [job ? (JSON.parse(job) as Job) : undefined, (JSON.parse(pods) as { items: Pod[] }).items];
}

/** Lines of a pod's log as they come, until it ends. */
async function* logOf(pod: string, target: string[]): AsyncGenerator<string> {
  const args = [...target, "logs", pod, "--follow", "--all-containers"];
  // A pod that is removed meanwhile ends it too.
  yield* execa("kubectl", args, { stdin: "ignore", stderr: "ignore", buffer: false, reject: false }).iterable();
}

/** Why a Job has no pods, where that is known. */
export async function eventOf(job: string, target: string[]): Promise<string | undefined> {
  const query = ["--field-selector", `type=Warning,involvedObject.name=${job}`, "--sort-by", ".lastTimestamp"];
  const answer = await tryRun("kubectl", [...target, "get", "events", ...query, "--output", "json"]);
  const { items } = JSON.parse(answer ?? '{ "items": [] }') as { items: { message: string }[] };
  return items.at(-1)?.message;
}
