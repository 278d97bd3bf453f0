// The browser's side of the API: sessions, what is repeated, what an error says. Does not prove: that the backend answers like
// this (app/backend/tests).
import { expect, test } from "vitest";
import { createApi } from "../lib/api";

/** A server that answers in the given order and remembers what it was asked. */
function script(...answers: (Response | "no network")[]) {
  const asked: string[] = [];
  const send: typeof fetch = async (path, options) => {
    const token = new Headers(options?.headers).get("x-csrf-token");
    asked.push([options?.method, path, token, options?.body].filter(Boolean).join(" "));
    const answer = answers.shift();
    if (!answer || answer === "no network") throw new TypeError("fetch failed");
    return answer;
  };
  return { asked, api: createApi(send) };
}

const session = (token: string) => Response.json({ csrf_token: token, chat_max_messages: 2 });
const problem = (status: number, detail: string) => Response.json({ detail }, { status });
const milk = { id: 1, title: "milk", completed: false };

test("one session serves many writes", async () => {
  const { api, asked } = script(session("t1"), Response.json(milk), new Response(null, { status: 204 }));
  expect(await api.add("milk")).toEqual(milk);
  expect(await api.remove(1)).toBeUndefined();
  expect(asked).toEqual(["GET /api/session", 'POST /api/todos t1 {"title":"milk"}', "DELETE /api/todos/1 t1"]);
});

test.each([401, 403])("%i brings a new session and repeats the request once", async (status) => {
  const { api, asked } = script(session("t1"), problem(status, "old"), session("t2"), Response.json(milk));
  expect(await api.complete(1, true)).toEqual(milk);
  expect(asked.slice(2)).toEqual(["GET /api/session", 'PATCH /api/todos/1 t2 {"completed":true}']);
});

test("a second refusal is an error, not a loop", async () => {
  const { api, asked } = script(session("t1"), problem(403, "old"), session("t2"), problem(403, "still refused"));
  await expect(api.add("milk")).rejects.toMatchObject({ status: 403, message: "still refused" });
  expect(asked).toHaveLength(4);
});

test("two writes at once share one session", async () => {
  const { api, asked } = script(session("t1"), Response.json(milk), Response.json(milk));
  await Promise.all([api.add("milk"), api.add("bread")]);
  expect(asked.filter((line) => line.includes("session"))).toHaveLength(1);
});

test("a session that could not be fetched is asked for again", async () => {
  const { api } = script(problem(502, "away"), session("t1"), Response.json(milk));
  await expect(api.add("milk")).rejects.toMatchObject({ status: 502 });
  expect(await api.add("milk")).toEqual(milk);
});

test.each([
  ["no network" as const, 0, "The server cannot be reached; try again in a moment."],
  [problem(503, "The database is not available."), 503, "The database is not available."],
  [new Response("<html>", { status: 500 }), 500, "The server answered 500."],
])("failure %#: status and text", async (answer, status, message) => {
  await expect(script(answer).api.list()).rejects.toMatchObject({ status, message });
});

test("the chat sends only as many messages as the backend accepts", async () => {
  const { api, asked } = script(session("t1"), Response.json({ reply: "hi" }));
  const messages = ["a", "b", "c"].map((content) => ({ role: "user" as const, content }));
  expect(await api.chat(messages)).toEqual({ reply: "hi" });
  expect(asked[1]).toContain('[{"role":"user","content":"b"},{"role":"user","content":"c"}]');
});
