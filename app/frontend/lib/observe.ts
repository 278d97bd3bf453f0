import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { logEvent, requestId } from "./logs";
import type { Metrics } from "./metrics";
import { idOf, REQUEST_ID } from "./request-id";
import { routeOf } from "./routes";

// Node.js tells of each request before any of its handlers sees it, pages, files and routes alike.
const START = "http.server.request.start";
const PATH_LENGTH = 200;
/** As a server says it whose client went away before the answer was there. */
const GONE = 499;

interface Started {
  request: IncomingMessage;
  response: ServerResponse;
  server: Server;
}

/**
 * Gives each request an id, logs it as one event and counts it.
 * @param metrics and the server for them, whose own requests are left alone
 * @returns undoes it
 */
export function observeRequests(metrics?: Metrics, own?: Server): () => void {
  const begin = (message: unknown) => {
    const { request, response, server } = message as Started;
    if (server === own) return;
    const started = performance.now();
    const id = idOf(request.headers[REQUEST_ID]);
    // For the route that passes the request on, for who asked, and for all that is logged meanwhile.
    request.headers[REQUEST_ID] = id;
    response.setHeader(REQUEST_ID, id);
    requestId.enterWith(id);
    metrics?.began();
    const { method = "", url = "/" } = request;
    const path = url.split("?", 1)[0] ?? url;
    const probed = method === "GET" && path === "/" && request.headers["user-agent"]?.startsWith("kube-probe/");
    const route = probed ? "probe" : routeOf(path);
    response.once("close", () => {
      const seconds = (performance.now() - started) / 1000;
      const status = response.writableFinished ? response.statusCode : GONE;
      metrics?.ended(method, route, status, seconds);
      if (probed) return;
      const shown = path.slice(0, PATH_LENGTH);
      const fields = { method, path: shown, route, status, duration_ms: Math.round(seconds * 10_000) / 10 };
      requestId.run(id, logEvent, "info", "requests", `${method} ${shown} ${status}`, fields);
    });
  };
  subscribe(START, begin);
  return () => {
    unsubscribe(START, begin);
  };
}
