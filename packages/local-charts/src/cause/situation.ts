// What is known of a release whose pods are waited for, and what may be wrong with them. Types alone.
import type { KubernetesObject } from "../kubernetes/object.ts";

/** An object as the API server answers it. */
export interface LiveObject {
  kind: string;
  metadata: LiveMetadata;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface LiveMetadata {
  name: string;
  uid?: string;
  namespace?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; uid?: string; controller?: boolean }[];
}

/** A warning or a note of the cluster's about one object. */
export interface LiveEvent {
  type: string;
  reason: string;
  message: string;
  count?: number;
  /** When it was last seen, in ISO form. */
  lastTimestamp?: string;
  eventTime?: string;
  involvedObject: { kind: string; name: string; uid?: string };
  metadata: { name: string; creationTimestamp?: string };
}

/** All that was asked about a release. */
export interface Situation {
  context: string;
  namespace: string;
  release: string;
  /** What the chart was rendered to, hooks included. */
  rendered: KubernetesObject[];
  /** Workloads, Jobs, pods, ReplicaSets, claims and quotas of the namespace. */
  objects: LiveObject[];
  events: LiveEvent[];
  /** The end of logs, by `pod/container`; of the run before where that one crashed. */
  logs: Map<string, string>;
  /** What pods that run and are not ready answer on the path of their probe, by the pod's name. */
  answers: Map<string, ProbeAnswer>;
}

export interface ProbeAnswer {
  path: string;
  /** HTTP. */
  status: number;
  text: string;
}

/** Why a release is not ready. */
export interface Cause {
  /** One word a kind: `image-not-found`, `crash-loop`; tables and tests know it by this. */
  kind: string;
  /** `pod web-6d5f9-x2x1` */
  object: string;
  /** The cluster's own word: `ImagePullBackOff`. */
  reason: string;
  /** What is wrong, in a sentence without a full stop, nothing secret in it. */
  text: string;
  /** Lines of a log, an answer, an event; redacted. */
  evidence: string[];
  /** What to do about it, with the command to type next. */
  fix: string;
  /** Seconds for which it has to last before waiting is given up; undefined for what waiting may heal. */
  hopelessAfter?: number;
}
