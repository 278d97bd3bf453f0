import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import type { KubernetesObject } from "./render-chart";

/** As the API has them, in plain values. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
export type ContainerSpec = Unwrap<types.input.core.v1.Container>;

/** A pod that a rendered object leads to. */
export interface Pod {
  /** The object: `Deployment todo-backend-dev`. */
  owner: string;
  object: KubernetesObject;
  metadata: Partial<KubernetesObject["metadata"]>;
  spec: PodSpec;
}

export interface Container {
  pod: Pod;
  name: string;
  spec: ContainerSpec;
  /** Whether it runs before the pod's others, and ends. */
  init: boolean;
}

const SERVERS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/** Whether the pods of an object run until they are told to stop, and so can be asked how they are. */
export const serves = ({ kind }: KubernetesObject) => SERVERS.includes(kind);

/** What an object makes pods from: a CronJob's is that of its Job. */
interface Maker {
  jobTemplate?: { spec?: Maker };
  template?: { metadata?: Pod["metadata"]; spec?: PodSpec };
}

/** The pods that objects lead to: those of workloads, Jobs and CronJobs, and pods themselves, hooks and tests included. */
export function podsOf(objects: KubernetesObject[]): Pod[] {
  return objects.flatMap((object): Pod[] => {
    const { kind, metadata } = object;
    const spec = (object.spec ?? {}) as Maker;
    const template = kind === "Pod" ? (object as Maker["template"]) : (spec.jobTemplate?.spec ?? spec).template;
    if (!template?.spec?.containers) return [];
    return [{ owner: `${kind} ${metadata.name}`, object, metadata: template.metadata ?? {}, spec: template.spec }];
  });
}

/** All containers of a pod, those that run first included. */
export function containersOf(pod: Pod): Container[] {
  const { initContainers = [], containers } = pod.spec;
  // An init container that is always restarted is a sidecar.
  const first = initContainers.map((spec) => ({ pod, name: spec.name, spec, init: spec.restartPolicy !== "Always" }));
  return [...first, ...containers.map((spec) => ({ pod, name: spec.name, spec, init: false }))];
}
