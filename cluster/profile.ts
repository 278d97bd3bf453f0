// The one Minikube profile of the project: its name, its size, and the record of how it was made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";
import { state } from "../tools/places.ts";

export { profile, publishedPorts } from "../settings/minikube.ts";

export const kubernetesVersion = `v${KUBERNETES_VERSION}`;
export const cpus = 2;
export const memoryMiB = 4096;
export const diskGiB = 8;

/** How the cluster's machine came about. Decided when the cluster is made, and kept while any of it is there. */
export interface ClusterRecord {
  /** `own`: the project's engine (cluster/offline) · `present`: the Docker engine that this machine has */
  engine: "own" | "present";
  /** `made`: images from packages and builds (cluster/offline) · `pulled`: the official ones */
  images: "made" | "pulled";
  /** uid of the namespace kube-system: tells one cluster from another of the same name; unset until its first start ended well */
  uid?: string;
  /** Which version of what is installed into a bare cluster it has (cluster/offline/addons.ts). */
  additions?: string;
}

/** A cluster that has answered. */
export type StartedCluster = ClusterRecord & { uid: string };

const file = join(state, "cluster.json");

export const readRecord = (): ClusterRecord | undefined =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;

export function writeRecord(record: ClusterRecord): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Pulumi's local state for this cluster: a new cluster starts with none, so that state and cluster never disagree. */
export const pulumiState = ({ uid }: ClusterRecord) => join(state, "pulumi", uid ?? "unset");
