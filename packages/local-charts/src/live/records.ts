// Helm's records of a release, and their repair: whatever Pulumi believes is installed, Helm has to be able to do next what
// Pulumi asks of it. A record that is gone, or was never ended, would make that impossible.
import { gunzipSync, gzipSync } from "node:zlib";
import { isPair, isScalar, isMap as isYamlMap, parseAllDocuments } from "yaml";
import { clusterRequest, NotThere } from "../cluster/request.ts";
import { identity, type KubernetesObject } from "../kubernetes/object.ts";
import type { LastRevision } from "./description.ts";

/** A Secret in which Helm keeps a revision. */
export interface HelmSecret {
  metadata: { name?: string; namespace?: string; labels: Record<string, string>; [field: string]: unknown };
  data: { release: string };
  [field: string]: unknown;
}

/** What Helm writes down of a revision, as far as it is read here. */
export interface HelmRecord {
  name: string;
  version: number;
  manifest: string;
  hooks?: { manifest: string }[];
  info: { status: string; description?: string; [field: string]: unknown };
  [field: string]: unknown;
}

const PATIENCE_MS = 10_000;

/** Kubernetes' base64 around Helm's own, around gzip, around JSON. */
export function decode({ data }: Pick<HelmSecret, "data">): HelmRecord {
  return JSON.parse(gunzipSync(Buffer.from(Buffer.from(data.release, "base64").toString(), "base64")).toString());
}

/** The other way round. */
export function encode(record: HelmRecord): string {
  return Buffer.from(gzipSync(JSON.stringify(record)).toString("base64")).toString("base64");
}

/** Those of a namespace that were not superseded: the others are most of what there is, and nothing goes on from them. */
export async function readRecords(
  context: string,
  namespace: string,
  milliseconds = PATIENCE_MS,
): Promise<HelmSecret[]> {
  const selector = encodeURIComponent("owner=helm,status!=superseded");
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`;
  return ((await clusterRequest(context, path, { milliseconds })) as { items: HelmSecret[] }).items;
}

/** The newest revision of a release. */
export function lastOf(secrets: HelmSecret[], release: string): HelmSecret | undefined {
  const own = secrets.filter(({ metadata }) => metadata.labels.name === release);
  return own.sort((a, b) => Number(a.metadata.labels.version) - Number(b.metadata.labels.version)).at(-1);
}

/**
 * Makes Helm able to go on with a release: an operation that was interrupted is down as failed, and where there is no record
 * at all there is one of nothing, of revision 0. Whoever calls holds the stack's lock, so nothing else is installing it.
 * @returns the last revision, and the status that it had before where that was mended; neither where there was no record
 */
export async function mendRecord(
  context: string,
  namespace: string,
  release: string,
): Promise<{ last?: LastRevision; mended?: string }> {
  const last = lastOf(await readRecords(context, namespace), release);
  if (!last) {
    await putNothing(context, namespace, release);
    return {};
  }
  const { status } = last.metadata.labels;
  if (GOES_ON.includes(status)) return { last: { status, description: decode(last).info.description ?? "" } };
  const description = `${status}, and not ended`;
  await redescribe(context, last, description, "failed");
  return { last: { status: "failed", description }, mended: status };
}

/** Has another description down of a revision, and another status where one is given. */
export async function redescribe(
  context: string,
  secret: HelmSecret,
  description: string,
  status = secret.metadata.labels.status,
): Promise<void> {
  const record = decode(secret);
  const info = { ...record.info, status, description };
  const metadata = { ...secret.metadata, labels: { ...secret.metadata.labels, status } };
  const body = { ...secret, metadata, data: { release: encode({ ...record, info }) } };
  const path = pathOf(String(secret.metadata.namespace), secret.metadata.name);
  await clusterRequest(context, path, { milliseconds: PATIENCE_MS, method: "PUT", body });
}

/**
 * Has Helm let go of the number of pods of workloads: what is on record and no longer in the chart Helm takes away, and the
 * API server would put a 1 there, whatever an autoscaler is about to want.
 */
export async function letGoOfReplicas(
  context: string,
  namespace: string,
  release: string,
  workloads: KubernetesObject[],
): Promise<void> {
  const records = (await readRecords(context, namespace)).filter(({ metadata }) => metadata.labels.name === release);
  for (const secret of records) {
    const record = decode(secret);
    const manifest = withoutReplicas(record.manifest, workloads, namespace);
    if (manifest === record.manifest) continue;
    const body = { ...secret, data: { release: encode({ ...record, manifest }) } };
    const path = pathOf(String(secret.metadata.namespace), secret.metadata.name);
    await clusterRequest(context, path, { milliseconds: PATIENCE_MS, method: "PUT", body });
  }
}

/** A manifest without the line of spec.replicas of those workloads; all else is as it was. */
export function withoutReplicas(manifest: string, workloads: KubernetesObject[], namespace: string): string {
  const wanted = new Set(workloads.map((object) => identity(object, namespace)));
  const documents = parseAllDocuments(manifest);
  const lines = (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const object = document.errors.length === 0 ? (document.toJS() as KubernetesObject | null) : null;
    if (!object?.metadata || !wanted.has(identity(object, namespace))) return [];
    const spec = document.get("spec", true);
    const pair = isYamlMap(spec) && spec.items.find(({ key }) => isScalar(key) && key.value === "replicas");
    if (!isPair(pair) || !isScalar(pair.key) || !pair.key.range) return [];
    const start = manifest.lastIndexOf("\n", pair.key.range[0]) + 1;
    const end = manifest.indexOf("\n", start) + 1 || manifest.length;
    return /^ +replicas: *\d+\s*$/.test(manifest.slice(start, end)) ? [[start, end]] : [];
  });
  return lines.reduceRight((text, [start, end]) => text.slice(0, start) + text.slice(end), manifest);
}

/** Statuses of a last revision that Helm goes on from; it stops at those of an operation that was interrupted, or uninstalled. */
const GOES_ON = ["deployed", "failed", "superseded"];

const pathOf = (namespace: string, name = "") => `/api/v1/namespaces/${namespace}/secrets${name && `/${name}`}`;
const nothingOf = (release: string) => `sh.helm.release.v1.${release}.v0`;

/** A failed release of no objects: an install takes its name again, an upgrade goes on from it, and both count from 1. */
async function putNothing(context: string, namespace: string, release: string): Promise<void> {
  const now = new Date().toISOString();
  const record: HelmRecord = {
    ...{ name: release, namespace, version: 0, manifest: "", config: {} },
    chart: {
      metadata: { name: release, version: "0.0.0", apiVersion: "v2" },
      templates: [],
      values: {},
      schema: null,
      files: [],
    },
    info: {
      first_deployed: now,
      last_deployed: now,
      deleted: "",
      status: "failed",
      description: "nothing is installed",
    },
  };
  const labels = { owner: "helm", name: release, status: "failed", version: "0" };
  const body = {
    ...{ apiVersion: "v1", kind: "Secret", type: "helm.sh/release.v1" },
    ...{ metadata: { name: nothingOf(release), namespace, labels }, data: { release: encode(record) } },
  };
  await clusterRequest(context, pathOf(namespace), { milliseconds: PATIENCE_MS, method: "POST", body });
}

/** Takes the record of nothing away, which has served when there is another. */
export async function removeNothing(context: string, namespace: string, release: string): Promise<void> {
  try {
    const options = { milliseconds: PATIENCE_MS, method: "DELETE" } as const;
    await clusterRequest(context, pathOf(namespace, nothingOf(release)), options);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
  }
}
