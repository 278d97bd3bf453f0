// What a cluster said of each state, kept as far as causes are read from it: the page of causes is made of it
// (ops/generate/causes.ts), and no cluster is needed to see that a change of words or of rules does what it should.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LiveEvent, LiveObject, Situation } from "local-charts/objects";
import { RECORDED, type Recorded } from "../../../ops/generate/causes.ts";

/** Fields of objects that causes are read from, by kind; what is not here is left out, times and addresses among it. */
const FIELDS: Record<string, { spec: string[]; status: string[] }> = {
  Pod: { spec: ["containers", "volumes"], status: ["phase", "reason", "message", "conditions", "containerStatuses"] },
  ReplicaSet: { spec: ["replicas"], status: ["replicas"] },
  Deployment: { spec: ["replicas"], status: ["replicas", "updatedReplicas", "availableReplicas", "conditions"] },
  StatefulSet: { spec: ["replicas"], status: ["replicas", "readyReplicas", "updatedReplicas", "availableReplicas"] },
  Job: { spec: [], status: ["active", "failed", "succeeded", "conditions"] },
  PersistentVolumeClaim: { spec: ["storageClassName"], status: ["phase"] },
  Service: { spec: ["type"], status: [] },
};
/** Of these, and of elements of lists, whatever is there. */
const LEFT_OUT = [
  ...["containerID", "imageID", "allocatedResources", "volumeMounts", "user", "env", "envFrom", "command"],
  ...["terminationMessagePath", "terminationMessagePolicy", "securityContext", "startedAt", "finishedAt"],
  ...["resourceVersion", "periodSeconds", "successThreshold", "failureThreshold", "timeoutSeconds"],
  ...["lastProbeTime", "lastTransitionTime", "lastUpdateTime", "observedGeneration", "projected", "configMap"],
];
const EVENTS = ["Killing", "ExternalProvisioning"];

/**
 * Writes a file for each of these states.
 * @param hide takes what Secrets hold out of a text, as everybody does who shows causes
 */
export function record(states: string[], situations: Situation[], hide: (text: string) => string): void {
  rmSync(RECORDED, { recursive: true, force: true });
  mkdirSync(RECORDED, { recursive: true });
  for (const state of states) {
    const situation = situations.find(({ objects }) => objects.some(({ metadata }) => metadata.name === state));
    if (!situation) throw new Error(`nothing of ${state} is there`);
    writeFileSync(join(RECORDED, `${state}.json`), hide(textOf(recordOf(state, situation))));
  }
}

/** A line for each object and event. */
function textOf({ objects, events, ...rest }: Recorded): string {
  const list = (all: object[]) => `[${all.map((each) => `\n  ${JSON.stringify(each)}`).join(",")}]`;
  const fields = Object.entries(rest).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
  return `{\n${[...fields, `"objects": ${list(objects)}`, `"events": ${list(events)}`].join(",\n")}\n}\n`;
}

function recordOf(state: string, { context, namespace, objects, events, logs, answers }: Situation): Recorded {
  const own = objects.filter((object) => rootOf(object, objects) === state);
  const told = events
    .filter(({ type, reason }) => type === "Warning" || EVENTS.includes(reason))
    .filter(
      ({ involvedObject }) =>
        own.some(({ metadata }) => metadata.uid === involvedObject.uid) || isGone(involvedObject.name, state),
    );
  const pods = own.filter(({ kind }) => kind === "Pod").map(({ metadata }) => metadata.name);
  const text = JSON.stringify({
    ...{ context, namespace },
    logs: Object.fromEntries([...logs].filter(([of]) => pods.includes(of.split("/")[0]))),
    answers: Object.fromEntries([...answers].filter(([pod]) => pods.includes(pod))),
    objects: own.map(objectOf),
    events: told.toSorted((a, b) => timeOf(a) - timeOf(b)).map(eventOf),
  } satisfies Recorded);
  return JSON.parse(steady(text, [...pods, ...told.map(({ involvedObject }) => involvedObject.name)]));
}

/** A text with the ends of pods' names and the uids that the next recording will have, too. */
function steady(text: string, names: string[]): string {
  const ends = new Set(names.flatMap((name) => /-[a-f0-9]{8,10}-([a-z0-9]{5})$/.exec(name)?.[1] ?? []));
  const uids = new Set(text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g));
  const named = [...ends].reduce((all, end, index) => all.replaceAll(`-${end}`, `-x${index}x${index}x`), text);
  return [...uids].reduce((all, uid, index) => all.replaceAll(uid, `uid-${index}`), named);
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: LiveEvent) =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "");

/** The name of the workload that an object is of; of a claim, by its name. */
function rootOf({ kind, metadata: { name, ownerReferences = [] } }: LiveObject, objects: LiveObject[]): string {
  if (kind === "PersistentVolumeClaim") return name.replace(/^data-(.*)-0$/, "$1");
  const owner = objects.find(({ metadata }) => ownerReferences.some(({ uid }) => uid === metadata.uid));
  return owner ? rootOf(owner, objects) : name;
}

/** A pod that a Job has taken with it. */
const isGone = (name: string, state: string) =>
  name.startsWith(`${state}-`) && /^[a-z0-9]{5}$/.test(name.slice(state.length + 1));

function objectOf({ kind, metadata, spec = {}, status = {} }: LiveObject): LiveObject {
  const { name, uid, ownerReferences } = metadata;
  const fields = FIELDS[kind];
  const owners = ownerReferences?.map(({ kind, name, uid, controller }) => ({ kind, name, uid, controller }));
  return {
    kind,
    metadata: { name, uid, ...(owners && { ownerReferences: owners }) },
    spec: picked(spec, fields.spec),
    status: picked(status, fields.status),
  };
}

function eventOf({ type, reason, message, involvedObject: { kind, name, uid } }: LiveEvent): LiveEvent {
  return { type, reason, message, involvedObject: { kind, name, uid }, metadata: { name: "" } };
}

const picked = (fields: Record<string, unknown>, names: string[]) =>
  Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, without(fields[name])]));

/** Of conditions, those that causes are read from. */
const isAsked = (element: { type?: string }) =>
  !element.type || /^(Ready|PodScheduled|Progressing|Failed|FailureTarget)$/.test(element.type);

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(isAsked).map(without);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !LEFT_OUT.includes(name))
      .map(([name, inner]) => [name, without(inner)]),
  );
}
