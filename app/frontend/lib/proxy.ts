import { parseApiUrl } from "./api-url";
import { REQUEST_ID } from "./request-id";
import { apiRoutes } from "./routes";
import { timeouts } from "./timeouts";

const requestHeaders = ["cookie", "content-type", "x-csrf-token", REQUEST_ID];
const maxBodyBytes = 1024 * 1024;

function problem(status: number, detail: string): Response {
  return Response.json({ detail }, { status, headers: { "cache-control": "no-store" } });
}

/** Passes one request of the page on to the backend and its answer back. */
export async function proxy(request: Request, apiUrl = process.env.API_URL, limits = timeouts): Promise<Response> {
  const path = new URL(request.url).pathname;
  const route = apiRoutes.find((candidate) => candidate.path.test(path));
  if (!route) return problem(404, "There is no such address in this API.");
  if (!route.methods.includes(request.method))
    return problem(405, `Use ${route.methods.join(" or ")} for this address.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes)
    return problem(413, "The request is too large.");

  // A connection that is kept goes on to the pod it was made to: with one per request, new pods get their share, and
  // none is left with an address that has changed hands.
  const headers = new Headers({ connection: "close" });
  for (const name of requestHeaders) {
    const value = request.headers.get(name);
    if (value) headers.set(name, value);
  }
  // Without a length the body would be unbounded; browsers always send one.
  const body = request.headers.has("content-length") ? await request.arrayBuffer() : undefined;
  const limit = path === "/api/chat" ? limits.chat : limits.other;
  try {
    const answer = await fetch(parseApiUrl(apiUrl) + path, {
      method: request.method,
      headers,
      body: body?.byteLength ? body : undefined,
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(limit),
    });
    const passed = new Headers({ "cache-control": "no-store" });
    const type = answer.headers.get("content-type");
    if (type) passed.set("content-type", type);
    for (const cookie of answer.headers.getSetCookie()) passed.append("set-cookie", cookie);
    const empty = answer.status === 204 || answer.status === 304;
    return new Response(empty ? null : await answer.arrayBuffer(), { status: answer.status, headers: passed });
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const reason = late ? `did not answer within ${limit / 1000} s` : "cannot be reached";
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    console.error(`${request.method} ${path}: the backend ${reason} (${String(cause).split("\n")[0]})`);
    return problem(502, `The backend ${reason}; try again in a moment.`);
  }
}
