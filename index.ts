import * as kubernetes from "@pulumi/kubernetes";
import { Environment } from "./components/environment";
import { nextSteps } from "./components/next-steps";
import { chartsOf, partsOf } from "./components/parts";
import { enforce } from "./components/policy";
import { readExceptions } from "./components/policy/exceptions";
import { askCluster, changesOf, tellChanges } from "./components/preview/changes";
import { originOf } from "./components/preview/origin";
import { assertFits } from "./components/quota";
import { providerTemplate, renderCharts } from "./components/render-chart";
import { TodoBackend } from "./components/todo-backend";
import { TodoFrontend } from "./components/todo-frontend";
import { TodoPostgres } from "./components/todo-postgres";
import { checkWiring } from "./components/wiring";
import { loadSettings } from "./settings";

export = async () => {
  const settings = loadSettings();
  const parts = partsOf(settings);
  const { context } = settings.cluster;

  const provider = new kubernetes.Provider("cluster", {
    context,
    // Without it, a new address or CA of the same cluster would replace everything.
    clusterIdentifier: context,
    // Otherwise the path in $KUBECONFIG becomes part of the state. The variable itself still counts.
    kubeconfig: "",
  });

  // Asked before the provider asks, which waits without a word for a cluster that does not answer.
  const deployed = askCluster(context, parts.environment.namespace);

  // All charts with their final values, in preview too: what does not render, does not fit together, breaks a rule or finds
  // no room ends here.
  const charts = await renderCharts(chartsOf(parts), providerTemplate(provider), { origin: originOf(settings) });
  checkWiring(parts, charts);
  enforce(settings, Object.values(charts), readExceptions(__dirname));
  assertFits(settings.environment, settings.quota, Object.values(charts));
  const changes = changesOf(Object.values(charts), await deployed);
  const objects = (chart: string) => charts[chart].objects;

  const environment = new Environment("environment", parts.environment, { provider });

  const database = parts.postgres
    ? new TodoPostgres("todo-postgres", parts.postgres, objects("todo-postgres"), { provider, dependsOn: environment })
    : undefined;

  const backend = new TodoBackend("todo-backend", parts.backend, objects("todo-backend"), {
    provider,
    dependsOn: database ?? environment,
  });

  const frontend = new TodoFrontend("todo-frontend", parts.frontend, objects("todo-frontend"), {
    provider,
    dependsOn: backend,
  });

  tellChanges(changes, { "todo-postgres": database, "todo-backend": backend, "todo-frontend": frontend });

  return {
    /** What to open in a browser. */
    url: settings.origin,
    namespace: parts.environment.namespace,
    /** What to type next. */
    next: nextSteps(settings),
  };
};
