// What the stack of monitoring needs of the cluster, by the values of its charts. Pure, but for reading them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type KubernetesObject, podsOf } from "local-charts/objects";
import { parse } from "yaml";
import { manifestsOf } from "../../cluster/addons/manifests.ts";
import { MONITORING, monitoringCharts } from "../../settings/monitoring.ts";
import { platform } from "../stack/program.ts";
import { type Amounts, requestsOf, sum } from "./room.ts";

interface Values {
  /** By container. */
  images: Record<string, string>;
  resources: Record<string, { requests: Record<string, string> }>;
}

const valuesOf = (chart: string): Values =>
  parse(readFileSync(join(platform.folder, "charts", chart, "values.yaml"), "utf8"));

/** Images of all its containers. */
export const monitoringImages = () => monitoringCharts.flatMap((chart) => Object.values(valuesOf(chart).images));

/** The add-on that it brings. */
export const METRICS_SERVER = { namespace: "kube-system", name: "metrics-server" };

/** What its pods ask for together, metrics-server's included; one of them is on every node. */
export function monitoringNeeds(nodes: number): Amounts {
  const ofChart = monitoringCharts.map((chart) => {
    const containers = Object.values(valuesOf(chart).resources);
    return sum(
      Array(chart === "log-agent" ? nodes : 1).fill(requestsOf(containers.map((resources) => ({ resources })))),
    );
  });
  const addon = podsOf(manifestsOf("metrics-server").pods).map(({ spec }) => requestsOf(spec.containers));
  return sum([...ofChart, ...addon]);
}

/** Whether a pod is one of those. */
export function isMonitoring({ metadata }: Pick<KubernetesObject, "metadata">): boolean {
  const { name, namespace = "" } = metadata;
  if ([MONITORING.namespace, MONITORING.agentNamespace].includes(namespace)) return true;
  return namespace === METRICS_SERVER.namespace && name.startsWith(`${METRICS_SERVER.name}-`);
}
