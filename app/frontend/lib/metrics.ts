import { createServer, type Server } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** In seconds; those of the backend. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

// A client may send any word as its method, and each would be a series.
const METHODS = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

export type Metrics = ReturnType<typeof createMetrics>;

/** What the page's server says of itself to Prometheus. */
export function createMetrics() {
  const register = new Registry();
  // Ten times as coarse as by default: nobody has asked for a timer a hundred times a second.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 100 });
  const registers = [register];
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time until the answer is complete",
    labelNames: ["method", "route"],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: "http_requests_in_flight",
    help: "Requests that are being answered",
    registers,
  });

  return {
    register,
    began: () => inFlight.inc(),
    ended: (given: string, route: string, status: number, seconds: number) => {
      const method = METHODS.has(given) ? given : "other";
      inFlight.dec();
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    },
  };
}

/** A server for them that nothing else is on; `failed` hears why there can be none. */
export function serveMetrics(
  { register }: Metrics,
  host: string,
  port: number,
  failed: (error: Error) => void,
): Server {
  const server = createServer(async (_, response) => {
    const text = await register.metrics();
    response.setHeader("content-type", register.contentType).end(text);
  });
  return server.on("error", failed).listen(port, host);
}
