// What goes to a model and comes from it, in the form of OpenAI's chat completions. Pure.
import { isMap, redactObject, redactText } from "local-charts/objects";
import { parseAllDocuments, stringify } from "yaml";

export interface Message {
  role: string;
  content?: unknown;
}

/** A request, as far as it is read here. */
export interface Request {
  messages: Message[];
}

/** @throws Error that says what it is instead */
export function requestIn(text: string): Request {
  const body = parsed(text);
  if (!isMap(body) || !Array.isArray(body.messages) || !body.messages.every(isMap)) {
    throw new Error("expected a chat completion's request, found something else");
  }
  return body as unknown as Request;
}

/** A request without what looks like a credential in what it tells. */
export const redactRequest = (request: Request): Request => ({
  ...request,
  messages: request.messages.map((message) => ({ ...message, content: redactContent(message.content) })),
});

/** A text, a list of parts, or what a tool has answered as JSON. */
function redactContent(content: unknown): unknown {
  if (typeof content === "string") {
    const inside = parsed(content);
    const isAnswer = isMap(inside) && typeof inside.kind !== "string";
    return isAnswer ? JSON.stringify(redactStrings(inside)) : redactOutput(content);
  }
  return redactStrings(content);
}

function redactStrings(value: unknown): unknown {
  if (typeof value === "string") return redactOutput(value);
  if (Array.isArray(value)) return value.map(redactStrings);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactStrings(inner)]));
}

/** As Kubernetes names what a workload makes: letters that form no words, so that they look like a password's. */
const GENERATED = /\b[a-z][a-z0-9-]*(?:-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;

/** Without the names of pods a model could ask for no log of theirs. */
function redactOutput(text: string): string {
  const names: string[] = [];
  const marked = text.replace(GENERATED, (name) => `kept-name-${names.push(name) - 1}-here`);
  return redactCommand(marked).replace(/kept-name-(\d+)-here/g, (mark, index: string) => names[Number(index)] ?? mark);
}

/** What a command has said: of whole objects, what is hidden goes by the name beside it too. */
function redactCommand(text: string): string {
  const objects = objectsIn(text);
  if (!objects) return redactText(text);
  const redacted = objects.map((object) => redactObject(object));
  if (text.trimStart().startsWith("{")) return JSON.stringify(redacted[0], undefined, 2);
  return redacted.map((object) => stringify(object)).join("---\n");
}

type KubernetesObject = Parameters<typeof redactObject>[0];

function objectsIn(text: string): KubernetesObject[] | undefined {
  if (!/^\s*(\{|---|apiVersion:|kind:)/.test(text)) return undefined;
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  const values = documents.map((document) => document.toJS());
  return values.every((value) => isMap(value) && typeof value.kind === "string") ? values : undefined;
}

/** What tools have answered since the model spoke last. */
export function toolAnswers({ messages }: Request): string[] {
  const last = messages.findLastIndex(({ role }) => role !== "tool");
  return messages.slice(last + 1).map(({ content }) => outputOf(content));
}

/** What a command has said, of what kubectl-ai makes of it. */
function outputOf(content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const result = parsed(text);
  if (!isMap(result)) return text;
  const { stdout, stderr, error, content: inner } = result;
  const said = [stdout, stderr, inner].filter((each) => typeof each === "string" && each !== "");
  return (said.length > 0 ? said : [error ?? ""]).join("");
}

/** What a model has said: a text, and the commands that it wants run. */
export interface Completion {
  text: string;
  commands: string[];
}

interface Call {
  index?: number;
  function?: { name?: string; arguments?: string };
}
interface Part {
  content?: string | null;
  tool_calls?: Call[];
}

/** @throws Error that says what it is instead of a completion */
export function completionIn(text: string): Completion {
  const parts = /^\s*data:/.test(text) ? streamed(text) : [parsed(text)];
  const all = parts.map(partOf);
  if (all.length === 0) throw new Error("an answer without an end");
  const calls = new Map<number, { name: string; args: string }>();
  let position = 0;
  for (const call of all.flatMap(({ tool_calls }) => tool_calls ?? [])) {
    const index = call.index ?? position++;
    const before = calls.get(index) ?? { name: "", args: "" };
    calls.set(index, {
      name: before.name + (call.function?.name ?? ""),
      args: before.args + (call.function?.arguments ?? ""),
    });
  }
  const said = all.map(({ content }) => content ?? "").join("");
  if (said === "" && calls.size === 0) throw new Error("an empty answer");
  return { text: said, commands: [...calls.values()].map(commandOf) };
}

function commandOf({ name, args }: { name: string; args: string }): string {
  const given = parsed(args);
  return isMap(given) && typeof given.command === "string" ? given.command : `${name} ${args}`;
}

/** Events of a stream, which is whole when it says so. */
function streamed(text: string): unknown[] {
  const events = [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data.trim());
  if (events.at(-1) !== "[DONE]") throw new Error("an answer that breaks off");
  return events.slice(0, -1).map(parsed);
}

function partOf(value: unknown): Part {
  const choices = isMap(value) ? value.choices : undefined;
  if (!Array.isArray(choices)) throw new Error("no completion");
  // The last event of a stream may tell of its costs alone.
  const [choice] = choices;
  if (choice === undefined) return {};
  const part = isMap(choice) ? (choice.delta ?? choice.message) : undefined;
  if (!isMap(part)) throw new Error("no completion");
  return part as Part;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
