// The Todo's API, called as the page calls it: behind the page's server, with a session and its token.
import { strict as assert } from "node:assert";
import { until } from "./cluster.ts";

/**
 * Each request takes a connection of its own. These tests wait for commands with their event loop blocked: that the far
 * end of a kept one was closed meanwhile, as a cluster's is when it stops, shows only when the next request has failed.
 */
const fresh = { connection: "close" };

/** Titles of the todos; undefined while the backend is not there. */
export async function titles(origin: string): Promise<string[] | undefined> {
  const response = await fetch(`${origin}/api/todos`, { headers: fresh, signal: AbortSignal.timeout(5_000) });
  return response.ok ? ((await response.json()) as { title: string }[]).map(({ title }) => title) : undefined;
}

/** A new session: what it sends may change something. */
export async function session(origin: string): Promise<(path: string, body: object) => Promise<Response>> {
  const opened = await until("the backend behind the page", async () => {
    const response = await fetch(`${origin}/api/session`, { headers: fresh });
    return response.ok ? response : undefined;
  });
  const { csrf_token } = (await opened.json()) as { csrf_token: string };
  const cookie = opened.headers.getSetCookie().map((each) => each.split(";")[0]);
  const headers = {
    ...fresh,
    cookie: cookie.join("; "),
    "content-type": "application/json",
    "x-csrf-token": csrf_token,
  };
  return (path, body) => fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

export async function addTodo(origin: string, title: string): Promise<void> {
  const post = await session(origin);
  const answer = await post("/api/todos", { title });
  assert.equal(answer.status, 201, await answer.text());
}
