import type { Settings } from "../settings";
import { isForwarded } from "../settings/contradictions";
import { releaseName } from "./render-chart";

/** What a person does after `pulumi up`; each line can be pasted into a shell as it is. */
export function nextSteps(settings: Settings): Record<string, string> {
  const { cluster, environment, origin, frontend } = settings;
  const kubectl = `kubectl --context ${cluster.context} -n todo-${environment}`;
  const { port } = new URL(origin);
  const ports = `${port || 80}:${frontend.port}`;
  return {
    ...(isForwarded(origin, frontend, cluster) && {
      open: `${kubectl} port-forward service/${releaseName("todo-frontend", environment)} ${ports}`,
    }),
    status: `${kubectl} get pods`,
    logs: `${kubectl} logs deployment/${releaseName("todo-backend", environment)} --follow`,
    history: `helm --kube-context ${cluster.context} -n todo-${environment} list`,
  };
}
