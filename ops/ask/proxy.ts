// Between an AI helper and its model: it has the key, which the helper has not, takes out what looks like a credential, and
// keeps to limits. It listens on a socket that only the helper's container is given.
import { createServer, type IncomingMessage, type Server } from "node:http";
import { Failure } from "../../tools/program.ts";
import { completionIn, redactRequest, requestIn, toolAnswers } from "./conversation.ts";
import type { Limits } from "./limits.ts";
import { type Answer, askModel, type Model, refusalOf } from "./model.ts";

const COMPLETIONS = "/chat/completions";

export interface Listener {
  /** A command that the model wants run. */
  command: (text: string) => void;
  /** What a command has said, as the model is told. */
  said: (text: string) => void;
  /** A request as it leaves this machine. */
  sent: (body: string) => void;
}

export interface ModelProxy {
  /** The model's last word. Rejects with a Failure where it has none, or a limit is reached. */
  answer: Promise<string>;
  server: Server;
}

/** @param token by which the helper is known */
export function proxyTo(model: Model, token: string, limits: Limits, listener: Listener): ModelProxy {
  let resolve: (text: string) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const answer = new Promise<string>((...both) => {
    [resolve, reject] = both;
  });
  answer.catch(() => {}); // whoever waits for it may not wait yet
  const deadline = Date.now() + limits.seconds * 1000;
  let steps = 0;
  let busy = false;

  const pass = async (body: string): Promise<Answer> => {
    if (++steps > limits.steps) throw tooMany(model, limits);
    const request = redactRequest(asked(body));
    for (const text of toolAnswers(request)) listener.said(text);
    const text = JSON.stringify(request);
    listener.sent(text);
    const seconds = Math.max((deadline - Date.now()) / 1000, 0.1);
    const found = await askModel(model, COMPLETIONS, { seconds, bytes: limits.answerBytes }, text);
    const refusal = refusalOf(model, found);
    if (refusal) throw refusal;
    const completion = understood(model, found);
    for (const command of completion.commands) listener.command(command);
    if (completion.commands.length === 0) resolve(completion.text);
    return found;
  };

  const server = createServer(async (request, response) => {
    const end = (status: number, text: string) =>
      response
        .writeHead(status, { "content-type": /^\s*data:/.test(text) ? "text/event-stream" : "application/json" })
        .end(text);
    const refuse = (status: number, message: string) => end(status, JSON.stringify({ error: { message } }));
    if (request.headers.authorization !== `Bearer ${token}`) return refuse(401, "not the helper that was started");
    if (request.method !== "POST" || request.url !== `/v1${COMPLETIONS}`) return refuse(404, "chat completions only");
    if (busy) return refuse(409, "one request at a time");
    busy = true;
    try {
      const body = await bodyOf(request, limits.requestBytes);
      end(200, (await pass(body)).text);
    } catch (error) {
      refuse(400, (error as Error).message);
      reject(error);
    } finally {
      busy = false;
    }
  });
  return { answer, server };
}

const tooMany = ({ name }: Model, { steps }: Limits) =>
  new Failure(
    `model ${name}: expected an answer within ${steps} steps, found none; ask a narrower question, or another model`,
  );

async function bodyOf(request: IncomingMessage, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bytes)
      throw new Failure(
        `kubectl-ai: expected a conversation of at most ${bytes} bytes, found a longer one; ask about less, such as one pod`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function asked(body: string) {
  try {
    return requestIn(body);
  } catch (error) {
    throw new Failure(`kubectl-ai: ${(error as Error).message}; run \`make tools\` and ask again`);
  }
}

function understood(model: Model, { text }: Answer) {
  try {
    return completionIn(text);
  } catch (error) {
    throw new Failure(
      `model ${model.name}: expected a chat completion, found ${(error as Error).message}; OPENAI_BASE_URL has to be that of an OpenAI-compatible API, as its /v1 mostly is`,
    );
  }
}
