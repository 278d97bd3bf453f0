// Rendered objects as the wiring reads them: only the fields that lead from one object to another.
import type { KubernetesObject } from "../render-chart";

export type Texts = Record<string, string>;

/** An object and the chart that it is rendered from. */
export interface Placed {
  chart: string;
  /** Name of the release. */
  release: string;
  object: KubernetesObject;
}

export interface Reference {
  name: string;
  key?: string;
  optional?: boolean;
}
export interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: Reference; configMapKeyRef?: Reference };
}
export interface Action {
  httpGet?: { port: number | string };
  tcpSocket?: { port: number | string };
  grpc?: { port: number };
}
export interface Container {
  name: string;
  env?: Variable[];
  envFrom?: { prefix?: string; secretRef?: Reference; configMapRef?: Reference }[];
  command?: string[];
  args?: string[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  startupProbe?: Action;
  livenessProbe?: Action;
  readinessProbe?: Action;
  lifecycle?: { postStart?: Action; preStop?: Action };
  volumeMounts?: { name: string }[];
}
interface FileSource {
  name?: string;
  secretName?: string;
  optional?: boolean;
  items?: { key: string }[];
}
export interface Volume {
  name: string;
  secret?: FileSource;
  configMap?: FileSource;
  projected?: { sources?: { secret?: FileSource; configMap?: FileSource }[] };
  persistentVolumeClaim?: { claimName: string };
}
export interface PodSpec {
  serviceAccountName?: string;
  imagePullSecrets?: { name: string }[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
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
  containers: Container[];
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
