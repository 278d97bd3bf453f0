// What of a release is not as it shall be yet: pure.
import { hookEvents, type KubernetesObject } from "../kubernetes/object.ts";
import type { LiveObject, Situation } from "./situation.ts";

type Counts = Record<string, number | undefined>;

interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

/** What the program waits for, of one release. */
export type Waited = Pick<Situation, "rendered" | "objects">;

/**
 * A line for each workload of a release that is not ready: `web: 1/2 pods ready, web-6d5f9-x2x1 starting 12 s`. None when
 * all are: every pod is of the last revision and has been ready for as long as it has to be.
 */
export function waitingFor({ rendered, objects }: Waited, now: Date): string[] {
  return rendered
    .filter((object) => hookEvents(object).length === 0)
    .flatMap((object) => lineOf(object, objects, now) ?? []);
}

/** Whether there is nothing to wait for about a rendered object. */
export const isDone = (object: KubernetesObject, objects: LiveObject[]): boolean =>
  lineOf(object, objects, new Date(0)) === undefined;

/** Pods of a release that have ended or been replaced do not count. */
export function podsOfRelease({ rendered, objects }: Waited): LiveObject[] {
  const owners = rendered.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return objects.filter((object) => object.kind === "Pod" && owners.includes(ownerOf(object, objects)));
}

function lineOf(rendered: KubernetesObject, objects: LiveObject[], now: Date): string | undefined {
  const { kind, metadata } = rendered;
  const count = COUNTS[kind];
  const live = objects.find((object) => object.kind === kind && object.metadata.name === metadata.name);
  if (kind === "Service") return serviceLine(live);
  if (!count) return undefined;
  if (!live) return `${kind} ${metadata.name} is not there`;
  const { observedGeneration = 0, ...status } = (live.status ?? {}) as Counts;
  const seen = observedGeneration >= (live.metadata.generation ?? 0) || kind === "Job" || kind === "Pod";
  const { wanted, ready, done } = count(live, status);
  if (seen && done) return undefined;
  const late = objects
    .filter((object) => object.kind === "Pod" && ownerOf(object, objects) === `${kind} ${metadata.name}`)
    .filter((pod) => !isReady(pod))
    .map((pod) => `${pod.metadata.name} ${stateOf(pod)} ${age(pod, now)} s`);
  const pods =
    kind === "Job" ? `${ready}/${wanted} done` : `${seen ? Math.min(ready, wanted) : 0}/${wanted} pods ready`;
  return [`${metadata.name}: ${pods}`, ...late.slice(0, 2)].join(", ");
}

/** How far a workload is. */
interface Progress {
  wanted: number;
  ready: number;
  done: boolean;
}

const COUNTS: Record<string, (live: LiveObject, status: Counts) => Progress> = {
  Deployment: ({ spec }, { replicas = 0, updatedReplicas = 0, availableReplicas = 0 }) => {
    const wanted = (spec?.replicas as number | undefined) ?? 1;
    const done = updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= wanted;
    // Those of the revision before are ready, too, until they go.
    const ready = Math.max(0, availableReplicas - (replicas - updatedReplicas));
    return { wanted, ready, done };
  },
  StatefulSet: ({ spec, status }, { readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0 }) => {
    const wanted = (spec?.replicas as number | undefined) ?? 1;
    const { currentRevision, updateRevision } = (status ?? {}) as Record<string, string>;
    const byHand = (spec?.updateStrategy as { type?: string })?.type === "OnDelete";
    const rolled = byHand || currentRevision === updateRevision || updatedReplicas >= wanted;
    return { wanted, ready: readyReplicas, done: rolled && availableReplicas >= wanted };
  },
  DaemonSet: ({ spec }, { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 }) => {
    const byHand = (spec?.updateStrategy as { type?: string })?.type === "OnDelete";
    const rolled = byHand || updatedNumberScheduled >= desiredNumberScheduled;
    return {
      wanted: desiredNumberScheduled,
      ready: numberAvailable,
      done: rolled && numberAvailable >= desiredNumberScheduled,
    };
  },
  Job: ({ spec }, { succeeded = 0 }) => {
    const wanted = (spec?.completions as number | undefined) ?? 1;
    return { wanted, ready: succeeded, done: succeeded >= wanted };
  },
  Pod: (live) => ({ wanted: 1, ready: isReady(live) ? 1 : 0, done: isReady(live) }),
};

