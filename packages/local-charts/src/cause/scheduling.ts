// Why a pod has no node: pure.
import { redactText } from "../redact/credentials.ts";
import { containersIn, inOneLine, kubectlOf, type Told } from "./pod.ts";
import type { Cause } from "./situation.ts";

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Seconds in which a node may get free, or a volume be made. */
const SOME = 10;

/** The cause of a pod that the scheduler has found no node for; undefined for others. */
export function schedulingCause({ object, situation }: Told): Cause | undefined {
  const {
    conditions = [],
    phase,
    reason,
    message,
  } = (object.status ?? {}) as {
    conditions?: Condition[];
    phase?: string;
    reason?: string;
    message?: string;
  };
  const pod = `pod ${object.metadata.name}`;
  const kubectl = kubectlOf(situation);
  if (phase === "Failed" && reason === "Evicted") {
    return {
      ...{ kind: "evicted", object: pod, reason },
      text: `${pod} was evicted from its node`,
      evidence: [inOneLine(redactText(message ?? ""))],
      fix: `make room on the node (\`kubectl --context ${situation.context} describe nodes\` shows what is short)`,
    };
  }
  const found = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (found?.reason !== "Unschedulable") return undefined;
  const said = inOneLine(redactText(found.message ?? "").replace(/\. preemption:.*/s, ""));
  const about = { object: pod, reason: found.reason, evidence: [said], hopelessAfter: SOME };
  const short = [...said.matchAll(/Insufficient ([\w/-]+(?:\.[\w/-]+)*)/g)].map(([, what]) => what);
  if (short.length > 0) {
    const asked = containersIn(object).map(
      ({ name, resources }) => `${name} ${short.map((what) => resources?.requests?.[what] ?? "0").join(" and ")}`,
    );
    return {
      ...{ ...about, kind: "no-room" },
      text: `${pod} finds no node with enough ${[...new Set(short)].join(" and ")} left (it asks for ${asked.join(", ")})`,
      fix: `lower its requests, take something else away, or give the cluster more; \`kubectl --context ${situation.context} describe nodes\` shows what is taken`,
    };
  }
  if (
    /unbound immediate PersistentVolumeClaims|persistentvolumeclaim|volume node affinity|didn't find available persistent volumes/i.test(
      said,
    )
  ) {
    return {
      ...{ ...about, kind: "volume-pending" },
      text: `${pod} waits for a volume that nobody makes, or that is on another node`,
      fix: `name a StorageClass that is there (\`kubectl --context ${situation.context} get storageclass\`); \`${kubectl} describe persistentvolumeclaims\` shows what it waits for`,
    };
  }
  if (/taint/i.test(said)) {
    return {
      ...{ ...about, kind: "node-tainted" },
      text: `${pod} tolerates no node that there is`,
      fix: `wait for the node, or give it tolerations; \`kubectl --context ${situation.context} get nodes\` shows how nodes are`,
    };
  }
  return {
    ...{ ...about, kind: "no-node" },
    text: `${pod} is to go to no node that there is`,
    fix: `correct its nodeSelector or affinity; \`kubectl --context ${situation.context} get nodes --show-labels\` shows what nodes have`,
  };
}
