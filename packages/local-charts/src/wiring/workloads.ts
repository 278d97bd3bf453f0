// Rendered objects as the wiring reads them: only the fields that lead from one object to another.

import type { KubernetesObject } from "../kubernetes/object.ts";
import type { ContainerSpec, PodSpec } from "../kubernetes/pods.ts";

export type Texts = Record<string, string>;

/** An object and the chart that it is rendered from. */
export interface Placed {
  /** Folder of the chart. */
  chart: string;
  /** Name of the release. */
  release: string;
  object: KubernetesObject;
}

/** An object that leads to pods: Deployment, StatefulSet, Job, the test's own Pod. */
export interface Workload extends Placed {
  labels: Texts;
  pod: PodSpec;
  /** Init containers included. */
  containers: ContainerSpec[];
  /** Neither a Job nor a test: it is there as long as the release is. */
  longRunning: boolean;
  test: boolean;
}
export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
}
export interface Service extends Placed {
  name: string;
  ports: ServicePort[];
  /** None where somebody else leads it to pods, or to a name elsewhere. */
  selector?: Texts;
  type: string;
}

/** Ports of a pod's containers that have this number or name. */
export function containerPorts({ containers }: Workload, port: number | string) {
  const ports = containers.flatMap((container) => container.ports ?? []);
  return ports.filter(({ name, containerPort }) => (typeof port === "number" ? containerPort : name) === port);
}
