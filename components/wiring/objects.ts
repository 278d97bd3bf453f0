// Rendered objects as the wiring reads them: only the fields that lead from one object to another.
import type { ContainerSpec, PodSpec } from "../pods";
import type { KubernetesObject } from "../render-chart";

export type Texts = Record<string, string>;

/** An object and the chart that it is rendered from. */
export interface Placed {
  chart: string;
  /** Name of the release. */
  release: string;
  object: KubernetesObject;
}

export interface Selector {
  matchLabels?: Texts;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** An object that leads to pods: Deployment, StatefulSet, Job, the test's own Pod. */
export interface Workload extends Placed {
  labels: Texts;
  pod: PodSpec;
  /** Init containers included. */
  containers: ContainerSpec[];
  /** Neither a Job nor a test: it is there as long as the release is. */
  lasting: boolean;
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

/** Whether labels fit a selector; one that says nothing fits all. */
export function fits({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Texts): boolean {
  return (
    Object.entries(matchLabels).every(([label, value]) => labels[label] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === "In") return values.includes(labels[key]);
      if (operator === "NotIn") return !values.includes(labels[key]);
      return (operator === "Exists") === key in labels;
    })
  );
}

/** Ports of a pod's containers that have this number or name. */
export function containerPorts({ containers }: Workload, port: number | string) {
  const ports = containers.flatMap((container) => container.ports ?? []);
  return ports.filter(({ name, containerPort }) => (typeof port === "number" ? containerPort : name) === port);
}
