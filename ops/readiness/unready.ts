// What of a cluster's objects is not ready yet, and why: a pure function over what `kubectl get` answers.
import {
  type ClusterObject,
  type ContainerStatus,
  controllerOf,
  type Meta,
  type Terminated,
} from "./cluster-object.ts";

const workloads = ["Deployment", "StatefulSet", "DaemonSet"];

/**
 * One line for each workload of a namespace, and each part of the cluster that workloads depend on, that is not ready;
 * with its pods and what they wait for. Empty when all is ready.
 * @param nodeStart when the node was last started: the API server goes on reporting what was true before that until the
 * kubelet has looked, and a container that is older than its node cannot run
 */
export function unready(objects: ClusterObject[], namespace: string, nodeStart: Date): string[] {
  const here = objects.filter(({ kind, metadata }) => metadata.namespace === namespace || isEssential(kind, metadata));
  const pods = here.filter(({ kind, metadata }) => kind === "Pod" && !metadata.deletionTimestamp);
  const waitingPods = new Map<ClusterObject, string>();
  for (const pod of pods) {
    const why = podWaitsFor(pod, nodeStart);
    if (why) waitingPods.set(pod, why);
  }

  const lines: string[] = [];
  for (const { kind, metadata, spec, status = {} } of here.filter(({ kind }) => workloads.includes(kind))) {
    const wanted = kind === "DaemonSet" ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1);
    const updated = (kind === "DaemonSet" ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0;
    const ready = (kind === "DaemonSet" ? status.numberReady : status.readyReplicas) ?? 0;
    const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    const own = pods.filter((pod) => belongsTo(pod.metadata, metadata));
    const refused = status.conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
    const reasons = own.filter((pod) => waitingPods.has(pod)).map((pod) => waitingPods.get(pod) as string);
    for (const pod of own) waitingPods.delete(pod);
    if (seen && updated >= wanted && ready >= wanted && reasons.length === 0) continue;
    const counts = `${Math.min(ready, wanted - Math.min(reasons.length, wanted))} of ${wanted} pods ready`;
    const rollout = seen && updated >= wanted ? "" : `, ${seen ? updated : 0} of them updated`;
    lines.push(
      [
        `${kind} ${metadata.name}: ${counts}${rollout}`,
        ...reasons,
        ...(refused?.message ? [refused.message] : []),
      ].join("; "),
    );
  }
  // What is left belongs to no workload: the control plane's own pods, which the kubelet runs from files.
  return [
    ...lines,
    ...[...waitingPods].filter(([pod]) => controllerOf(pod.metadata)?.kind === "Node").map(([, why]) => why),
  ];
}

/** Names, networks and the control plane. Whatever else a person has put into kube-system is not this project's to wait for. */
function isEssential(kind: string, { namespace, name, ownerReferences = [] }: Meta): boolean {
  if (namespace !== "kube-system") return false;
  if (kind === "Pod") return ownerReferences.some((owner) => owner.kind !== "Job");
  return kind === "DaemonSet" || name === "coredns";
}

/** A Deployment's pods belong to its ReplicaSets, which carry its name and a hash. */
function belongsTo(pod: Meta, workload: Meta): boolean {
  const owner = controllerOf(pod);
  if (!owner || pod.namespace !== workload.namespace) return false;
  const name = owner.kind === "ReplicaSet" ? owner.name.replace(/-[^-]+$/, "") : owner.name;
  return name === workload.name;
}

/** What keeps a pod from being ready, in words, or undefined when it is. */
function podWaitsFor({ metadata, status = {} }: ClusterObject, nodeStart: Date): string | undefined {
  const pod = `pod ${metadata.name}`;
  const unscheduled = status.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled) return `${pod}: ${unscheduled.reason} (${unscheduled.message})`;
  const init = status.initContainerStatuses?.filter(({ state }) => state.terminated?.exitCode !== 0) ?? [];
  for (const container of [...init, ...(status.containerStatuses ?? [])]) {
    const why = containerWaitsFor(container, nodeStart);
    if (why) return [`${pod}: container ${container.name}: ${why}`, ...history(container)].join(", ");
  }
  const isReady = status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return isReady ? undefined : `${pod}: ${status.phase ?? "Pending"}`;
}

function containerWaitsFor({ ready, started, state }: ContainerStatus, nodeStart: Date): string | undefined {
  const { running, waiting, terminated } = state;
  if (waiting) return [waiting.reason, waiting.message && `(${waiting.message})`].filter(Boolean).join(" ");
  if (terminated) return ending(terminated);
  if (running && new Date(running.startedAt) < nodeStart) return "not started again since the node was";
  if (ready) return undefined;
  const probe = started === false ? "its startup probe has" : "its probes have";
  return `runs, but is not ready (${probe} not passed yet)`;
}

/** How a container got where it is. */
function history({ restartCount = 0, lastState }: ContainerStatus): string[] {
  const last = lastState?.terminated;
  const times = restartCount === 1 ? "once" : `${restartCount} times`;
  return [
    ...(restartCount > 0 ? [`restarted ${times}`] : []),
    ...(last ? [`its last run ended: ${ending(last)}`] : []),
  ];
}

const ending = ({ reason, exitCode }: Terminated) =>
  `${reason ? `${reason}, ` : ""}exit code ${exitCode}${exitCode === 0 ? ", though it has to go on running" : ""}`;
