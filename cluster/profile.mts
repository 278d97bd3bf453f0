// The one Minikube profile of the project: its name, its size, and the record of how it was made.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { state } from "../tools/places.mts";

export const profile = "todo-on-minikube";
export const kubernetesVersion = "v1.35.1";
export const cpus = 2;
export const memoryMiB = 4096;
export const diskGiB = 8;

/**
 * Node ports that are published on 127.0.0.1. Docker publishes ports only when a container is made, so the whole range
 * that environments may use is taken at once; a stack's NodePort has to lie in it to be reachable from the browser.
 */
export const publishedPorts = [30300, 30301, 30302, 30303, 30080, 30443];

/** How the cluster's machine came about. Decided once, when the cluster is first made; `make clean` forgets it. */
export interface ClusterRecord {
  /** `own`: the project's engine (cluster/offline) · `present`: the Docker engine that this machine has */
  engine: "own" | "present";
  /** `made`: images from packages and builds (cluster/offline) · `pulled`: the official ones */
  images: "made" | "pulled";
  /** uid of the namespace kube-system: tells one cluster from another of the same name; unset until its first start ended well */
  uid?: string;
}

const file = join(state, "cluster.json");

export const readRecord = (): ClusterRecord | undefined =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;

export function writeRecord(record: ClusterRecord): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

export const forgetRecord = () => rmSync(file, { force: true });

/** Pulumi's local state for this cluster: a new cluster starts with none, so that state and cluster never disagree. */
export const pulumiState = ({ uid }: ClusterRecord) => join(state, "pulumi", uid ?? "unset");

/** What minikube, docker and their callers need in the environment to reach this cluster. */
export async function clusterEnvironment(record: ClusterRecord): Promise<Record<string, string>> {
  return record.engine === "own" || record.images === "made"
    ? (await import("./offline/index.mts")).environment(record)
    : {};
}
