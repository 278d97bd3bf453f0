// Why a pod has no node, or has lost it: pure.
import { containersIn, type Told } from "./pod.ts";
import type { Cause } from "./situation.ts";
import { claimCause } from "./volumes.ts";

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Seconds in which a node may get free. */
const SOME = 10;

/** The cause of a pod that the scheduler has found no node for, or that its node has put out; undefined for others. */
export function schedulingCause(told: Told): Cause | undefined {
  const { object, situation, quote } = told;
  const { conditions = [], phase, reason, message } = (object.status ?? {}) as Status;
  const pod = `pod ${object.metadata.name}`;
  const kubectl = `kubectl --context ${situation.context}`;
  if (phase === "Failed" && reason === "Evicted") {
    return {
      ...{ kind: "evicted", object: pod, reason, evidence: [quote(message ?? "")] },
      text: `${pod} was put out by its node`,
      fix: `have it take less, or allow it more; \`${kubectl} describe nodes\` shows what nodes are short of`,
    };
  }
  const found = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (found?.reason !== "Unschedulable") return undefined;
  // What comes behind is about pods that could be ended instead, and about devices.
  const said = quote(
    (found.message ?? "").replace(/\.? ?(?:no new claims to deallocate|preemption:|not found$).*/s, ""),
  );
  const about = { object: pod, reason: found.reason, evidence: [said], hopelessAfter: SOME };
  const short = [...new Set([...said.matchAll(/Insufficient ([\w/-]+(?:\.[\w/-]+)*)/g)].map(([, what]) => what))];
  if (short.length > 0) {
    const asked = containersIn(object).map(
      ({ name, resources }) => `${name} ${short.map((what) => resources?.requests?.[what] ?? "0").join(" and ")}`,
    );
    return {
      ...{ ...about, kind: "no-room" },
      text: `${pod} finds no node with enough ${short.join(" and ")} left (it asks for ${asked.join(", ")})`,
      fix: `lower its requests, take something else away, or give the cluster more; \`${kubectl} describe nodes\` shows what is taken`,
    };
  }
  const taint = /untolerated taint\(?s?\)? \{([^}:]*)/.exec(said)?.[1];
  if (taint) return taintCause(pod, taint, about, kubectl);
  return claimCause(told, said) ?? placeCause(told, said, about, kubectl);
}

interface Status {
  conditions?: Condition[];
  phase?: string;
  reason?: string;
  message?: string;
}

type About = Pick<Cause, "object" | "reason" | "evidence" | "hopelessAfter">;

/** A node says by a taint that it is in trouble, which may pass; other taints are somebody's will. */
function taintCause(pod: string, taint: string, about: About, kubectl: string): Cause {
  const nodes = `\`${kubectl} describe nodes\` shows how they are`;
  const [, trouble] = /^node\.kubernetes\.io\/([a-z-]+)$/.exec(taint) ?? [];
  if (trouble?.endsWith("-pressure")) {
    return {
      ...{ ...about, hopelessAfter: undefined, kind: "node-pressure" },
      text: `${pod} waits for a node, as those that there are run out of what it takes to run pods (${trouble})`,
      fix: `make room there; ${nodes}`,
    };
  }
  if (trouble) {
    return {
      ...{ ...about, hopelessAfter: undefined, kind: "node-not-ready" },
      text: `${pod} waits for a node, as those that there are take no pods now (${trouble})`,
      fix: `see that they get ready; ${nodes}`,
    };
  }
  return {
    ...{ ...about, kind: "node-tainted" },
    text: `${pod} tolerates no node that there is, as they have the taint ${taint}`,
    fix: `give it a toleration, or take the taint away; ${nodes}`,
  };
}

function placeCause({ object }: Told, said: string, about: About, kubectl: string): Cause {
  const pod = `pod ${object.metadata.name}`;
  if (/free ports/i.test(said)) {
    const ports = containersIn(object).flatMap(({ ports = [] }) => ports.flatMap(({ hostPort }) => hostPort ?? []));
    return {
      ...{ ...about, kind: "port-taken" },
      text: `${pod} finds no node where port ${ports.join(" or ")} is free`,
      fix: `take another hostPort, or none; \`${kubectl} get pods --all-namespaces --output wide\` shows which pods are where`,
    };
  }
  return {
    ...{ ...about, kind: "no-node" },
    text: `${pod} is to go to no node that there is`,
    fix: `correct its nodeSelector or affinity; \`${kubectl} get nodes --show-labels\` shows what nodes have`,
  };
}
