// An environment by its host name, at Traefik's node ports: the add-on comes with `make up`, serves an Ingress and then an
// HTTPRoute, and lets long bodies and streams through.
// Does not prove: Traefik's official image, where the cluster's own stands in for it; nor that a browser believes the
// certificate, which Node does here.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { request as plain } from "node:http";
import { request as byTls } from "node:https";
import { join } from "node:path";
import { authority } from "../../tools/places.ts";
import { selfSigned } from "../support/certificate.ts";
import type { Checkout } from "./checkout.ts";
import { placeOf, until } from "./cluster.ts";
import { json, kubectl } from "./environment.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "reach";
const namespace = `todo-${stack}`;
const host = "reach.localhost";
const url = `http://${host}:30080`;
const secure = `https://${host}:30443`;
/** Of somebody else: no authority at all. */
const other: string[] = [];

interface Answer {
  status?: number;
  /** Where it leads. */
  location?: string;
  text: string;
  /** Milliseconds from the first piece of the body to the last. */
  spread: number;
}

interface AskOptions {
  method?: string;
  body?: string;
  /** Whose certificates are believed: PEM. Default: everybody's. */
  ca?: string | string[];
}

/** Asks at an address of this machine by a host name, which no resolver has to know. */
function ask(url: string, { method = "GET", body = "", ca }: AskOptions = {}): Promise<Answer> {
  const { protocol, host, port, pathname, search } = new URL(url);
  const request = protocol === "https:" ? byTls : plain;
  const servername = new URL(url).hostname;
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const options = { method, headers: { host }, agent: false, ...trust, servername, timeout: 30_000 };
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, hostname: "127.0.0.1", port, path: `${pathname}${search}` }, (response) => {
      const pieces: [at: number, text: string][] = [];
      response.on("data", (chunk: Buffer) => pieces.push([performance.now(), chunk.toString()]));
      response.on("error", reject);
      response.on("end", () => {
        const times = pieces.map(([at]) => at);
        const spread = times.length > 0 ? (times.at(-1) as number) - times[0] : 0;
        resolve({
          status: response.statusCode,
          location: response.headers.location,
          text: pieces.map(([, text]) => text).join(""),
          spread,
        });
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${url}: nothing within 30 s`)));
    asked.on("error", reject).end(body);
  });
}

const answers = (of: string) =>
  until(of, async () => {
    const answer = await ask(of);
    return answer.status === 200 ? answer : undefined;
  });

/** Says something by a WebSocket, and answers with what is said to it. */
function said(url: string, text: string): Promise<string> {
  const { host, port, pathname } = new URL(url);
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const headers = {
    host,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-key": key,
    "sec-websocket-version": "13",
  };
  return new Promise((resolve, reject) => {
    const asked = plain({ hostname: "127.0.0.1", port, path: pathname, headers, agent: false, timeout: 30_000 });
    asked.on("timeout", () => asked.destroy(new Error(`${url}: nothing within 30 s`)));
    asked.on("response", ({ statusCode }) => reject(new Error(`${url}: expected 101, found ${statusCode}`)));
    asked.on("error", reject).on("upgrade", (_, socket) => {
      // One frame of text, masked by nothing but zeros, as a client has to; the answer is a frame without a mask.
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]));
      socket.once("data", (frame: Buffer) => {
        resolve(frame.subarray(2).toString());
        socket.destroy();
      });
    });
    asked.end();
  });
}

/** A server that says how long a body was, and one word at a time; by a WebSocket it says what it is told, in capitals. */
const ECHO = `
import base64, hashlib, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        left = length = int(self.headers["content-length"])
        while left > 0:
            left -= len(self.rfile.read(min(left, 65536)))
        text = str(length).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def do_GET(self):
        if self.headers.get("upgrade", "") == "websocket":
            key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("connection", "Upgrade")
            self.send_header("upgrade", "websocket")
            self.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            self.end_headers()
            self.wfile.flush()
            length = self.rfile.read(6)[1] & 127
            text = self.rfile.read(length).upper()
            self.wfile.write(bytes([0x81, length]) + text)
            self.wfile.flush()
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number in range(5):
            text = f"data: {number}\\n\\n".encode()
            self.wfile.write(f"{len(text):x}\\r\\n".encode() + text + b"\\r\\n")
            self.wfile.flush()
            time.sleep(0.3)
        self.wfile.write(b"0\\r\\n\\r\\n")
ThreadingHTTPServer(("", 9000), Handler).serve_forever()
`;

describe("an environment is reached by its host name", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let checkout: Checkout;
  const up = () => checkout.run(["make", "up", `ENV=${stack}`]);
  const config = (...args: string[]) => checkout.run(["pulumi", "config", ...args, "--stack", stack]);

  before(() => {
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:origin"], url);
      config.setIn(["config", "todo:cluster", "ingressClass"], "traefik");
    });
    ({ checkout } = own);
  });

  after(() => own?.end());

  it("`make up` brings what serves it, and waits for the page at its own address", async () => {
    const said = up();
    assert.match(said, /^Todo \(reach\) is at http:\/\/reach\.localhost:30080$/m);
    assert.doesNotMatch(said, /and this cluster has none/);
    const ingresses = json(stack, "get", "ingresses").items;
    assert.deepEqual(
      ingresses.map(({ spec }: { spec: object }) => (spec as { ingressClassName: string }).ingressClassName),
      ["traefik"],
    );
    assert.match((await answers(url)).text, /<html/);
    assert.equal((await ask("https://nobody.localhost:30443")).status, 404);
  });

  it("a second one brings nothing", () => assert.doesNotMatch(up(), /add-on/));

  it("pages, API and database answer through it", async () => {
    const { status, text } = await ask(`${url}/api/todos`);
    assert.deepEqual([status, JSON.parse(text)], [200, []]);
  });

  it("a body of 10 MB, a stream and a WebSocket pass", async () => {
    const image = json(stack, "get", "deployment", `todo-backend-${stack}`).spec.template.spec.containers[0].image;
    const labels = { app: "echo" };
    const securityContext = {
      ...{ runAsNonRoot: true, runAsUser: 10001, allowPrivilegeEscalation: false },
      ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
    };
    const command = ["python", "-c", ECHO];
    const container = { name: "echo", image, command, ports: [{ containerPort: 9000 }], securityContext };
    const path = { path: "/", pathType: "Prefix", backend: { service: { name: "echo", port: { number: 9000 } } } };
    const objects = [
      { apiVersion: "v1", kind: "Pod", metadata: { name: "echo", labels }, spec: { containers: [container] } },
      {
        ...{ apiVersion: "v1", kind: "Service", metadata: { name: "echo" } },
        spec: { selector: labels, ports: [{ port: 9000 }] },
      },
      {
        ...{ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "echo" } },
        spec: { ingressClassName: "traefik", rules: [{ host: "echo.localhost", http: { paths: [path] } }] },
      },
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const place = ["--context", "todo-on-minikube", "--namespace", namespace];
    placeOf(stack).run(list, "kubectl", ...place, "apply", "--filename", "-");
    try {
      const echo = "http://echo.localhost:30080";
      const stream = await answers(`${echo}/stream`);
      assert.match(stream.text, /data: 0\n\n.*data: 4\n\n/s);
      assert.ok(stream.spread > 900, `five words, 300 ms apart, came within ${Math.round(stream.spread)} ms`);
      assert.equal(await said(`${echo}/socket`, "well said"), "WELL SAID");
      const body = "x".repeat(10 * 2 ** 20);
      const { status, text } = await ask(`${echo}/`, { method: "POST", body });
      assert.deepEqual([status, text], [200, String(body.length)]);
    } finally {
      kubectl(stack, "delete", "pod,service,ingress", "echo", "--grace-period=1");
    }
  });

  it("is led from http to https, whose certificate is believed by who knows this machine's authority, and by nobody else", async () => {
    config("set", "todo:origin", secure);
    config("set", "--path", "todo:cluster.tlsSecret", "false");
    assert.match(up(), /^Todo \(reach\) is at https:\/\/reach\.localhost:30443$/m);
    assert.match((await answers(secure)).text, /<html/);
    const { status, location } = await ask(`${url}/api/todos?done=1`);
    assert.deepEqual([status, location], [302, `${secure}/api/todos?done=1`]);
    const ca = readFileSync(join(authority, "ca.pem"), "utf8");
    assert.equal((await ask(secure, { ca })).status, 200);
    await assert.rejects(ask(secure, { ca: other }), /certificate/);
  });

  it("shows the certificate that its stack file gives, and the next one when that is given; the key of another is refused", async () => {
    const [first, second] = [selfSigned([host]), selfSigned([host])];
    config("rm", "--path", "todo:cluster.tlsSecret");
    const set = ["pulumi", "config", "set", "--stack", stack];
    const certificate = (input: string) => checkout.run([...set, "--path", "todo:tls.certificate"], { input });
    const key = (input: string) => checkout.run([...set, "--secret", "todo:tlsKey"], { input });
    certificate(first.certificate);
    key(second.key);
    const { status, said } = checkout.try(["pulumi", "preview", "--stack", stack]);
    assert.notEqual(status, 0);
    assert.match(said, /todo:tlsKey: expected the key of todo:tls\.certificate, found another one's/);
    key(first.key);
    up();
    const believed = async (certificate: string) =>
      (await ask(secure, { ca: certificate }).catch(() => undefined))?.status === 200 || undefined;
    assert.ok(await until("the certificate of the stack file", () => believed(first.certificate)));
    certificate(second.certificate);
    key(second.key);
    up();
    assert.ok(await until("the next one", () => believed(second.certificate)));
    const secrets = json(stack, "get", "secrets", "--field-selector", "type=kubernetes.io/tls").items;
    assert.equal(secrets.length, 1, "that of the first certificate is gone");
    config("rm", "todo:tls");
    config("rm", "todo:tlsKey");
  });

  it("a Gateway does it instead, by https alone, and then by http too", async () => {
    config("rm", "--path", "todo:cluster.ingressClass");
    config("set", "--path", "todo:cluster.gateway.name", "public");
    config("set", "--path", "todo:cluster.gateway.namespace", "todo-ingress");
    up();
    assert.match((await answers(secure)).text, /<html/);
    assert.equal((await ask(url)).status, 302);
    config("set", "todo:origin", url);
    assert.match(up(), /^Todo \(reach\) is at http:\/\/reach\.localhost:30080$/m);
    assert.deepEqual(json(stack, "get", "ingresses").items, []);
    const [route, ...more] = json(stack, "get", "httproutes").items;
    assert.deepEqual([route.spec.hostnames, more], [[host], []]);
    assert.match((await answers(url)).text, /<html/);
    assert.match((await answers(secure)).text, /<html/);
  });
});
