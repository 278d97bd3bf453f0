// What is installed, with which values, and what it is held to: pure.
import type { ChartArgs, Policy, WiringFacts } from "local-charts";
import { MONITORING, type MonitoringChart, monitoringCharts } from "../settings/monitoring.ts";

const { namespace, agentNamespace, agentState } = MONITORING;

/** Values other than the defaults of charts/: what one chart has to know of another. */
const values: Record<MonitoringChart, ChartArgs["values"]> = {
  "cluster-state": {},
  metrics: {},
  logs: { agents: agentNamespace },
  "log-agent": { store: { name: "logs", namespace }, state: agentState },
};

export const chartsOf = (): Record<MonitoringChart, ChartArgs> =>
  Object.fromEntries(
    monitoringCharts.map((name) => [
      name,
      {
        chart: `./charts/${name}`,
        release: name,
        namespace: name === "log-agent" ? agentNamespace : namespace,
        values: values[name],
      },
    ]),
  ) as Record<MonitoringChart, ChartArgs>;

/** The scraper learns addresses from the API server: no variable names whom it asks. */
export const wiring: Partial<WiringFacts> = {
  namespace,
  connections: ["cluster-state", "logs"].map((to) => ({
    ...{ release: "metrics", to },
    key: "config/scrape.yaml of platform/charts/metrics",
  })),
};

const READS_FILES = "its scrape config, rules and dashboards are files of many lines, which it reads from no variable";
const ASKS = "what it shows it has from the API server, by a ClusterRole that reads what it needs and no Secret";

/** Every rule of the engine is mandatory, but for what monitoring is. */
export const policy: Policy = {
  enforcement: "mandatory",
  exceptionsFile: "platform/charts.ts",
  exceptions: [
    { rule: "variables-only", chart: "metrics", object: "StatefulSet metrics", reason: READS_FILES },
    { rule: "identity", chart: "metrics", object: "StatefulSet metrics", reason: ASKS },
    { rule: "identity", chart: "cluster-state", object: "Deployment cluster-state", reason: ASKS },
    { rule: "identity", chart: "log-agent", object: "DaemonSet log-agent", reason: ASKS },
    {
      rule: "pod-security",
      chart: "log-agent",
      object: "DaemonSet log-agent",
      reason:
        "log files of the node belong to root; it mounts them read-only, without a capability, alone in its namespace",
    },
  ],
};
