// An API server that knows Helm's records and has what they say, which is what a preview asks a cluster for; or what a test says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import { endObservations } from "../../src/cluster/observation.ts";
import { MANAGER } from "../../src/cluster/request.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";

export interface FakeRecord {
  release: string;
  revision: number;
  status: string;
  objects: KubernetesObject[];
  /** Default: none. */
  description?: string;
}

export interface FakeCluster {
  /** A kubeconfig whose contexts lead here. */
  kubeconfig: string;
  /** Paths that were asked for. */
  asked: string[];
  /** What was sent. */
  sent: { method: string; path: string; body: unknown }[];
  close(): Promise<void>;
}

const isHook = ({ metadata }: KubernetesObject) => metadata.annotations?.["helm.sh/hook"] !== undefined;

/** A Secret as Helm's storage driver writes it. */
export function helmSecret({ release, revision, status, objects, description = "" }: FakeRecord) {
  const hooks = objects.filter(isHook).map((object) => ({ name: object.metadata.name, manifest: stringify(object) }));
  const manifest = objects.flatMap((object) => (isHook(object) ? [] : `---\n${stringify(object)}`)).join("");
  const record = JSON.stringify({ name: release, manifest, hooks, info: { status, description }, version: revision });
  const packed = gzipSync(record).toString("base64");
  return {
    metadata: { labels: { owner: "helm", name: release, status, version: String(revision) } },
    data: { release: Buffer.from(packed).toString("base64") },
  };
}

/** What a test's own API server answers: an object, or a Response of another status; undefined for what is not there. */
type Answer = (method: string, path: string) => unknown;

/** What is there of records: the records, the objects that they say, and which kinds those are. */
function answerOf(records: FakeRecord[], method: string, url: string): unknown {
  if (url.includes("owner%3Dhelm")) return { items: records.map(helmSecret) };
  const objects = records.flatMap((record) => record.objects);
  const { pathname } = new URL(url, "http://fake");
  const [, group] = /^\/(?:api|apis)\/([^/]+(?:\/v[^/]+)?)$/.exec(pathname) ?? [];
  if (group) {
    const own = objects.flatMap(({ apiVersion, kind }) => (apiVersion === group ? kind : []));
    const kinds = new Set([...own, ...(USUAL[group] ?? [])]);
    return { resources: [...kinds].map((kind) => ({ name: plural(kind), kind, namespaced: true })) };
  }
  if (method === "POST") return {};
  // A dry run of what is not there yet.
  if (method === "PATCH") return new Response("{}", { status: 201 });
  if (pathname.endsWith("/storageclasses")) return { items: [{ metadata: { annotations: DEFAULT_CLASS } }] };
  if (pathname === "/api/v1/nodes" || pathname === "/api/v1/pods") return { items: [] };
  const [list, name] = pathname.split("/").slice(-2);
  return objects.find(({ kind, metadata }) => plural(kind) === list && metadata.name === name);
}

/** Kinds that every cluster has. */
const USUAL: Record<string, string[]> = {
  v1: ["Service", "ServiceAccount", "ConfigMap", "Secret", "Pod", "PersistentVolumeClaim"],
  "apps/v1": ["Deployment", "StatefulSet", "DaemonSet"],
  "batch/v1": ["Job", "CronJob"],
  "networking.k8s.io/v1": ["NetworkPolicy", "Ingress"],
};
const DEFAULT_CLASS = { "storageclass.kubernetes.io/is-default-class": "true" };

const plural = (kind: string) => `${kind.toLowerCase()}s`;

/** @param status of every answer; 200 unless something is to go wrong, "none" for one that takes calls and says nothing */
export async function fakeCluster(
  context: string,
  records: FakeRecord[] | Answer,
  status: number | "none" = 200,
): Promise<FakeCluster> {
  // Those of tests without a cluster go on asking for one, and would ask this.
  endObservations();
  const asked: string[] = [];
  const sent: FakeCluster["sent"] = [];
  const server = createServer((request, response) => {
    const { method = "" } = request;
    // Who writes is said with every change, and of no interest to most tests.
    const url = (request.url ?? "").replace(new RegExp(`[?&]fieldManager=${MANAGER}`), "");
    // An older kubectl asks for that, before anybody else.
    if (!url.startsWith("/version")) asked.push(method === "GET" ? url : `${method} ${url}`);
    if (status === "none") return;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    // Not before all of it is here: whoever has an answer may look at what was sent.
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      if (body) sent.push({ method, path: url, body: JSON.parse(body) });
      const answer = Array.isArray(records) ? answerOf(records, method, url) : records(method, url);
      if (answer instanceof Response) {
        void answer.text().then((text) => response.writeHead(answer.status).end(text));
        return;
      }
      const found = answer === undefined && status === 200 ? 404 : status;
      response.writeHead(found, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "fake-cluster-"));
  const kubeconfig = join(folder, "config");
  const cluster = { server: `http://127.0.0.1:${port}` };
  writeFileSync(
    kubeconfig,
    stringify({
      contexts: [{ name: context, context: { cluster: "fake", user: "fake" } }],
      clusters: [{ name: "fake", cluster }],
      users: [{ name: "fake", user: { token: "of-no-use-elsewhere" } }],
    }),
  );
  const close = async () => {
    endObservations();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true });
  };
  return { kubeconfig, asked, sent, close };
}
