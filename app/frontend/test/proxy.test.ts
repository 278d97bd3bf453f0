// What the proxy passes on, both ways, and what it says when the backend is away. Does not prove: that the browser's requests
// get to it (test/e2e/todo.test.ts).
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { DELETE, GET, PATCH, POST } from "../app/api/[...path]/route";
import { proxy } from "../lib/proxy";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const seen: { line: string; headers: IncomingMessage["headers"]; body: string }[] = [];
let answer: Answer;
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => {
    body += part;
  });
  request.on("end", () => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer(request, response, body);
  });
});

beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));
afterAll(() => server.close());
beforeEach(() => {
  seen.length = 0;
  answer = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("[]");
  vi.stubEnv("API_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function request(method: string, path: string, body?: string, headers: Record<string, string> = {}): Request {
  const length: Record<string, string> = body === undefined ? {} : { "content-length": String(body.length) };
  return new Request(`http://localhost:30300${path}`, { method, body, headers: { ...length, ...headers } });
}

test("method, path, body, cookie and CSRF header go to the backend, other headers stay here", async () => {
  const headers = {
    "content-type": "application/json",
    cookie: "todo_session=a",
    "x-csrf-token": "t",
    "x-request-id": "one",
    authorization: "no",
  };
  await POST(request("POST", "/api/todos?ignored=1", '{"title":"milk"}', headers));
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ line: "POST /api/todos", body: '{"title":"milk"}' });
  expect(seen[0]?.headers).toMatchObject({
    cookie: "todo_session=a",
    "x-csrf-token": "t",
    "x-request-id": "one",
    "content-type": "application/json",
  });
  expect(seen[0]?.headers).not.toHaveProperty("authorization");
  expect(seen[0]?.headers.connection).toBe("close");
});

test("status, body, type and every cookie come back", async () => {
  answer = (_, response) =>
    response
      .writeHead(418, { "content-type": "application/json", "set-cookie": ["a=1; HttpOnly", "b=2"], server: "secret" })
      .end('{"detail":"teapot"}');
  const got = await GET(request("GET", "/api/session"));
  expect(got.status).toBe(418);
  expect(got.headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2"]);
  expect([...got.headers.keys()].sort()).toEqual(["cache-control", "content-type", "set-cookie", "set-cookie"]);
  expect(await got.json()).toEqual({ detail: "teapot" });
});

test("an answer without content keeps its status", async () => {
  answer = (_, response) => response.writeHead(204).end();
  const got = await DELETE(request("DELETE", "/api/todos/7"));
  expect([got.status, await got.text(), seen[0]?.line]).toEqual([204, "", "DELETE /api/todos/7"]);
});

test("a redirect is passed on, not followed", async () => {
  answer = (_, response) => response.writeHead(307, { location: "http://elsewhere.example/" }).end();
  const got = await PATCH(request("PATCH", "/api/todos/7", "{}"));
  expect([got.status, got.headers.get("location"), seen.length]).toEqual([307, null, 1]);
});

test.each([
  ["GET", "/api/health", 404],
  ["GET", "/api/ready", 404],
  ["GET", "/api/todos/../../health", 404],
  ["GET", "/api/todos/%2e%2e/session", 200],
  ["PATCH", "/api/todos/0", 404],
  ["PATCH", "/api/todos/1%2F2", 404],
  ["DELETE", "/api/todos", 405],
  ["POST", "/api/session", 405],
])("%s %s is answered with %i", async (method, path, status) => {
  expect((await proxy(request(method, path))).status).toBe(status);
  expect(seen.map(({ line }) => line)).toEqual(status === 200 ? ["GET /api/session"] : []);
});

test("a body that is too large is refused before it is read", async () => {
  const got = await POST(request("POST", "/api/chat", "{}", { "content-length": "9999999" }));
  expect([got.status, seen.length]).toEqual([413, 0]);
});

test("502 and a clear text when the backend is away", async () => {
  const got = await proxy(request("GET", "/api/todos"), "http://127.0.0.1:1");
  expect(got.status).toBe(502);
  expect(await got.json()).toEqual({ detail: "The backend cannot be reached; try again in a moment." });
  expect(console.error).toHaveBeenCalledOnce();
});

test("502 and a clear text when the backend hangs", async () => {
  answer = () => {};
  const got = await proxy(request("GET", "/api/todos"), undefined, { chat: 50, other: 50 });
  expect([got.status, (await got.json()).detail]).toEqual([
    502,
    "The backend did not answer within 0.05 s; try again in a moment.",
  ]);
  server.closeAllConnections();
});
