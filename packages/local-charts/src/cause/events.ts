// What only an event tells: that objects could not be made, or a volume not be mounted: pure.
import { redactText } from "../redact/credentials.ts";
import { inOneLine, kubectlOf } from "./pod.ts";
import type { Cause, LiveEvent, LiveObject, Situation } from "./situation.ts";

const AT_ONCE = 3;
const SOME = 10;

/** The cause that a warning about an object tells of; undefined for one that says nothing new. */
export function eventCause(
  { reason, message }: LiveEvent,
  object: LiveObject,
  situation: Situation,
): Cause | undefined {
  const name = `${object.kind === "Pod" ? "pod" : object.kind} ${object.metadata.name}`;
  const about = { object: name, reason, evidence: [inOneLine(redactText(message))] };
  if (reason === "FailedCreate") return refusal(about, message, situation);
  if (reason === "FailedMount" || reason === "FailedAttachVolume") {
    const missing = /(secret|configmap) "([^"]+)" not found/i.exec(message);
    const text = missing
      ? `${name} mounts ${missing[1]} ${missing[2]}, which is not there`
      : `${name} cannot mount a volume`;
    const fix = missing
      ? "make it, or mount another"
      : `\`${kubectlOf(situation)} describe ${name}\` shows its volumes`;
    return { ...about, kind: "mount", text, fix, hopelessAfter: SOME };
  }
  if (reason === "ProvisioningFailed") {
    const fix = `name a StorageClass that is there: \`kubectl --context ${situation.context} get storageclass\` lists them`;
    return { ...about, kind: "volume-pending", text: `${name} gets no volume`, fix, hopelessAfter: SOME };
  }
  return undefined;
}

function refusal(about: Pick<Cause, "object" | "reason" | "evidence">, message: string, situation: Situation): Cause {
  const all = { ...about, hopelessAfter: AT_ONCE };
  const pods = `${about.object} cannot make its pods`;
  if (/exceeded quota/i.test(message)) {
    const fix = `raise the quota, or lower requests and replicas; \`${kubectlOf(situation)} describe resourcequota\` shows what is taken`;
    return { ...all, kind: "quota", text: `${pods}: the namespace's quota is used up`, fix };
  }
  if (/violates PodSecurity/i.test(message)) {
    const fix = "give pod and containers the securityContext that it asks for, or the namespace another level";
    return { ...all, kind: "pod-security", text: `${pods}: the namespace's Pod Security level forbids them`, fix };
  }
  if (/denied the request|admission webhook/i.test(message)) {
    return {
      ...all,
      kind: "admission",
      text: `${pods}: an admission webhook refuses them`,
      fix: "do what it says, or ask whoever runs it",
    };
  }
  if (/serviceaccount .* not found/i.test(message)) {
    return {
      ...all,
      kind: "service-account",
      text: `${pods}: their ServiceAccount is not there`,
      fix: "make it, or name another",
    };
  }
  if (/(maximum|minimum) .* usage per|must be less than or equal to/i.test(message)) {
    const fix = `keep to the namespace's LimitRange; \`${kubectlOf(situation)} describe limitrange\` shows it`;
    return { ...all, kind: "limit-range", text: `${pods}: they ask for more or less than the namespace allows`, fix };
  }
  const fix = `mend what it says; \`${kubectlOf(situation)} get events --sort-by=.lastTimestamp\` shows the rest`;
  return { ...all, kind: "pods-refused", text: pods, fix, hopelessAfter: SOME };
}
