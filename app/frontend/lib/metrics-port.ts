/** The port of the metrics; undefined where none are wanted. */
export function parseMetricsPort(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new Error(
    "METRICS_PORT is malformed, expected a port from 1 to 65535, or nothing; set it in its environment and start it again.",
  );
}
