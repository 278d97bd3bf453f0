// Pods that a workload wants and that the API server does not let it make: pure. Only an event has the reason.
import { kubectlOf, type Told, warningsOf } from "./pod.ts";
import type { Cause, LiveObject } from "./situation.ts";

/** Seconds for which a state has to last before nobody waits for its end. */
const AT_ONCE = 3;
const SOME = 10;

/** undefined for a workload that has the pods that it wants: what was refused before is over. */
export function refusalCause(told: Told): Cause | undefined {
  const { object, situation, quote } = told;
  if (!lacksPods(object)) return undefined;
  const message = warningsOf(told).findLast(({ reason }) => reason === "FailedCreate")?.message;
  if (message === undefined) return undefined;
  const name = `${object.kind} ${object.metadata.name}`;
  // What comes before says that something was to be made, and what by: a name that nobody has seen.
  const said = message.replace(
    /^(?:\(combined from similar events\): )?(?:Error creating|create Pod \S+ .*? failed error): (?:pods "[^"]*" is forbidden: )?/,
    "",
  );
  const known = KNOWN.find(({ words }) => words.test(message)) ?? UNKNOWN;
  // A pod that ends still counts.
  const mayHeal = known.kind === "quota" && situation.objects.some(isEnding);
  return {
    ...{ kind: known.kind, object: name, reason: "FailedCreate", evidence: [quote(said)] },
    text: [`${name} cannot make its pods`, known.text].filter(Boolean).join(": "),
    fix: known.fix(kubectlOf(situation)),
    ...(!mayHeal && { hopelessAfter: known.after ?? AT_ONCE }),
  };
}

const isEnding = ({ kind, metadata }: LiveObject) => kind === "Pod" && metadata.deletionTimestamp !== undefined;

function lacksPods({ kind, spec = {}, status = {} }: LiveObject): boolean {
  const count = (field: unknown) => Number(field ?? 0);
  if (kind === "Job") return count(status.active) + count(status.succeeded) + count(status.failed) === 0;
  if (kind === "DaemonSet") return count(status.currentNumberScheduled) < count(status.desiredNumberScheduled);
  return ["ReplicaSet", "StatefulSet"].includes(kind) && count(status.replicas) < count(spec.replicas ?? 1);
}

/** A way to be refused. */
interface Refusal {
  kind: string;
  words: RegExp;
  text: string;
  fix: (command: string) => string;
  after?: number;
}

const KNOWN: Refusal[] = [
  {
    ...{ kind: "quota", words: /exceeded quota|failed quota/i, text: "the namespace's quota is used up" },
    fix: (command) =>
      `raise the quota, or lower requests and replicas; \`${command} describe resourcequota\` shows what is taken`,
  },
  {
    ...{ kind: "pod-security", words: /violates PodSecurity/i },
    text: "the namespace's Pod Security level forbids them",
    fix: (command) =>
      `give pod and containers the securityContext that it asks for; \`${command.replace(/ -n .*/, "")} get namespace ${command.replace(/.* -n /, "")} --show-labels\` shows the level`,
  },
  {
    ...{ kind: "webhook-unreachable", words: /failed calling webhook/i, after: SOME },
    text: "they have to pass an admission webhook that does not answer",
    fix: (command) =>
      `start what has to answer, or remove the webhook; \`${command.replace(/ -n .*/, "")} get validatingwebhookconfigurations,mutatingwebhookconfigurations\` lists those that there are`,
  },
  {
    ...{ kind: "admission", words: /denied (the )?request/i, text: "a rule of the cluster's refuses them" },
    fix: (command) =>
      `do what it says, or ask whoever made the rule; \`${command.replace(/ -n .*/, "")} get validatingadmissionpolicies,validatingwebhookconfigurations\` lists those that there are`,
  },
  {
    ...{ kind: "service-account", words: /serviceaccount .* not found/i, text: "their ServiceAccount is not there" },
    fix: (command) => `make it, or name another; \`${command} get serviceaccounts\` lists those that are there`,
  },
  {
    ...{
      kind: "limit-range",
      words: /(maximum|minimum) .* usage per|must be less than or equal to|limit to request ratio/i,
    },
    text: "they ask for more or less than the namespace allows",
    fix: (command) => `keep to the namespace's LimitRange; \`${command} describe limitrange\` shows it`,
  },
];

const UNKNOWN: Refusal = {
  ...{ kind: "pods-refused", words: /./, text: "", after: SOME },
  fix: (command) => `mend what it says; \`${command} get events --sort-by=.lastTimestamp\` shows the rest`,
};
