// Ids, events and counts of requests, with a server of Node.js in the place of Next.js. Does not prove: that Next.js has the
// requests go through such a server (test/e2e/metrics.test.ts).
import { Agent, createServer, get, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requestId, structureConsole } from "../lib/logs";
import { createMetrics, type Metrics, serveMetrics } from "../lib/metrics";
import { parseMetricsPort } from "../lib/metrics-port";
import { observeRequests } from "../lib/observe";
import { idOf } from "../lib/request-id";
import { routeOf } from "../lib/routes";

const HEX = /^[0-9a-f]{32}$/;
const undo: (() => unknown)[] = [];
let metrics: Metrics;
let server: Server;
let written: string[];
let seen: (string | string[] | undefined)[];

const addressOf = (of: Server) => of.address() as AddressInfo;
const events = () => written.map((line) => JSON.parse(line));

async function listening(of: Server): Promise<void> {
  undo.push(() => of.close());
  if (!of.listening) await new Promise<void>((done) => of.once("listening", done));
}

beforeEach(async () => {
  written = [];
  seen = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => written.push(String(line)) > 0);
  metrics = createMetrics();
  server = createServer((asked, response) => {
    seen.push(asked.headers["x-request-id"]);
    if (asked.url === "/hangs") return;
    if (asked.url === "/says") console.warn("\u001b[33mone\nof %s\u001b[0m", asked.url);
    response.writeHead(asked.url?.startsWith("/api/none") ? 404 : 200).end();
  }).listen(0, "127.0.0.1");
  await listening(server);
});

afterEach(() => {
  for (const each of undo.splice(0).reverse()) each();
  vi.restoreAllMocks();
});

function observe(own?: Server): void {
  undo.push(observeRequests(metrics, own));
}

/** The id that an answer has. */
function ask(path: string, headers: Record<string, string> = {}, agent?: Agent, method = "GET"): Promise<unknown> {
  return new Promise((done, fail) => {
    request({ agent, method, headers, path, host: "127.0.0.1", port: addressOf(server).port }, (response) => {
      response.resume().on("end", () => done(response.headers["x-request-id"]));
    })
      .on("error", fail)
      .end();
  });
}

async function counted(): Promise<string[]> {
  const text = await metrics.register.metrics();
  return text.split("\n").filter((line) => /^http_requests_(total|in_flight)/.test(line));
}

describe("metrics", () => {
  it("have one series for a thousand paths that there are not", async () => {
    observe();
    const agent = new Agent({ keepAlive: true });
    undo.push(() => agent.destroy());
    for (let number = 0; number < 1000; number++) await ask(`/api/none/${number}`, {}, agent);
    await vi.waitFor(async () =>
      expect(await counted()).toEqual([
        'http_requests_total{method="GET",route="other",status="404"} 1000',
        "http_requests_in_flight 0",
      ]),
    );
  });

  it("know the templates of routes, and nobody's own methods", async () => {
    observe();
    await ask("/api/todos/17?a=b");
    await ask("/_next/static/chunk.js");
    await ask("/", { "user-agent": "kube-probe/1.35" });
    await ask("/api/todos", {}, undefined, "PROPFIND");
    await vi.waitFor(async () =>
      expect(await counted()).toEqual([
        'http_requests_total{method="GET",route="/api/todos/{todo_id}",status="200"} 1',
        'http_requests_total{method="GET",route="/_next",status="200"} 1',
        'http_requests_total{method="GET",route="probe",status="200"} 1',
        'http_requests_total{method="other",route="/api/todos",status="200"} 1',
        "http_requests_in_flight 0",
      ]),
    );
  });

  it("tell whose client went away before the answer", async () => {
    observe();
    const asked = get({ host: "127.0.0.1", port: addressOf(server).port, path: "/hangs" }).on("error", () => {});
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    expect(await counted()).toEqual(["http_requests_in_flight 1"]);
    asked.destroy();
    await vi.waitFor(async () =>
      expect(await counted()).toEqual([
        'http_requests_total{method="GET",route="other",status="499"} 1',
        "http_requests_in_flight 0",
      ]),
    );
  });

  it("are on a port of their own, and who asks for them is not counted", async () => {
    const failed = vi.fn();
    const own = serveMetrics(metrics, "127.0.0.1", 0, failed);
    await listening(own);
    observe(own);
    const answer = await fetch(`http://127.0.0.1:${addressOf(own).port}/metrics`);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(await answer.text()).toContain("process_cpu_seconds_total");
    expect(await counted()).toEqual(["http_requests_in_flight 0"]);
    expect(written).toEqual([]);
    serveMetrics(metrics, "127.0.0.1", addressOf(own).port, failed);
    await vi.waitFor(() => expect(failed.mock.calls[0]?.[0].code).toBe("EADDRINUSE"));
  });
});

