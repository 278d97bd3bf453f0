import { parseApiUrl } from "./api-url";
import { structureConsole } from "./logs";
import { createMetrics, serveMetrics } from "./metrics";
import { parseMetricsPort } from "./metrics-port";
import { observeRequests } from "./observe";

/** Ends the process with one sentence when the environment is not usable. */
export function checkEnvironment(): void {
  try {
    parseApiUrl(process.env.API_URL);
    parseMetricsPort(process.env.METRICS_PORT);
  } catch (error) {
    end((error as Error).message);
  }
}

/** Logs, ids of requests and metrics, the last on a port of their own where there is one. */
export function observe(): void {
  structureConsole();
  const port = parseMetricsPort(process.env.METRICS_PORT);
  if (port === undefined) {
    observeRequests();
    return;
  }
  const metrics = createMetrics();
  const failed = (error: Error) => end(`METRICS_PORT ${port} cannot be listened on: ${error.message}`);
  observeRequests(metrics, serveMetrics(metrics, process.env.HOSTNAME || "0.0.0.0", port, failed));
}

function end(reason: string): never {
  process.stderr.write(`todo-frontend cannot start: ${reason}\n`);
  process.exit(1);
}
