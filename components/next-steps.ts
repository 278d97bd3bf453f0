import { isForwarded, pageOf } from "../settings/reach.ts";
import { serviceNameOf, servicesOf } from "../settings/services.ts";
import type { Settings } from "../settings.ts";
import { releaseName } from "./release.ts";

/** What a person does after `pulumi up`; each line can be pasted into a shell as it is. */
export function nextSteps(settings: Settings): Record<string, string> {
  const { cluster, environment, origin } = settings;
  const kubectl = `kubectl --context ${cluster.context} -n todo-${environment}`;
  const main = releaseName(settings.backend ? "todo-backend" : "todo-frontend", environment);
  const page = pageOf(settings);
  const service = servicesOf(settings).find(({ key }) => key === page?.name);
  const { port } = new URL(origin);
  return {
    ...(service &&
      isForwarded(settings) && {
        open: `${kubectl} port-forward service/${serviceNameOf(service, environment)} ${port || 80}:${page?.port}`,
      }),
    status: `${kubectl} get pods`,
    logs: `${kubectl} logs deployment/${main} --follow`,
    history: `helm --kube-context ${cluster.context} -n todo-${environment} history ${main}`,
  };
}
