// Why the pods of a release are not ready, of what the cluster says of them: pure.
import { hookEvents } from "../kubernetes/object.ts";
import { redactor } from "../redact/values.ts";
import { answerCause, probeCause } from "./answers.ts";
import { containerCause } from "./containers.ts";
import { type CauseHints, containersIn, inOneLine, isWellEnded, statusesOf, type Told } from "./pod.ts";
import { isDone, isReady, ownerOf } from "./readiness.ts";
import { refusalCause } from "./refusals.ts";
import { schedulingCause } from "./scheduling.ts";
import type { Cause, LiveObject, Situation } from "./situation.ts";
import { mountCause } from "./volumes.ts";
import { addressCause, conditionCause } from "./workloads.ts";

/**
 * What keeps a release from being ready, worst first: what nothing but a hand heals. What several pods of one workload have
 * alike is said once.
 */
export function causesOf(situation: Situation, hints: CauseHints = {}): Cause[] {
  const redact = redactor([], namesIn(situation));
  const quote = (text: string) => inOneLine(redact(text));
  const roots = grouped(concernedBy(situation), (object) => ownerOf(object, situation.objects));
  const causes = [...roots.values()].flatMap((objects) =>
    explained(objects.flatMap((object) => objectCauses({ object, situation, hints, redact, quote }))),
  );
  return causes.toSorted((a, b) => (a.hopelessAfter ?? 999) - (b.hopelessAfter ?? 999));
}

/** Of a workload that says that it has failed, and of pods that say why, the latter: they fail as surely as it has. */
function explained(causes: Cause[]): Cause[] {
  const alike = [...grouped(causes, ({ kind, reason }) => `${kind} ${reason}`).values()].map(together);
  const reasons = alike.filter(({ kind }) => !FOLLOW.includes(kind));
  if (reasons.length === 0) return alike;
  const [over] = alike.filter(({ kind }) => FOLLOW.includes(kind));
  return reasons.map((cause) => ({ hopelessAfter: over?.hopelessAfter, ...cause }));
}

const FOLLOW = ["job-failed", "not-progressing"];

function grouped<T>(all: T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}

function together(alike: Cause[]): Cause {
  const [first] = alike;
  const pods = new Set(alike.map(({ object }) => object)).size;
  return pods === 1 ? first : { ...first, text: `${first.text} (${pods} pods alike)` };
}

/** The end of a pod's name looks random, and is none. */
const namesIn = ({ objects, context, namespace }: Situation) => [
  ...new Set([context, namespace, ...objects.map(({ metadata }) => metadata.name)]),
];

/** Which logs are worth reading, and which pods asking, before causesOf is asked again: one pod of each workload. */
export function questionsOf(situation: Situation): Questions {
  const { objects } = situation;
  const pods = concernedBy(situation).filter(({ kind }) => kind === "Pod");
  const logs = pods.flatMap((pod) =>
    statusesOf(pod).flatMap(({ name, state, lastState, restartCount = 0 }) => {
      const ended = state?.terminated !== undefined && !isWellEnded(pod, name, state.terminated.exitCode);
      const previous = restartCount > 0 && !ended && lastState?.terminated !== undefined;
      const of = `${ownerOf(pod, objects)} ${name}`;
      return ended || previous ? [{ of, pod: pod.metadata.name, container: name, previous }] : [];
    }),
  );
  const answers = pods.flatMap((pod) => {
    const asked = askedOf(pod);
    return asked ? [{ of: ownerOf(pod, objects), ...asked }] : [];
  });
  return { logs: firstOfEach(logs), answers: firstOfEach(answers) };
}

function firstOfEach<T extends { of: string }>(all: T[]): Omit<T, "of">[] {
  return [...grouped(all, ({ of }) => of).values()].slice(0, MOST).map(([{ of: _, ...first }]) => first);
}

/** What to ask before more can be said. */
export interface Questions {
  logs: { pod: string; container: string; previous: boolean }[];
  /** `proxy` is how the API server asks the pod, from its namespace on. */
  answers: { pod: string; path: string; proxy: string }[];
}

/** Questions of one kind in one round. */
const MOST = 20;

/** The release's workloads that are not as they shall be, and what they have made: ReplicaSets and pods that are not ready. */
function concernedBy({ rendered, objects }: Situation): LiveObject[] {
  const late = rendered.filter((object) => !isTest(object) && !isDone(object, objects));
  const owners = new Set(late.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  return objects.filter(
    (object) =>
      owners.has(ownerOf(object, objects)) &&
      !object.metadata.deletionTimestamp &&
      isCurrent(object, objects) &&
      (object.kind !== "Pod" || !isReady(object)),
  );
}

const isTest = (object: Parameters<typeof hookEvents>[0]) =>
  hookEvents(object).some((event) => event.startsWith("test"));

/** Not of a revision before: its pods go anyway. */
function isCurrent(object: LiveObject, objects: LiveObject[]): boolean {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  const parent = owner && objects.find(({ kind, metadata }) => kind === owner.kind && metadata.uid === owner.uid);
  if (!parent) return true;
  if (parent.kind === "ReplicaSet") return isCurrent(parent, objects);
  if (parent.kind !== "Deployment" || object.kind !== "ReplicaSet") return true;
  const siblings = objects.filter(
    ({ kind, metadata }) =>
      kind === "ReplicaSet" && metadata.ownerReferences?.some(({ uid }) => uid === parent.metadata.uid),
  );
  const revision = ({ metadata }: LiveObject) =>
    Number(metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
  return siblings.every((other) => revision(other) <= revision(object));
}

function objectCauses(told: Told): Cause[] {
  const { kind } = told.object;
  if (kind === "Service") return [addressCause(told)];
  if (kind !== "Pod") return [refusalCause(told) ?? conditionCause(told) ?? []].flat();
  const scheduling = schedulingCause(told);
  if (scheduling) return [scheduling];
  const containers = statusesOf(told.object).flatMap((status) => containerCause(status, told) ?? []);
  if (containers.length > 0) return containers;
  return [mountCause(told) ?? answerCause(told) ?? probeCause(told) ?? []].flat();
}

/** How the API server asks a pod that runs and is not ready on the path that decides it. */
function askedOf(pod: LiveObject): Questions["answers"][number] | undefined {
  for (const { name, ready, started, state } of statusesOf(pod)) {
    const container = containersIn(pod).find((each) => each.name === name);
    if (ready || !state?.running || !container) continue;
    const probe = (started === false && container.startupProbe) || container.readinessProbe;
    if (!probe?.httpGet) continue;
    const { path = "/", port, scheme } = probe.httpGet;
    const number = typeof port === "number" ? port : container.ports?.find((each) => each.name === port)?.containerPort;
    if (number === undefined) continue;
    const proxy = `pods/${scheme === "HTTPS" ? "https:" : ""}${pod.metadata.name}:${number}/proxy${path}`;
    return { pod: pod.metadata.name, path, proxy };
  }
  return undefined;
}
