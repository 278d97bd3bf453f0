// The project's own stack of monitoring (platform/), as far as others have to know it.

export const MONITORING = {
  /** Name of its Pulumi stack. */
  stack: "monitoring",
  /** Where it stores, evaluates and shows. */
  namespace: "todo-monitoring",
  /** Where the agent is that reads the nodes' log files, which no namespace of restricted pods may have. */
  agentNamespace: "todo-log-agent",
  /** Folder of each node where the agent notes how far it has read, and keeps what the store does not take. */
  agentState: "/var/lib/todo-log-agent",
};

/** Charts of platform/, in the order in which they are installed; each is the name of its release and of its Service, too. */
export const monitoringCharts = ["cluster-state", "metrics", "logs", "log-agent"] as const;
export type MonitoringChart = (typeof monitoringCharts)[number];

/** The pages that people open, by their Services; the path is where the page is. */
export const monitoringPages = {
  metrics: { path: "/vmui/#/dashboards", port: 8428 },
  logs: { path: "/select/vmui/", port: 9428 },
};
export type MonitoringPage = keyof typeof monitoringPages;
