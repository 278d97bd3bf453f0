// What of a cluster's objects is not ready yet, and why: a pure function over what `kubectl get` answers.

interface Meta {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  generation?: number;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount?: number;
  state: {
    running?: { startedAt: string };
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; exitCode: number };
  };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** The fields that are read of a Deployment, StatefulSet, DaemonSet, Job, Pod or Service. */
export interface ClusterObject {
  kind: string;
  metadata: Meta;
  spec: {
    replicas?: number;
    clusterIP?: string;
    selector?: object;
    ports?: { port: number; protocol?: string }[];
  };
  status?: {
    observedGeneration?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    phase?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

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
  return [...lines, ...[...waitingPods].filter(([pod]) => ownerKind(pod.metadata) === "Node").map(([, why]) => why)];
}

/** A container whose log says why something does not go on; with `previous` that of its run before this one. */
export interface Witness {
  pod: string;
  container: string;
  previous: boolean;
}

/**
 * The Jobs of a namespace that failed, a line each by their name, and the containers that know why these, or pods that are
 * not ready, are.
 */
export function failing(
  objects: ClusterObject[],
  namespace: string,
): { jobs: Map<string, string>; containers: Witness[] } {
  const here = objects.filter(({ metadata }) => metadata.namespace === namespace && !metadata.deletionTimestamp);
  const failed = new Map<string, string>();
  for (const { kind, metadata, status } of here) {
    // FailureTarget: it has failed, and its pods are still on their way out.
    const condition = status?.conditions?.find(({ type, status }) => /^Fail/.test(type) && status === "True");
    if (kind !== "Job" || !condition) continue;
    failed.set(metadata.name, `Job ${metadata.name}: ${condition.reason} (${condition.message})`);
  }
  const pods = here.filter(({ kind, metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    // What a Job tried before it succeeded is over, and so is a chart's test.
    return kind === "Pod" && owner && (owner.kind !== "Job" || failed.has(owner.name));
  });
  const containers = pods.flatMap(({ metadata, status = {} }) =>
    [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap((container): Witness[] => {
      const { name, ready, restartCount = 0, state } = container;
      const done = state.terminated?.exitCode === 0;
      const started = state.running || state.terminated || restartCount > 0;
      return ready || done || !started ? [] : [{ pod: metadata.name, container: name, previous: !!state.waiting }];
    }),
  );
  return { jobs: failed, containers };
}

/** Names, networks and the control plane. Whatever else a person has put into kube-system is not this project's to wait for. */
function isEssential(kind: string, { namespace, name, ownerReferences = [] }: Meta): boolean {
  if (namespace !== "kube-system") return false;
  if (kind === "Pod") return ownerReferences.some((owner) => owner.kind !== "Job");
  return kind === "DaemonSet" || name === "coredns";
}

const ownerKind = ({ ownerReferences = [] }: Meta) => ownerReferences.find(({ controller }) => controller)?.kind;

/** A Deployment's pods belong to its ReplicaSets, which carry its name and a hash. */
function belongsTo(pod: Meta, workload: Meta): boolean {
  const owner = pod.ownerReferences?.find(({ controller }) => controller);
  if (!owner || pod.namespace !== workload.namespace) return false;
  const name = owner.kind === "ReplicaSet" ? owner.name.replace(/-[^-]+$/, "") : owner.name;
  return name === workload.name;
}

/** Where the Services of a namespace, and DNS, have to answer: their cluster addresses by TCP, where they have pods at all. */
export function addresses(
  objects: ClusterObject[],
  namespace: string,
): { service: string; host: string; port: number }[] {
  const pods = objects.filter(({ kind, metadata }) => kind === "Pod" && ownerKind(metadata));
  return objects
    .filter(
      ({ kind, metadata }) => kind === "Service" && (metadata.namespace === namespace || metadata.name === "kube-dns"),
    )
    .filter(({ spec: { clusterIP, selector } }) => selector && clusterIP && clusterIP !== "None")
    .filter(({ metadata, spec }) =>
      pods.some(
        (pod) =>
          pod.metadata.namespace === metadata.namespace &&
          Object.entries(spec.selector ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value),
      ),
    )
    .flatMap(({ metadata, spec: { clusterIP, ports = [] } }) =>
      ports
        .filter(({ protocol = "TCP" }) => protocol === "TCP")
        .map(({ port }) => ({ service: metadata.name, host: clusterIP as string, port })),
    );
}

/** What keeps a pod from being ready, in words, or undefined when it is. */
function podWaitsFor({ metadata, status = {} }: ClusterObject, nodeStart: Date): string | undefined {
  const pod = `pod ${metadata.name}`;
  const unscheduled = status.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled) return `${pod}: ${unscheduled.reason} (${unscheduled.message})`;
  const init = status.initContainerStatuses?.filter(({ state }) => state.terminated?.exitCode !== 0) ?? [];
  for (const { name, ready, state } of [...init, ...(status.containerStatuses ?? [])]) {
    const container = `${pod}: container ${name}`;
    if (state.waiting)
      return `${container}: ${[state.waiting.reason, state.waiting.message && `(${state.waiting.message})`].filter(Boolean).join(" ")}`;
    if (state.terminated) return `${container}: ${state.terminated.reason}, exit code ${state.terminated.exitCode}`;
    if (state.running && new Date(state.running.startedAt) < nodeStart)
      return `${container}: not started again since the node was`;
    if (!ready) return `${container}: runs, but is not ready (its probes have not passed yet)`;
  }
  const isReady = status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return isReady ? undefined : `${pod}: ${status.phase ?? "Pending"}`;
}