/** One that is to have an address outside of the cluster, and has none. */
function serviceLine(live: LiveObject | undefined): string | undefined {
  if (live?.spec?.type !== "LoadBalancer") return undefined;
  const { ingress = [] } = (live.status?.loadBalancer ?? {}) as { ingress?: object[] };
  return ingress.length > 0 ? undefined : `Service ${live.metadata.name}: no address of a load balancer yet`;
}

/** `Deployment web`, through its ReplicaSet; the object itself where nothing owns it. */
export function ownerOf(object: LiveObject, objects: LiveObject[]): string {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return `${object.kind} ${object.metadata.name}`;
  const found = objects.find(({ kind, metadata }) => kind === owner.kind && metadata.uid === owner.uid);
  return found ? ownerOf(found, objects) : `${owner.kind} ${owner.name}`;
}

const conditionsOf = ({ status }: LiveObject) => (status?.conditions ?? []) as Condition[];

/** Whether a pod takes requests, or has done its work. */
export function isReady(pod: LiveObject): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  return (
    pod.status?.phase === "Succeeded" ||
    conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True")
  );
}

function stateOf(pod: LiveObject): string {
  if (pod.metadata.deletionTimestamp) return "ending";
  const scheduled = conditionsOf(pod).some(({ type, status }) => type === "PodScheduled" && status === "True");
  if (!scheduled) return "waits for a node";
  const { initContainerStatuses = [], containerStatuses = [] } = (pod.status ?? {}) as Record<
    string,
    { state?: { waiting?: { reason?: string }; running?: object } }[]
  >;
  const all = [...initContainerStatuses, ...containerStatuses];
  const waits = all.map(({ state }) => state?.waiting?.reason).find((reason) => reason && !ON_THE_WAY.includes(reason));
  return waits ?? (all.some(({ state }) => state?.running) ? "starting" : "being made");
}

const ON_THE_WAY = ["ContainerCreating", "PodInitializing"];

const age = ({ metadata }: LiveObject, now: Date) =>
  Math.max(0, Math.round((now.getTime() - Date.parse(metadata.creationTimestamp ?? now.toISOString())) / 1000));

/**
 * How long each pod took that was made since then, and what took most of it: `web-6d5f9-x2x1 was ready after
 * 21 s: 12 s for its image, 8 s from its start`.
 */
export function readyLines(situation: Waited & Pick<Situation, "events">, since: Date): string[] {
  return podsOfRelease(situation)
    .filter((pod) => isReady(pod) && Date.parse(pod.metadata.creationTimestamp ?? "") >= floor(since))
    .map((pod) => readyLine(pod, situation));
}

/** The API server's times have whole seconds. */
const floor = (date: Date) => Math.floor(date.getTime() / 1000) * 1000;

function readyLine(pod: LiveObject, { events }: Pick<Situation, "events">): string {
  const at = (type: string) =>
    Date.parse(conditionsOf(pod).find((each) => each.type === type)?.lastTransitionTime ?? "");
  const made = Date.parse(pod.metadata.creationTimestamp ?? "");
  const seconds = (from: number, to: number) => Math.round((to - from) / 1000);
  const { containerStatuses = [] } = (pod.status ?? {}) as {
    containerStatuses?: { state?: { running?: { startedAt?: string } } }[];
  };
  const started = Math.max(...containerStatuses.map(({ state }) => Date.parse(state?.running?.startedAt ?? "")));
  const pulls = events
    .filter(({ reason, involvedObject }) => reason === "Pulled" && involvedObject.uid === pod.metadata.uid)
    .map(({ message }) => /in ((?:\d+(?:\.\d+)?(?:ms|[smh]))+) \(/.exec(message)?.[1])
    .filter((time) => time !== undefined);
  const parts = [
    ...(seconds(made, at("PodScheduled")) >= SLOW ? [`${seconds(made, at("PodScheduled"))} s for a node`] : []),
    ...pulls.map((time) => `${time} for its image`),
    ...(seconds(started, at("Ready")) >= SLOW ? [`${seconds(started, at("Ready"))} s from its start`] : []),
  ];
  const total = seconds(made, at("Ready"));
  return `${pod.metadata.name} was ready after ${total} s${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

/** Seconds from which a part of the wait is worth a word. */
const SLOW = 3;
