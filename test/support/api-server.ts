// A small API server on loopback, for helm and kubectl: it knows some kinds, and answers as the test says. It checks nothing.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

/** What it says it knows: clients look each object's kind up. */
const kinds: Record<string, string[]> = {
  v1: ["ConfigMap", "Pod", "Secret", "Service", "ServiceAccount"],
  "apps/v1": ["Deployment", "ReplicaSet", "StatefulSet"],
  "batch/v1": ["Job"],
  "networking.k8s.io/v1": ["NetworkPolicy"],
};
const groups = Object.keys(kinds)
  .filter((groupVersion) => groupVersion.includes("/"))
  .map((groupVersion) => {
    const [name, version] = groupVersion.split("/");
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
  });

export interface Request {
  method: string;
  path: string;
  /** Of a list: the labels that are asked for. */
  selector: string;
  body: Buffer;
  json: boolean;
}
export type Answer = { status?: number; object: unknown } | undefined;

export class ApiServer {
  /** Paths below a namespace. */
  asked: string[] = [];
  #server: Server;
  #folder = mkdtempSync(join(tmpdir(), "api-server-"));
  #kubeconfig = join(this.#folder, "config");

  /** @param answer what is there; nothing is a 404 */
  constructor(answer: (request: Request) => Answer) {
    this.#server = createServer((request, response) => {
      const { pathname: path, searchParams } = new URL(request.url ?? "", "http://localhost");
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        if (path.includes("/namespaces")) this.asked.push(path);
        // Schemas: none, so that nothing is checked against one.
        if (path === "/openapi/v2") {
          return response.writeHead(200, { "content-type": "application/octet-stream" }).end();
        }
        const json = request.headers["content-type"]?.includes("json") ?? false;
        const selector = searchParams.get("labelSelector") ?? "";
        const asked = { method: request.method ?? "", path, selector, body: Buffer.concat(parts), json };
        const { status = 200, object } = known(path) ?? answer(asked) ?? failure(404, "NotFound");
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(object));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    const cluster = { server: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` };
    const config = {
      "current-context": "fake",
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      clusters: [{ name: "fake", cluster }],
      users: [{ name: "fake", user: { token: "of-no-use-elsewhere" } }],
    };
    writeFileSync(this.#kubeconfig, stringify(config));
  }

  /** For whoever asks it: a cache of its own, as another server may have had its port before. */
  get environment() {
    return { ...process.env, KUBECONFIG: this.#kubeconfig, KUBECACHEDIR: join(this.#folder, "cache") };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true });
  }
}

export const failure = (code: number, reason: string) => ({
  status: code,
  object: { kind: "Status", apiVersion: "v1", status: "Failure", reason, code },
});

/** Name of a kind in a path. */
const resource = (kind: string) => (kind === "NetworkPolicy" ? "networkpolicies" : `${kind.toLowerCase()}s`);

/** What is the same whatever the test is. */
function known(path: string): Answer {
  if (path === "/version") return { object: { major: "1", minor: "35", gitVersion: "v1.35.1" } };
  if (path === "/api") return { object: { kind: "APIVersions", versions: ["v1"] } };
  if (path === "/apis") return { object: { kind: "APIGroupList", apiVersion: "v1", groups } };
  const [, groupVersion = ""] = path.match(/^\/apis?\/(.+)$/) ?? [];
  if (!(groupVersion in kinds)) return undefined;
  const verbs = ["create", "delete", "get", "list", "patch", "update"];
  const resources = kinds[groupVersion].map((kind) => ({ name: resource(kind), kind, namespaced: true, verbs }));
  return { object: { kind: "APIResourceList", groupVersion, resources } };
}
