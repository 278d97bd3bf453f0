// Requests from inside the cluster, as many as two cores give, and an account of each: a pod of the page's own image.
import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "./cluster.ts";

/** What came of the requests of one kind. */
export interface Count {
  sent: number;
  /** By what came in the place of a success: a status, or an error's code. */
  failed: Record<string, number>;
  /** The longest, in milliseconds. */
  longest: number;
}

/** By kind: `GET keep-alive`. */
export type Account = Record<string, Count>;

const POD = "load";
const STOP = "/tmp/stop";

/**
 * What the pod runs: for each kind some workers, each with a session of its own, one request after the other, until it is told
 * to stop. Of a POST it is known how many were answered with 201, so rows can be counted afterwards.
 */
const SCRIPT = `
const http = require("node:http"), fs = require("node:fs");
const target = new URL(process.env.TARGET);
const account = {};
const send = (agent, method, path, headers = {}, body) => new Promise((done) => {
  const began = Date.now();
  const end = (status, text, set) => done({ status, text, set, took: Date.now() - began });
  const request = http.request({ agent, host: target.hostname, port: target.port, method, path, timeout: 20000,
    headers: { host: process.env.HOST || target.host, ...headers, ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }) } },
    (response) => { let text = ""; response.on("data", (chunk) => (text += chunk)); response.on("end", () => end(response.statusCode, text, response.headers["set-cookie"] || [])); response.on("error", (error) => end(error.code, "", [])); });
  request.on("timeout", () => request.destroy(Object.assign(new Error(), { code: "TIMEOUT" })));
  request.on("error", (error) => end(error.code, "", []));
  request.end(body);
});
async function session(agent) {
  while (!fs.existsSync("${STOP}")) {
    const { status, text, set } = await send(agent, "GET", "/api/session");
    if (status === 200) return { cookie: set.map((each) => each.split(";")[0]).join("; "), "x-csrf-token": JSON.parse(text).csrf_token };
    await new Promise((done) => setTimeout(done, 200));
  }
  return {};
}
async function worker(method, keepAlive, number) {
  const kind = method + (keepAlive ? " keep-alive" : " connection each");
  const count = (account[kind] ??= { sent: 0, failed: {}, longest: 0 });
  const agent = new http.Agent({ keepAlive, maxSockets: 1 });
  let headers = method === "POST" ? await session(agent) : {};
  while (!fs.existsSync("${STOP}")) {
    const body = method === "POST" ? JSON.stringify({ title: "load " + number }) : undefined;
    const path = method === "POST" ? "/api/todos" : process.env.PATH_GET;
    let { status, took } = await send(agent, method, path, headers, body);
    if (status === 401 || status === 403) {
      // Its key is another: the page takes a new session then, once.
      headers = await session(agent);
      ({ status, took } = await send(agent, method, path, headers, body));
    }
    count.sent += 1;
    if (status !== (method === "POST" ? 201 : 200)) count.failed[status] = (count.failed[status] || 0) + 1;
    count.longest = Math.max(count.longest, took);
    if (method === "POST") await new Promise((done) => setTimeout(done, 20));
  }
}
const until = setTimeout(() => fs.writeFileSync("${STOP}", ""), 900000);
Promise.all([0, 1].flatMap((n) => [worker("GET", true, n), worker("GET", false, n), worker("POST", true, n), worker("POST", false, n)]))
  .then(() => { clearTimeout(until); console.log("ACCOUNT " + JSON.stringify(account)); });
`;

export interface LoadOptions {
  /** Where the requests go: `http://todo-frontend-x:3000`. */
  target: string;
  /** The image of the page, which has Node. */
  image: string;
  /** What GETs ask for. Default: a session, which the backend answers without the todos, as those are many by then. */
  path?: string;
  /** The Host header, behind a controller. */
  host?: string;
  /** Where the pod runs. Default: wherever there is room. */
  node?: string;
}

/** Starts requests, and answers with what ends them and gives the account. */
export async function load(place: Place, { target, image, path = "/api/session", host = "", node }: LoadOptions) {
  const pod = {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: POD, labels: { app: POD } } },
    spec: {
      ...(node && { nodeName: node }),
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          ...{ name: POD, image, command: ["node", "-e", SCRIPT] },
          env: Object.entries({ TARGET: target, PATH_GET: path, HOST: host }).map(([name, value]) => ({ name, value })),
          resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "800m", memory: "256Mi" } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
  const namespace = ["--namespace", `todo-${place.stack}`, "--context", "todo-on-minikube"];
  place.kubectl("delete", "pod", POD, "--ignore-not-found", "--wait=true");
  place.run(JSON.stringify(pod), "kubectl", ...namespace, "create", "-f", "-");
  place.kubectl("wait", "pod", POD, "--for=condition=Ready", "--timeout=60s");
  return async (): Promise<Account> => {
    place.kubectl("exec", POD, "--", "touch", STOP);
    for (let tries = 0; tries < 60; tries += 1) {
      const said = /^ACCOUNT (.*)$/m.exec(place.kubectl("logs", POD));
      if (said) {
        place.kubectl("delete", "pod", POD, "--wait=true");
        return JSON.parse(said[1]) as Account;
      }
      await sleep(500);
    }
    throw new Error(`${POD}: told to stop, it goes on:\n${place.kubectl("logs", POD, "--tail=5")}`);
  };
}

/** Of the requests of an account those that left a row, as they were answered for. */
export function rowsOf(account: Account): number {
  const posts = Object.entries(account).filter(([kind]) => kind.startsWith("POST"));
  return posts.reduce((rows, [, { sent, failed }]) => rows + sent - sum(Object.values(failed)), 0);
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

/**
 * While the database was away: what fails has a status that says that it will be back, and an answer takes no longer than
 * the limits of the connections before it.
 * @param expected 503 is the backend's; 502 the page's, while no backend is ready
 */
export function assertToldToComeBack(account: Account, expected = ["503"]): void {
  const statuses = new Set(Object.values(account).flatMap(({ failed }) => Object.keys(failed)));
  assert.deepEqual(
    [...statuses].filter((status) => !expected.includes(status)),
    [],
    JSON.stringify(account),
  );
  const longest = Math.max(...Object.values(account).map((count) => count.longest));
  assert.ok(longest < 15_000, `${longest} ms`);
}

/** All requests of an account together. */
export function total(account: Account): { sent: number; failed: number } {
  const counts = Object.values(account);
  return {
    sent: sum(counts.map(({ sent }) => sent)),
    failed: sum(counts.flatMap(({ failed }) => Object.values(failed))),
  };
}
