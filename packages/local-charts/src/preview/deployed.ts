import { readManifests } from "../kubernetes/manifests.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import type { LastRevision } from "../live/description.ts";
import { decode, type HelmRecord, type HelmSecret, readRecords } from "../live/records.ts";

/** What Helm has on record as installed. */
export interface Deployed {
  revision: number;
  objects: KubernetesObject[];
  /** The status of a later revision that did not get there: failed, pending-upgrade … */
  later?: string;
  /** The newest revision, whatever became of it. */
  last: LastRevision;
}

/** How long an API server may take; a preview without a cluster waits for this once. */
export const PATIENCE_MS = 2_500;

/** The releases of a namespace by name. @throws Error in a few words when the cluster cannot be asked */
export async function deployedReleases(context: string, namespace: string): Promise<Map<string, Deployed>> {
  return newest(await readRecords(context, namespace, PATIENCE_MS));
}

/** As Helm chooses: the newest that is deployed; where none is, the newest that failed. */
export function newest(secrets: HelmSecret[]): Map<string, Deployed> {
  const revision = ({ metadata }: HelmSecret) => Number(metadata.labels.version);
  const status = ({ metadata }: HelmSecret) => metadata.labels.status;
  const releases = new Map<string, Deployed>();
  for (const name of new Set(secrets.map(({ metadata }) => metadata.labels.name))) {
    const own = secrets
      // 0 is the record of nothing, by which a release that lost its records goes on.
      .filter((secret) => secret.metadata.labels.name === name && revision(secret) > 0)
      .sort((a, b) => revision(b) - revision(a));
    const chosen =
      own.find((secret) => status(secret) === "deployed") ?? own.find((secret) => status(secret) === "failed");
    if (!chosen) continue;
    const later = own[0] === chosen && status(chosen) === "deployed" ? undefined : status(own[0]);
    const record = decode(chosen);
    const { info } = own[0] === chosen ? record : decode(own[0]);
    const last = { status: status(own[0]), description: info?.description ?? "" };
    releases.set(name, { revision: revision(chosen), objects: objectsOf(record), last, ...(later && { later }) });
  }
  return releases;
}

function objectsOf({ manifest, hooks }: HelmRecord): KubernetesObject[] {
  const texts = [manifest, ...(hooks ?? []).map((hook) => hook.manifest)];
  return texts.flatMap((each) => readManifests(each, "skip"));
}
