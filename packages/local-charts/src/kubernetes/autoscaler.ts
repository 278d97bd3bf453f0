import type { KubernetesObject } from "./object.ts";

/** How many pods an autoscaler may make of a workload. */
export interface Autoscaler {
  /** Default: 1 */
  minReplicas?: number;
  maxReplicas: number;
  scaleTargetRef: { kind: string; name: string };
}

/** The autoscalers among objects. */
export const autoscalersOf = (objects: KubernetesObject[]) =>
  objects.filter(({ kind, spec }) => kind === "HorizontalPodAutoscaler" && spec).map(({ spec }) => spec as Autoscaler);

/** The autoscaler that owns the number of a workload's pods, where there is one. */
export function autoscalerOf(
  { kind, metadata }: KubernetesObject,
  objects: KubernetesObject[],
): Autoscaler | undefined {
  return autoscalersOf(objects).find(
    ({ scaleTargetRef: target }) => target?.kind === kind && target.name === metadata.name,
  );
}

/** The workloads whose number of pods is their autoscaler's alone: the chart names none. */
export const autoscaledIn = (objects: KubernetesObject[]): KubernetesObject[] =>
  objects.filter(
    (object) =>
      autoscalerOf(object, objects) && (object.spec as { replicas?: number } | undefined)?.replicas === undefined,
  );
