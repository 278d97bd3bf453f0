import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import { isPodSpec } from "./form.ts";
import { groupKind, type KubernetesObject } from "./object.ts";

/** As the API has them, in plain values. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
/** As the API has them, in plain values. */
export type ContainerSpec = Unwrap<types.input.core.v1.Container>;

/** A pod that a rendered object leads to. */
export interface Pod {
  /** The object: `Deployment web-dev`. */
  owner: string;
  object: KubernetesObject;
  metadata: Partial<KubernetesObject["metadata"]>;
  spec: PodSpec;
}

/** A container, and the pod that it is in. */
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

/** The kinds whose form is checked. */
const MAKERS = ["/Pod", ...SERVERS.map((kind) => `apps/${kind}`), "batch/Job", "batch/CronJob"];

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
    const known = groupKind(object);
    const template = known === "/Pod" ? (object as Maker["template"]) : (spec.jobTemplate?.spec ?? spec).template;
    if (!template?.spec?.containers) return [];
    // Kinds that nobody here knows have templates too, which may be of anything.
    if (!MAKERS.includes(known) && !isPodSpec(template.spec)) return [];
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
