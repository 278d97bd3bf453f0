// What of a namespace has failed, and which logs say why: pure.
import { type ClusterObject, type ContainerStatus, controllerOf } from "./cluster-object.ts";

/** A container whose log says why something does not go on; with `previous` that of its run before this one. */
export interface FailingContainer {
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
): { jobs: Map<string, string>; containers: FailingContainer[] } {
  const here = objects.filter(({ metadata }) => metadata.namespace === namespace && !metadata.deletionTimestamp);
  const failed = new Map<string, string>();
  for (const { kind, metadata, status } of here) {
    // FailureTarget: it has failed, and its pods are still being removed.
    const condition = status?.conditions?.find(({ type, status }) => /^Fail/.test(type) && status === "True");
    if (kind !== "Job" || !condition) continue;
    failed.set(metadata.name, `Job ${metadata.name}: ${condition.reason} (${condition.message})`);
  }
  const pods = here.filter(({ kind, metadata }) => {
    const owner = controllerOf(metadata);
    // What a Job tried before it succeeded is over, and so is a chart's test.
    return kind === "Pod" && owner && (owner.kind !== "Job" || failed.has(owner.name));
  });
  const containers = pods.flatMap(({ metadata, status = {} }) => {
    const job = controllerOf(metadata)?.kind === "Job";
    const logs = (container: ContainerStatus, mayEnd: boolean): FailingContainer[] => {
      const { name, ready, restartCount = 0, state, lastState } = container;
      if (ready || (mayEnd && state.terminated?.exitCode === 0)) return [];
      const before = (restartCount > 0 || lastState?.terminated) && !state.terminated;
      const runs = [...(before ? [true] : []), ...(state.running || state.terminated ? [false] : [])];
      return runs.map((previous) => ({ pod: metadata.name, container: name, previous }));
    };
    return [
      ...(status.initContainerStatuses ?? []).flatMap((container) => logs(container, true)),
      // A service that ends has failed, whatever its exit code is.
      ...(status.containerStatuses ?? []).flatMap((container) => logs(container, job)),
    ];
  });
  return { jobs: failed, containers };
}