describe("an id", () => {
  it.each(["a", "5f3c-0.B_z", "x".repeat(64)])("that a request brings is kept: %s", async (given) => {
    observe();
    expect(await ask("/", { "x-request-id": given })).toBe(given);
    expect(seen).toEqual([given]);
    await vi.waitFor(() => expect(events()[0]?.request_id).toBe(given));
  });

  it.each(["", "x".repeat(65), "x".repeat(10_000), "a b", 'a"b', "a\tb"])(
    "that may not be one is replaced: %j",
    async (given) => {
      observe();
      const id = await ask("/", { "x-request-id": given });
      expect(id).toMatch(HEX);
      expect(seen).toEqual([id]);
    },
  );

  it("with a line end, or several, is none", () => {
    for (const given of ["a\n", "a\r\nb: c", ["a"], undefined]) expect(idOf(given)).toMatch(HEX);
  });

  it("is of one request, also on a connection that is kept", async () => {
    observe();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    undo.push(() => agent.destroy());
    const ids = [await ask("/", {}, agent), await ask("/", {}, agent)];
    expect(new Set(ids).size).toBe(2);
    expect(seen).toEqual(ids);
    expect(requestId.getStore()).toBeUndefined();
  });
});

describe("events", () => {
  it("are one line of JSON each, without query and cookie", async () => {
    observe();
    await ask("/api/todos?token=canary", { cookie: "a=canary", "x-request-id": "one" });
    await vi.waitFor(() => expect(written).toHaveLength(1));
    expect(written[0]).toMatch(/^\{.*\}\n$/);
    const { time, duration_ms, ...others } = events()[0];
    expect([Date.parse(time) > 0, duration_ms >= 0]).toEqual([true, true]);
    expect(others).toEqual({
      ...{ level: "info", logger: "requests", message: "GET /api/todos 200", request_id: "one" },
      ...{ method: "GET", path: "/api/todos", route: "/api/todos", status: 200 },
    });
  });

  it("say what was said on the console while a request was answered, with its id", async () => {
    undo.push(structureConsole());
    observe();
    await ask("/says", { "x-request-id": "two" });
    await vi.waitFor(() => expect(written).toHaveLength(2));
    expect(events()[0]).toMatchObject({
      level: "warning",
      logger: "console",
      message: "one\nof /says",
      request_id: "two",
    });
    console.log("");
    console.error(new Error("broken"));
    expect(written).toHaveLength(3);
    expect(events()[2].message).toMatch(/^Error: broken\n {4}at /);
    expect(events()[2].level).toBe("error");
  });

  it("leave the kubelet's probes out, and no other request that says it is one", async () => {
    observe();
    await ask("/", { "user-agent": "kube-probe/1.35" });
    await ask("/api/todos", { "user-agent": "kube-probe/1.35" });
    await vi.waitFor(() => expect(events().map(({ path }) => path)).toEqual(["/api/todos"]));
  });
});

it("routes are as many as there are, whatever the path", () => {
  expect(["/", "/_next/a", "/api/todos/0", "/api/todos/1", "/%2e", ""].map(routeOf)).toEqual([
    ...["/", "/_next", "other", "/api/todos/{todo_id}", "other", "other"],
  ]);
});

it("the port of the metrics is one, or none", () => {
  expect([undefined, "", "1", "65535"].map(parseMetricsPort)).toEqual([undefined, undefined, 1, 65535]);
  for (const wrong of ["0", "65536", "1.5", "canary"]) {
    expect(() => parseMetricsPort(wrong)).toThrow(
      /^METRICS_PORT is malformed, expected a port from 1 to 65535, or nothing; /,
    );
  }
});
