// Pods as the API server answers them, as far as causes are read from them.
import type { LiveObject, Situation } from "./situation.ts";

/** What may be done about what pods wait for, beyond what anybody could say. */
export interface CauseHints {
  /** Brings an image, which is put behind it, into the cluster's nodes: `minikube -p shop image load`. */
  loadImage?: string;
  /** What to do about what a pod of a release answers on its readiness path, in a few words; undefined where nobody knows. */
  aboutAnswer?: (release: string, answer: string) => string | undefined;
}

/** An object that may be in trouble, and all that is known beside it. */
export interface Told {
  object: LiveObject;
  situation: Situation;
  hints: CauseHints;
}

/** A container's state, as the kubelet tells it. */
export interface ContainerStatus {
  name: string;
  ready?: boolean;
  /** Whether its startup probe has passed. */
  started?: boolean;
  restartCount?: number;
  state?: State;
  lastState?: State;
}

interface State {
  running?: { startedAt?: string };
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; exitCode: number; message?: string };
}

/** Containers of a pod, those that run first included. */
export function statusesOf({ status = {} }: LiveObject): ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = status as Record<string, ContainerStatus[]>;
  return [...initContainerStatuses, ...containerStatuses];
}

/** A container as a pod has it. */
export interface PodContainer {
  name: string;
  image: string;
  imagePullPolicy?: string;
  ports?: { name?: string; containerPort: number }[];
  readinessProbe?: { httpGet?: { path?: string; port: number | string; scheme?: string } };
  startupProbe?: PodContainer["readinessProbe"];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/** Containers of a pod as it was asked for, those that run first included. */
export function containersIn({ spec = {} }: LiveObject): PodContainer[] {
  const { initContainers = [], containers = [] } = spec as Record<string, PodContainer[]>;
  return [...initContainers, ...containers];
}

/** Letters of somebody else's words that are shown. */
const LETTERS = 300;

/** A text of somebody else's in one line, and not all of it. */
export function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LETTERS ? `${line.slice(0, LETTERS)}…` : line;
}

/** `kubectl --context minikube -n shop` */
export const kubectlOf = ({ context, namespace }: Situation) => `kubectl --context ${context} -n ${namespace}`;
