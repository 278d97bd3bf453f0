import { gunzipSync } from "node:zlib";
import { clusterGet } from "../cluster/request.ts";
import { readManifests } from "../kubernetes/manifests.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";

/** What Helm has on record as installed. */
export interface Deployed {
  revision: number;
  objects: KubernetesObject[];
  /** The status of a later revision that did not get there: failed, pending-upgrade … */
  later?: string;
}

interface HelmSecret {
  metadata: { labels: Record<string, string> };
  data: { release: string };
}

interface HelmRecord {
  manifest: string;
  hooks?: { manifest: string }[];
}

/** How long an API server may take; a preview without a cluster waits for this once. */
export const PATIENCE_MS = 2_500;

/** The releases of a namespace by name. @throws Error in a few words when the cluster cannot be asked */
export async function deployedReleases(context: string, namespace: string): Promise<Map<string, Deployed>> {
  // Revisions that were superseded are most of what there is, and nothing that Helm compares with.
  const selector = encodeURIComponent("owner=helm,status!=superseded");
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`;
  const { items } = (await clusterGet(context, path, PATIENCE_MS)) as { items: HelmSecret[] };
  return newest(items);
}

/** As Helm chooses: the newest that is deployed; where none is, the newest that failed. */
export function newest(secrets: HelmSecret[]): Map<string, Deployed> {
  const revision = ({ metadata }: HelmSecret) => Number(metadata.labels.version);
  const status = ({ metadata }: HelmSecret) => metadata.labels.status;
  const releases = new Map<string, Deployed>();
  for (const name of new Set(secrets.map(({ metadata }) => metadata.labels.name))) {
    const own = secrets
      .filter(({ metadata }) => metadata.labels.name === name)
      .sort((a, b) => revision(b) - revision(a));
    const chosen =
      own.find((secret) => status(secret) === "deployed") ?? own.find((secret) => status(secret) === "failed");
    if (!chosen) continue;
    const later = own[0] === chosen && status(chosen) === "deployed" ? undefined : status(own[0]);
    releases.set(name, { revision: revision(chosen), ...decode(chosen.data.release), ...(later && { later }) });
  }
  return releases;
}

/** Kubernetes' base64 around Helm's own, around gzip, around JSON. */
function decode(release: string): { objects: KubernetesObject[] } {
  const text = gunzipSync(Buffer.from(Buffer.from(release, "base64").toString(), "base64")).toString();
  const { manifest, hooks } = JSON.parse(text) as HelmRecord;
  const texts = [manifest, ...(hooks ?? []).map((hook) => hook.manifest)];
  return { objects: texts.flatMap((each) => readManifests(each, "skip")) };
}
