// Requests to the API server of a kubeconfig's context.
import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { socketOf } from "./proxy.ts";

interface RequestOptions {
  milliseconds: number;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Of a list, only the metadata of its objects. */
  metadataOnly?: boolean;
  /** What is sent, as JSON; of what type, where it is a patch. */
  body?: unknown;
  type?: string;
}

/** The API server neither answered nor refused: whoever asks next waits, too. */
export class NoAnswer extends Error {}

/** The API server has nothing of that name. */
export class NotThere extends Error {}

/** The API server answers something, and does not do what it was asked for. */
export class Refused extends Error {
  readonly status: number;
  /** Its own words; "" where it has none. */
  readonly words: string;

  constructor(status: number, words: string) {
    super(words ? `the API server answered ${status}: ${words}` : `the API server answered ${status}`);
    this.status = status;
    this.words = words;
  }
}

/** What a list holds of each object where no more is asked for: neither spec nor data leave the API server. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** What the API server answers to a GET, parsed: @see clusterRequest */
export function clusterGet(context: string, path: string, milliseconds: number): Promise<unknown> {
  return clusterRequest(context, path, { milliseconds });
}

/**
 * What the API server answers, parsed.
 * @param path query included
 * @throws NoAnswer when it took too long; NotThere; Refused; Error in a few words: no such context, nobody at its address
 */
export async function clusterRequest(context: string, path: string, options: RequestOptions): Promise<unknown> {
  const { status, text } = await clusterAnswer(context, path, options);
  const answer = parsed(text);
  if (status === 403 && (options.method ?? "GET") === "GET") noteRefused(context, path);
  if (status === 404) throw new NotThere(`the API server answered ${status}`);
  // In other than JSON it is kubectl that speaks, of what kept it from asking.
  if (status >= 500 && answer === undefined) throw new Error(text.trim() || `the API server answered ${status}`);
  if (status >= 300) throw new Refused(status, String((answer as { message?: string })?.message ?? ""));
  if (answer === undefined)
    throw new Error("what is at the cluster's address is no API server: it did not answer with JSON");
  return answer;
}

/** Paths of GETs that were refused, by kubeconfig and context. */
const refused = new Map<string, Set<string>>();
const login = (context: string) => `${process.env.KUBECONFIG ?? ""}\n${context}`;

/** Has down that this login may not see what a path shows. */
export function noteRefused(context: string, path: string): void {
  refused.set(login(context), (refused.get(login(context)) ?? new Set()).add(path));
}

/** What was noted so far. */
export const refusedPaths = (context: string): string[] => [...(refused.get(login(context)) ?? [])];

/** Whether an answer is the API server's own refusal, and not that of a pod behind it. */
export function isRefusal({ status, text }: Answer): boolean {
  const answer = status === 403 ? (parsed(text) as { kind?: string; reason?: string } | undefined) : undefined;
  return answer?.kind === "Status" && answer.reason === "Forbidden";
}

/** The JSON of an answer; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is answered by the API server, or by a pod that it asks, whatever that is. */
export interface Answer {
  status: number;
  text: string;
}

/** As clusterRequest, of any status and any text. */
export async function clusterAnswer(context: string, path: string, options: RequestOptions): Promise<Answer> {
  const signal = AbortSignal.timeout(options.milliseconds);
  try {
    const response = await opened(context, options.body === undefined ? path : byUs(path), options, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new NoAnswer(`the API server did not answer within ${options.milliseconds / 1000} s`);
  }
}

/** What this writes is Pulumi's and Helm's, not somebody's who came by with kubectl: live/managers.ts tells them apart. */
export const MANAGER = "pulumi-local-charts";

const byUs = (path: string) =>
  path.includes("fieldManager=") ? path : `${path}${path.includes("?") ? "&" : "?"}fieldManager=${MANAGER}`;

async function opened(
  context: string,
  path: string,
  { method = "GET", metadataOnly = false, body, type = "application/json" }: Omit<RequestOptions, "milliseconds">,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const socketPath = await socketOf(context);
  const headers = {
    host: "localhost",
    accept: metadataOnly ? METADATA_ONLY : "application/json",
    ...(body !== undefined && { "content-type": type }),
  };
  return new Promise((done, fail) => {
    const asked = request({ socketPath, path, method, headers, signal, agent: false }, done).on("error", fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** How long a watch may take to begin. */
const PATIENCE_OF_WATCH_MS = 10_000;

/** A change of an object that is watched. */
export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: unknown;
}

/**
 * Tells each change of what a list holds, until the API server ends it, as it does after minutes.
 * It does not keep the program alive.
 * @throws Error where it cannot be watched, or the signal ends it
 */
export async function clusterWatch(
  context: string,
  path: string,
  tell: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const own = new AbortController();
  const end = () => own.abort();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const opening = setTimeout(end, PATIENCE_OF_WATCH_MS);
  try {
    const response = await opened(context, path, {}, own.signal);
    clearTimeout(opening);
    response.socket.unref();
    if (response.statusCode !== 200) throw new Refused(response.statusCode ?? 0, "");
    for await (const line of createInterface({ input: response })) {
      const event = parsed(line);
      if (event) tell(event as WatchEvent);
    }
  } finally {
    clearTimeout(opening);
    signal.removeEventListener("abort", end);
  }
}
