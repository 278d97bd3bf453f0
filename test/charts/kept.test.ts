// ConfigMaps that stay: an upgrade keeps the old one, a rollback finds it, and one line takes away what nothing needs.
// Helm and kubectl ask an API server that stores what it is told. Not proved here: what a cluster makes of it, nor Helm 4, which asks in
// other words than this API server knows.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Answer, ApiServer, failure, type Request } from "../support/api-server.ts";
import { chartsFolder, namespace, type Values } from "./render.ts";
import { least } from "./values.ts";

type Stored = { kind: string; metadata: { name: string; labels?: Record<string, string> }; [field: string]: unknown };
const store = new Map<string, Stored>();
/** What is answered with an error. */
let refused: RegExp | undefined;

const api = new ApiServer((request: Request): Answer => {
  const { method, path, selector, body, json } = request;
  const [, collection, name] = path.match(/^(\/apis?\/.*\/namespaces\/[^/]+\/\w+)(?:\/([^/]+))?$/) ?? [];
  if (!collection) return undefined;
  if (refused?.test(path)) return failure(403, "Forbidden");
  const sent = ["POST", "PUT", "PATCH"].includes(method) ? (json ? JSON.parse(body.toString()) : secretIn(body)) : {};
  const now = store.get(path);
  if (method === "POST") {
    const at = `${collection}/${sent.metadata.name}`;
    if (store.has(at)) return failure(409, "AlreadyExists");
    store.set(at, { ...sent, metadata: { ...sent.metadata, namespace } });
    return { status: 201, object: sent };
  }
  if (name === undefined) {
    const wanted = selector.split(",").filter((each) => each !== "");
    const items = [...store]
      .filter(([at, { metadata }]) => at.startsWith(`${collection}/`) && wanted.every((each) => has(metadata, each)))
      .map(([, object]) => object);
    return { object: { kind: `${items[0]?.kind ?? "Secret"}List`, apiVersion: "v1", metadata: {}, items } };
  }
  if (!now) return undefined;
  if (method === "DELETE") store.delete(path);
  if (method === "PUT") store.set(path, sent);
  if (method === "PATCH") store.set(path, merged(now, sent) as Stored);
  return { object: store.get(path) ?? now };
});

function has({ labels = {} }: Stored["metadata"], requirement: string): boolean {
  const [, name, not, value] = requirement.match(/^([^!=]+)(!?)=(.*)$/) ?? [];
  return (labels[name] === value) === (not === "");
}

function merged(object: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const fields = { ...(object as Values) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete fields[key];
    else fields[key] = merged(fields[key], value);
  }
  return fields;
}

/** The Secret that helm writes its record into. It sends it in Kubernetes' protobuf, whose fields are numbered. */
function secretIn(body: Buffer): Stored {
  const object = fieldsOf(fieldsOf(body.subarray(4))[2][0]);
  const metadata = fieldsOf(object[1][0]);
  const map = (entries: Buffer[] = []) =>
    entries.map(fieldsOf).map(({ 1: [key], 2: [value] = [Buffer.alloc(0)] }) => [key.toString(), value] as const);
  const labels = Object.fromEntries(map(metadata[11]).map(([key, value]) => [key, value.toString()]));
  const data = Object.fromEntries(map(object[2]).map(([key, value]) => [key, value.toString("base64")]));
  const name = metadata[1][0].toString();
  return { kind: "Secret", apiVersion: "v1", metadata: { name, labels }, type: String(object[3][0]), data };
}

function fieldsOf(message: Buffer): Record<number, Buffer[]> {
  const fields: Record<number, Buffer[]> = {};
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = number();
    const size = number();
    // Of texts, bytes and messages; a number has none, and none is needed here.
    if (tag % 8 !== 2) continue;
    const field = Math.floor(tag / 8);
    fields[field] = [...(fields[field] ?? []), message.subarray(at, at + size)];
    at += size;
  }
  return fields;
}

const run = promisify(execFile);

/** The line of docs/helm-alone.md that takes away what nothing needs. */
const page = readFileSync(join(chartsFolder, "../docs/helm-alone.md"), "utf8");
const line = /^needed=(?:.*\\\n)*.*$/m.exec(page)?.[0].replaceAll("--namespace todo", `--namespace ${namespace}`) ?? "";

