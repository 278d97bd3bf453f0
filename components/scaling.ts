import type { BackendSettings } from "../settings/contract";
import type { Plain } from "./render-chart";

/** Values of a chart for the number of its pods; beside an autoscaler it makes nothing of replicaCount. */
export function scalingValues({
  replicas,
  autoscaling: { enabled, minReplicas, maxReplicas, cpuPercent },
}: Pick<BackendSettings, "replicas" | "autoscaling">): Record<string, Plain> {
  const autoscaling = { enabled, minReplicas, maxReplicas, targetCPUUtilizationPercentage: cpuPercent };
  return { replicaCount: replicas, ...(enabled && { autoscaling }) };
}
