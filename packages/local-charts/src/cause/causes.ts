// Why the pods of a release are not ready, of what the cluster says of them: pure.
import { hookEvents } from "../kubernetes/object.ts";
import { redactText } from "../redact/credentials.ts";
import { answerCause } from "./answers.ts";
import { containerCause } from "./containers.ts";
import { eventCause } from "./events.ts";
import { type CauseHints, containersIn, statusesOf, type Told } from "./pod.ts";
import { isReady, ownerOf } from "./readiness.ts";
import { schedulingCause } from "./scheduling.ts";
import type { Cause, LiveEvent, LiveObject, Situation } from "./situation.ts";

/** Causes that several pods of one workload have alike are said once. Worst first: what nothing but a hand heals. */
export function causesOf(situation: Situation, hints: CauseHints = {}): Cause[] {
  const concerned = concernedBy(situation);
  const causes = [
    ...concerned.flatMap((object) => objectCauses(object, situation, hints)),
    ...concerned.flatMap((object) =>
      eventsOf(object, situation).flatMap((event) => eventCause(event, object, situation) ?? []),
    ),
  ];
  const first = new Map<string, Cause>();
  for (const cause of causes) {
    const key = `${cause.kind} ${workloadOf(cause.object)} ${cause.reason}`;
    if (!first.has(key)) first.set(key, cause);
  }
  const all = [...first.values()].map((cause) => ({ ...cause, evidence: cause.evidence.map(redactText) }));
  // A Job is given up because of something: where that is known, the deadline says nothing more.
  const known = all.filter(({ kind }) => kind !== "job-failed" && kind !== "not-progressing");
  return (known.length > 0 ? known : all).toSorted((a, b) => (a.hopelessAfter ?? 999) - (b.hopelessAfter ?? 999));
}

/** Which logs are worth reading, and which pods asking, before causesOf is asked again. */
export function questionsOf(situation: Situation): Questions {
  const pods = concernedBy(situation).filter(({ kind }) => kind === "Pod");
  const logs = pods.flatMap((pod) =>
    statusesOf(pod).flatMap(({ name, state, lastState, restartCount = 0 }) => {
      const ended = state?.terminated && state.terminated.exitCode !== 0;
      const previous = restartCount > 0 && !ended && lastState?.terminated !== undefined;
      return ended || previous ? [{ pod: pod.metadata.name, container: name, previous }] : [];
    }),
  );
  const answers = pods.flatMap((pod) => askedOf(pod) ?? []);
  return { logs: logs.slice(0, MOST), answers: answers.slice(0, MOST) };
}

/** What to ask before more can be said. */
export interface Questions {
  logs: { pod: string; container: string; previous: boolean }[];
  /** `proxy` is how the API server asks the pod, from its namespace on. */
  answers: { pod: string; path: string; proxy: string }[];
}

/** Questions of one kind in one round. */
const MOST = 4;

/** The release's workloads and Jobs that are not as they shall be, and what they have made: ReplicaSets, pods, claims. */
function concernedBy({ rendered, objects }: Situation): LiveObject[] {
  const owners = new Set(
    rendered.filter((object) => !isTest(object)).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  );
  const own = objects.filter((object) => owners.has(ownerOf(object, objects)) && !object.metadata.deletionTimestamp);
  const current = own.filter((object) => isCurrent(object, objects));
  const claims = objects.filter(
    ({ kind, metadata }) =>
      kind === "PersistentVolumeClaim" &&
      rendered.some((each) => each.kind === "StatefulSet" && metadata.name.includes(`-${each.metadata.name}-`)),
  );
  return [...current.filter((object) => object.kind !== "Pod" || !isReady(object)), ...claims];
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

const eventsOf = ({ metadata }: LiveObject, { events }: Situation): LiveEvent[] =>
  events.filter(({ type, involvedObject }) => type === "Warning" && involvedObject.uid === metadata.uid);

function objectCauses(object: LiveObject, situation: Situation, hints: CauseHints): Cause[] {
  const about: Told = { object, situation, hints };
  if (object.kind === "Pod") {
    const scheduling = schedulingCause(about);
    if (scheduling) return [scheduling];
    const containers = statusesOf(object).flatMap((status) => containerCause(status, about) ?? []);
    return containers.length > 0 ? containers : [answerCause(about) ?? []].flat();
  }
  return [conditionCause(about) ?? []].flat();
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Of a workload or a Job that says itself that it has failed. */
function conditionCause({ object, situation }: Told): Cause | undefined {
  const conditions = (object.status?.conditions ?? []) as Condition[];
  const of = (type: RegExp, reason?: RegExp) =>
    conditions.find(
      (each) => type.test(each.type) && each.status === "True" && (!reason || reason.test(each.reason ?? "")),
    );
  const name = `${object.kind} ${object.metadata.name}`;
  const kubectl = `kubectl --context ${situation.context} -n ${situation.namespace}`;
  const failed = object.kind === "Job" && of(/^Fail/);
  if (failed) {
    const late = failed.reason === "DeadlineExceeded";
    return {
      ...{ kind: "job-failed", object: name, reason: failed.reason ?? "Failed" },
      text: late ? `${name} did not end within its time` : `${name} failed: ${failed.message}`,
      evidence: [],
      fix: late
        ? `see why it takes so long, or give it more time; \`${kubectl} logs job/${object.metadata.name}\` shows what it did`
        : `\`${kubectl} logs job/${object.metadata.name}\` shows what it did`,
      hopelessAfter: 3,
    };
  }
  const stuck = object.kind === "Deployment" && conditions.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  if (!stuck) return undefined;
  return {
    ...{ kind: "not-progressing", object: name, reason: "ProgressDeadlineExceeded" },
    text: `${name} has made no progress: ${stuck.message}`,
    evidence: [],
    fix: `\`${kubectl} describe deployment ${object.metadata.name}\` shows its pods and what they wait for`,
    hopelessAfter: 1,
  };
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

/** `pod web-6d5f9-x2x1` and its sisters have one workload. */
const workloadOf = (object: string) => object.replace(/-[a-z0-9]{5}$/, "");