describe("old ConfigMaps", () => {
  before(() => api.start());
  after(() => api.stop());

  for (const binary of ["helm"]) {
    describe(`with ${binary}`, () => {
      before(function () {
        if (spawnSync(binary, ["version"]).error) this.skip();
        store.clear();
      });

      const chart = join(chartsFolder, "todo-frontend");
      const helm = (...args: string[]) => run(binary, [...args, `--namespace=${namespace}`], { env: api.environment });
      const install = (A: string) => {
        const values = Object.entries({ image: least["todo-frontend"].image, env: { A } });
        const set = values.flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]);
        return helm("upgrade", "--install", "shop", chart, "--disable-openapi-validation", ...set);
      };

      it("stay when an upgrade makes another", async () => {
        await install("1");
        await install("2");
        assert.deepEqual([kept(), used()], [["1", "2"], "2"]);
      });

      it("are what a rollback goes back to, at its first try", async () => {
        await helm("rollback", "shop", "1");
        assert.deepEqual([kept(), used()], [["1", "2"], "1"]);
      });

      it("are taken over by an upgrade that comes to the same", async () => {
        await install("2");
        assert.deepEqual([kept(), used()], [["1", "2"], "2"]);
      });
    });
  }

  describe("are removed by the line of docs/helm-alone.md", () => {
    const collection = (group: string, kind: string) => `/${group}/namespaces/${namespace}/${kind}`;
    const configMap = (name: string, component = "config") => {
      const metadata = { name, namespace, labels: { "app.kubernetes.io/component": component } };
      store.set(`${collection("api/v1", "configmaps")}/${name}`, { apiVersion: "v1", kind: "ConfigMap", metadata });
    };
    const pod = (name: string) => ({ containers: [{ envFrom: [{ configMapRef: { name } }] }] });
    const replicaSet = (name: string) => {
      const object = { kind: "ReplicaSet", metadata: { name, namespace }, spec: { template: { spec: pod(name) } } };
      store.set(`${collection("apis/apps/v1", "replicasets")}/${name}`, { apiVersion: "apps/v1", ...object });
    };
    const cleanUp = (shell: string) => run(shell, ["-c", line], { env: api.environment });
    const names = () =>
      [...store.values()].filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name);

    beforeEach(() => {
      store.clear();
      for (const name of ["old", "rolled-back-to", "running"]) configMap(name);
      configMap("somebody-elses", "other");
      replicaSet("rolled-back-to");
      const running = { kind: "Pod", metadata: { name: "running", namespace }, spec: pod("running") };
      store.set(`${collection("api/v1", "pods")}/running`, { apiVersion: "v1", ...running });
    });

    for (const shell of ["bash", "sh"]) {
      it(`where no pod and no ReplicaSet needs them (${shell})`, async () => {
        await cleanUp(shell);
        assert.deepEqual(names().sort(), ["rolled-back-to", "running", "somebody-elses"]);
      });
    }

    it("but none where it cannot be asked who needs them", async () => {
      refused = /\/(pods|replicasets)$/;
      await assert.rejects(cleanUp("bash"));
      refused = undefined;
      assert.equal(names().length, 4);
    });
  });
});

const stored = (kind: string, name: string) =>
  [...store].find(([path]) => path.endsWith(`/${kind}/${name}`))?.[1] ?? assert.fail(`${kind} ${name} is not there`);

/** What the variable A is in each ConfigMap that there is. */
const kept = () =>
  [...store.values()]
    .filter(({ kind }) => kind === "ConfigMap")
    .map(({ data }) => (data as Values).A)
    .sort();

/** What it is for the pods of the Deployment. */
function used(): unknown {
  const { spec } = stored("deployments", "shop-todo-frontend") as unknown as { spec: { template: { spec: Values } } };
  const [{ envFrom }] = spec.template.spec.containers as { envFrom: { configMapRef: { name: string } }[] }[];
  return (stored("configmaps", envFrom[0].configMapRef.name).data as Values).A;
}
