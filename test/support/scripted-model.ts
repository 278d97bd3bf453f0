// An OpenAI-compatible server whose answers are scripts; it keeps every request, so that a test can say what left the machine.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What it answers at one step: a command that it wants run, by kubectl or bash, a text, or a whole body of the test's own. */
export type Turn =
  | { kubectl: string }
  | { bash: string }
  | { text: string | ((last: string) => string) }
  | { status?: number; body: string }
  | "hang";

/** By the last word in brackets in the question: `[name]`. A script's last turn goes on for ever. */
export type Scripts = Record<string, Turn[]>;

interface Message {
  role: string;
  content?: unknown;
}
interface Asked {
  authorization?: string;
  text: string;
}

export interface ScriptedModel {
  /** Ends with /v1. */
  url: string;
  asked: Asked[];
  close: () => Promise<void>;
}

export async function scriptedModel(scripts: Scripts): Promise<ScriptedModel> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.url?.endsWith("/models")) return json(response, { data: [{ id: "scripted" }] });
    asked.push({ authorization: request.headers.authorization, text });
    const { messages, stream } = JSON.parse(text) as { messages: Message[]; stream?: boolean };
    const question = messages.findLastIndex(({ role }) => role === "user");
    const name = [...textOf(messages[question]).matchAll(/\[([a-z-]+)\]/g)].at(-1)?.[1] ?? "";
    const results = messages.slice(question + 1).filter(({ role }) => role === "tool");
    const script = scripts[name] ?? [{ status: 404, body: `{"error":{"message":"no script ${name}"}}` }];
    const turn = script[Math.min(results.length, script.length - 1)];
    if (turn === "hang") return;
    if ("body" in turn) return void response.writeHead(turn.status ?? 200).end(turn.body);
    const message = messageOf(turn, results.length, textOf(results.at(-1)));
    return stream ? streamed(response, message) : json(response, { choices: [{ index: 0, message }] });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/v1`, asked, close };
}

const textOf = (message: Message | undefined) =>
  typeof message?.content === "string" ? message.content : JSON.stringify(message?.content ?? "");

function messageOf(turn: Exclude<Turn, "hang" | { body: string }>, step: number, last: string) {
  if ("text" in turn)
    return { role: "assistant", content: typeof turn.text === "string" ? turn.text : turn.text(last) };
  const [name, command] = "bash" in turn ? ["bash", turn.bash] : ["kubectl", turn.kubectl];
  // What it says of a command itself is a lie where that suits it.
  const args = JSON.stringify({ command, modifies_resource: "no" });
  const call = { index: 0, id: `call_${step}`, type: "function", function: { name, arguments: args } };
  return { role: "assistant", content: null, tool_calls: [call] };
}

function streamed(response: ServerResponse, message: { tool_calls?: unknown[] }): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const finish = message.tool_calls ? "tool_calls" : "stop";
  for (const choice of [
    { index: 0, delta: message, finish_reason: null },
    { index: 0, delta: {}, finish_reason: finish },
  ]) {
    const event = { id: "scripted", object: "chat.completion.chunk", created: 1, model: "scripted", choices: [choice] };
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  }
  response.end("data: [DONE]\n\n");
}

const json = (response: ServerResponse, value: unknown) =>
  void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
