// Pods as the API server answers them, as far as causes are read from them.
import type { LiveEvent, LiveObject, Situation } from "./situation.ts";

/** What may be done about what pods wait for, beyond what anybody could say. */
export interface CauseHints {
  /** Brings an image, which is put behind it, into the cluster's nodes: `minikube -p shop image load`. */
  loadImage?: string;
  /** What to do about what a pod of a release answers on its readiness path, in a few words; undefined where nobody knows. */
  aboutAnswer?: (release: string, answer: string) => string | undefined;
  /** Gives a Service of type LoadBalancer its address, in a few words: "`minikube tunnel`, left running, gives it one". */
  loadBalancer?: string;
  /** The setting that says how long a Job of this name, or the start of a pod, may take; undefined where nobody knows. */
  timeSetting?: (name: string, of: "job" | "start") => string | undefined;
}

/** An object that may be in trouble, and all that is known beside it. */
export interface Told {
  object: LiveObject;
  situation: Situation;
  hints: CauseHints;
  /** A text without what looks like a credential; names of what is there are none. */
  redact: (text: string) => string;
  /** The same in one line, and not all of it. */
  quote: (text: string) => string;
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

/** Whether a container that ended with this code has done its work: one of a Job, or one that runs before the others. */
export function isWellEnded({ metadata, spec = {} }: LiveObject, container: string, exitCode: number): boolean {
  const { initContainers = [] } = spec as Record<string, PodContainer[]>;
  const mayEnd = isOfJob({ metadata }) || initContainers.some(({ name }) => name === container);
  return exitCode === 0 && mayEnd;
}

/** Whether a pod is a Job's: those end, and are tried again by the Job. */
export const isOfJob = ({ metadata }: Pick<LiveObject, "metadata">): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind }) => kind === "Job");

/** A container as a pod has it. */
export interface PodContainer {
  name: string;
  image: string;
  imagePullPolicy?: string;
  ports?: { name?: string; containerPort: number; hostPort?: number }[];
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

/** What the cluster warned of about an object, the latest last. */
export const warningsOf = ({ object, situation }: Pick<Told, "object" | "situation">): LiveEvent[] =>
  situation.events
    .filter(({ type, involvedObject }) => type === "Warning" && involvedObject.uid === object.metadata.uid)
    .toSorted((a, b) => timeOf(a) - timeOf(b));

const timeOf = ({ lastTimestamp, eventTime, metadata }: LiveEvent) =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "") || 0;

/** `kubectl --context minikube -n shop` */
export const kubectlOf = ({ context, namespace }: Situation) => `kubectl --context ${context} -n ${namespace}`;
