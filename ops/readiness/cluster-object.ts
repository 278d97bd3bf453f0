// A cluster's objects as `kubectl get` answers them, as far as they are read here.

export interface Meta {
  name: string;
  namespace: string;
  labels?: Record<string, string>;
  generation?: number;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
}

/** How a run of a container ended. */
export interface Terminated {
  reason?: string;
  exitCode: number;
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  /** Whether its startup probe has passed. */
  started?: boolean;
  restartCount?: number;
  state: {
    running?: { startedAt: string };
    waiting?: { reason?: string; message?: string };
    terminated?: Terminated;
  };
  /** Of the run before this one. */
  lastState?: { terminated?: Terminated };
}

/** A probe, as far as it can be asked from outside. */
export interface Probe {
  httpGet?: { path?: string; port: number | string; scheme?: string };
}

interface Container {
  name: string;
  ports?: { name?: string; containerPort: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
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
    /** Of a Pod. */
    containers?: Container[];
  };
  status?: {
    observedGeneration?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    phase?: string;
    podIP?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

/** Who made a pod and replaces it: a ReplicaSet, StatefulSet, DaemonSet or Job, or the Node of a static one. */
export const controllerOf = ({ ownerReferences = [] }: Meta) => ownerReferences.find(({ controller }) => controller);

/** The names of objects, and of what made them. */
export const namesOf = (objects: ClusterObject[]): string[] =>
  objects.flatMap(({ metadata }) => [metadata.name, ...(metadata.ownerReferences ?? []).map(({ name }) => name)]);
