// Volumes that a pod waits for: pure.
import { kubectlOf, statusesOf, type Told, warningsOf } from "./pod.ts";
import type { Cause, LiveObject } from "./situation.ts";

/** Seconds for which a state has to last before nobody waits for its end. */
const AT_ONCE = 3;
const SOME = 10;
/** A disk in a cloud may take that long. */
const LONG = 60;

/** Of a pod on its node whose volumes do not come; undefined once one of its containers was made. */
export function mountCause(told: Told): Cause | undefined {
  const { object, situation, quote } = told;
  const statuses = statusesOf(object);
  if (statuses.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated)) return;
  const failed = warningsOf(told).findLast(({ reason }) => ["FailedMount", "FailedAttachVolume"].includes(reason));
  if (!failed) return undefined;
  const pod = `pod ${object.metadata.name}`;
  const kubectl = kubectlOf(situation);
  const about = { kind: "mount", object: pod, reason: failed.reason, evidence: [quote(failed.message)] };
  const [, kind, name] = /(secret|configmap) "([^"]+)" not found/i.exec(failed.message) ?? [];
  if (!kind) {
    const fix = `\`${kubectl} describe ${pod}\` shows its volumes and what became of them`;
    return { ...about, text: `${pod} cannot mount a volume`, fix, hopelessAfter: LONG };
  }
  const fix = `make it, or mount another; \`${kubectl} get ${kind.toLowerCase()}s\` lists those that are there`;
  const called = kind.toLowerCase() === "secret" ? "Secret" : "ConfigMap";
  return { ...about, text: `${pod} mounts ${called} ${name}, which is not there`, fix, hopelessAfter: SOME };
}

/** Of a pod that has no node because of its volumes, as the scheduler says; undefined where it says something else. */
export function claimCause(told: Told, said: string): Cause | undefined {
  const { object, situation } = told;
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason: "Unschedulable", evidence: [said] };
  const [, gone] = /persistentvolumeclaim "([^"]+)" not found/i.exec(said) ?? [];
  if (gone) {
    return {
      ...{ ...about, kind: "claim-missing", text: `${pod} uses PersistentVolumeClaim ${gone}, which is not there` },
      fix: `make it, or use another; \`${kubectlOf(situation)} get persistentvolumeclaims\` lists those that are there`,
      hopelessAfter: SOME,
    };
  }
  if (/volume node affinity/i.test(said)) {
    return {
      ...{ ...about, kind: "volume-elsewhere", text: `the volume of ${pod} is on a node that takes no more pods` },
      fix: `make room on that node; \`kubectl --context ${situation.context} describe persistentvolumes\` shows where volumes are`,
      hopelessAfter: SOME,
    };
  }
  return /unbound immediate PersistentVolumeClaims|available persistent volumes/i.test(said)
    ? unboundCause(told, said)
    : undefined;
}

function unboundCause({ object, situation, quote }: Told, said: string): Cause {
  const claim = unboundClaims(object, situation.objects)[0];
  const pod = `pod ${object.metadata.name}`;
  const claimName = claim ? `PersistentVolumeClaim ${claim.metadata.name}` : "its volume";
  const events = situation.events.filter(({ involvedObject }) => claim && involvedObject.uid === claim.metadata.uid);
  const known = events.findLast(({ reason }) => ABOUT_CLAIMS.includes(reason));
  const about = { object: pod, reason: known?.reason ?? "Unschedulable", evidence: [quote(known?.message ?? said)] };
  const kubectl = `kubectl --context ${situation.context}`;
  const classes = `\`${kubectl} get storageclass\` lists those that there are`;
  const name = claim?.spec?.storageClassName as string | undefined;
  if (/storageclass.* not found|no storage class is set/i.test(known?.message ?? "")) {
    const which = name ? `StorageClass ${name}, which is not there` : "no StorageClass, and none is the usual one";
    return {
      ...{ ...about, kind: "storage-class", text: `${pod} waits for ${claimName}: it names ${which}` },
      fix: `name one that is there; ${classes}`,
      hopelessAfter: AT_ONCE,
    };
  }
  const whose = name ? `, which StorageClass ${name} should have made` : "";
  return {
    ...{ ...about, kind: "volume-pending", text: `${pod} waits for ${claimName}${whose}` },
    fix: `see that what makes its volumes runs, or name another StorageClass; ${classes}`,
    hopelessAfter: LONG,
  };
}

const ABOUT_CLAIMS = ["ProvisioningFailed", "ExternalProvisioning", "FailedBinding"];

function unboundClaims({ spec = {} }: LiveObject, objects: LiveObject[]): LiveObject[] {
  const volumes = (spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[];
  const names = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  return objects.filter(
    ({ kind, metadata, status }) =>
      kind === "PersistentVolumeClaim" && names.includes(metadata.name) && status?.phase !== "Bound",
  );
}
