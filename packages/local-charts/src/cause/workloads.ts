// What a workload, a Job or a Service says of itself: pure.
import { pullReason } from "./images.ts";
import { kubectlOf, type Told, warningsOf } from "./pod.ts";
import type { Cause } from "./situation.ts";

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Of a workload or a Job that says that it has failed; undefined for others. */
export function conditionCause(told: Told): Cause | undefined {
  const { object, situation, quote } = told;
  const conditions = (object.status?.conditions ?? []) as Condition[];
  const { name } = object.metadata;
  const about = { object: `${object.kind} ${name}`, evidence: [] };
  const failed = conditions.find(({ type, status }) => /^Fail/.test(type) && status === "True");
  if (object.kind === "Job" && failed) return jobCause(failed, told);
  const stuck = conditions.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  if (object.kind !== "Deployment" || !stuck) return undefined;
  return {
    ...{ ...about, kind: "not-progressing", reason: "ProgressDeadlineExceeded" },
    text: `${about.object} has made no progress: ${quote(stuck.message ?? "")}`,
    fix: `\`${kubectlOf(situation)} describe deployment ${name}\` shows its pods and what they wait for`,
    hopelessAfter: 1,
  };
}

function jobCause({ reason = "Failed", message = "" }: Condition, told: Told): Cause {
  const { object, situation, hints, quote } = told;
  const { name } = object.metadata;
  const late = reason === "DeadlineExceeded";
  const setting = late && hints.timeSetting?.(name, "job");
  const shows = `\`${kubectlOf(situation)} describe job ${name}\` shows what became of its pods`;
  return {
    ...{ kind: "job-failed", object: `Job ${name}`, reason },
    text: late ? `Job ${name} did not end within its time` : `Job ${name} failed: ${quote(message)}`,
    // It takes the pods with it that have not ended; what went wrong with those stays among the events.
    evidence: podsWarnings(told),
    fix: [
      late ? "see why it takes so long, or give it more time" : "mend what its program says",
      setting ? ` (${setting})` : "",
      `; ${shows}`,
    ].join(""),
    hopelessAfter: 3,
  };
}

/** Events of a Job's pods that are shown. */
const EVENTS = 2;

function podsWarnings({ object, situation, quote }: Told): string[] {
  const { name } = object.metadata;
  const own = situation.events.filter(
    ({ type, involvedObject, message }) =>
      type === "Warning" &&
      involvedObject.kind === "Pod" &&
      involvedObject.name.replace(/-[a-z0-9]{5}$/, "") === name &&
      // The kubelet says why an image does not come, and then, as an event of its own, that it did not.
      !/^Error: \w*Image\w*$/.test(message),
  );
  return [...new Set(own.map(({ reason, message }) => quote(`${reason}: ${pullReason(message)}`)))].slice(-EVENTS);
}

/** Of a Service that is to have an address outside of the cluster, and has none. */
export function addressCause(told: Told): Cause {
  const { object, situation, hints, quote } = told;
  const { name } = object.metadata;
  const give =
    hints.loadBalancer ??
    "see that something in the cluster gives such addresses, or make its type NodePort or ClusterIP";
  return {
    ...{ kind: "load-balancer", object: `Service ${name}`, reason: "Pending" },
    text: `Service ${name} is of type LoadBalancer, and nobody has given it an address`,
    evidence: warningsOf(told)
      .map(({ message }) => quote(message))
      .slice(-1),
    fix: `${give}; \`${kubectlOf(situation)} get service ${name}\` shows when it has one`,
  };
}
