// What is wrong in a namespace, whoever installed what is there.
import { causesOf } from "../cause/causes.ts";
import type { CauseHints } from "../cause/pod.ts";
import { waitingFor } from "../cause/readiness.ts";
import type { Cause, LiveEvent, LiveObject, Situation } from "../cause/situation.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { ask } from "./ask.ts";
import { withoutSecrets } from "./hide.ts";
import { KINDS, type Kind } from "./observation.ts";
import { clusterGet, Refused } from "./request.ts";
import { unseen } from "./unseen.ts";

/** What is not as it should be. */
export interface Diagnosis {
  /** Why, as far as it is known. */
  causes: Cause[];
  /** What is not ready, a line each. */
  waiting: string[];
  /** What this login may not look at: `secrets of shop`. */
  unseen: string[];
}

const PATIENCE_MS = 10_000;

/** Looks once. @throws Error in a few words where the cluster cannot be asked */
export async function diagnose(context: string, namespace: string, hints: CauseHints = {}): Promise<Diagnosis> {
  const situation = await situationOf(context, namespace);
  const causes = causesOf(situation, hints);
  return {
    causes: causes.length > 0 ? await withoutSecrets(causes, situation, situation.objects) : [],
    waiting: waitingFor(situation, new Date()),
    unseen: unseen(context),
  };
}

/** All that a namespace holds of what should run, as if one release had installed it, and what its pods say. */
export async function situationOf(context: string, namespace: string): Promise<Situation> {
  const lists = (Object.keys(KINDS) as Kind[]).map(async (kind) => {
    const [group, plural] = KINDS[kind];
    const path = `${group}/namespaces/${namespace}/${plural}`;
    const { items } = (await clusterGet(context, path, PATIENCE_MS)) as { items: LiveObject[] };
    return items.map((item) => ({ ...item, kind }));
  });
  // Who may not see a kind goes on with the others; who may see none of them has nothing to go on with.
  const answers = await Promise.allSettled(lists);
  const failed = answers.filter((answer) => answer.status === "rejected").map(({ reason }) => reason as Error);
  const fatal = failed.find((error) => !(error instanceof Refused && error.status === 403));
  if (fatal ?? failed.length === answers.length) throw fatal ?? failed[0];
  const all = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const objects = all.filter(({ kind }) => kind !== "Event");
  const events = all.filter(({ kind }) => kind === "Event") as unknown as LiveEvent[];
  const rendered = objects.filter(isRoot) as unknown as KubernetesObject[];
  const situation: Situation = {
    ...{ context, namespace, release: namespace, rendered, objects, events },
    ...{ logs: new Map(), answers: new Map() },
  };
  await ask(situation);
  return situation;
}

/** What nothing made but somebody asked for; a Job that is done has nothing to say. */
function isRoot({ kind, metadata, spec, status }: LiveObject): boolean {
  if (metadata.ownerReferences?.some(({ controller }) => controller)) return false;
  if (kind === "Job") return !status?.succeeded;
  return WORKLOADS.includes(kind) || (kind === "Service" && spec?.type === "LoadBalancer");
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];
