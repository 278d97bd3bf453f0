import type { KubernetesObject } from "../render-chart";

/** As far as rules look into it; the API server is what checks the rest. */
// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
type Fields = any;

/** A pod that a rendered object leads to. */
export interface Pod {
  /** The object: `Deployment todo-backend-dev`. */
  owner: string;
  object: KubernetesObject;
  metadata: Fields;
  spec: Fields;
}

export interface Container {
  pod: Pod;
  name: string;
  spec: Fields;
  /** Whether it runs before the pod's others, and ends. */
  init: boolean;
}

const SERVERS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/** Whether the pods of an object run until they are told to stop, and so can be asked how they are. */
export const serves = ({ kind }: KubernetesObject) => SERVERS.includes(kind);

/** The pods that objects lead to: those of workloads, Jobs and CronJobs, and pods themselves, hooks and tests included. */
export function podsOf(objects: KubernetesObject[]): Pod[] {
  return objects.flatMap((object): Pod[] => {
    const { kind, metadata, spec } = object as KubernetesObject & { spec?: Fields };
    const template = kind === "Pod" ? object : kind === "CronJob" ? spec?.jobTemplate?.spec?.template : spec?.template;
    const { metadata: labels = {}, spec: pod } = (template ?? {}) as Fields;
    return pod?.containers ? [{ owner: `${kind} ${metadata.name}`, object, metadata: labels, spec: pod }] : [];
  });
}

/** All containers of a pod, those that run first included. */
export function containersOf(pod: Pod): Container[] {
  const list = (specs: Fields[] = [], init: boolean) => specs.map((spec) => ({ pod, name: spec.name, spec, init }));
  // An init container that is always restarted is a sidecar.
  const inits = list(pod.spec.initContainers, true).map((one) => ({
    ...one,
    init: one.spec.restartPolicy !== "Always",
  }));
  return [...inits, ...list(pod.spec.containers, false)];
}
