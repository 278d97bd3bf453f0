import * as kubernetes from "@pulumi/kubernetes";
import { Environment } from "./components/environment";
import { nextSteps } from "./components/next-steps";
import { TodoBackend } from "./components/todo-backend";
import { TodoFrontend } from "./components/todo-frontend";
import { TodoPostgres } from "./components/todo-postgres";
import { loadSettings } from "./settings";

const settings = loadSettings();
const { cluster, origin } = settings;

const provider = new kubernetes.Provider("cluster", {
  context: cluster.context,
  // Without it, a new address or CA of the same cluster would replace everything.
  clusterIdentifier: cluster.context,
  // Otherwise the path in $KUBECONFIG becomes part of the state. The variable itself still counts.
  kubeconfig: "",
});

const environment = new Environment(
  "environment",
  { environment: settings.environment, database: settings.database, secrets: settings.secrets },
  { provider },
);
const place = { environment: settings.environment, namespace: environment.namespace };

const database =
  settings.database.mode === "inside" && environment.postgresSecret
    ? new TodoPostgres(
        "todo-postgres",
        { ...place, ...settings.database, secret: environment.postgresSecret, storageClass: cluster.storageClass },
        { provider, dependsOn: environment },
      )
    : undefined;

const backend = new TodoBackend(
  "todo-backend",
  {
    ...place,
    ...settings.backend,
    corsOrigins: [origin],
    migrate: settings.database.mode === "inside" || settings.database.migrations === "job",
    secret: environment.backendSecret,
  },
  { provider, dependsOn: database ?? environment },
);

new TodoFrontend(
  "todo-frontend",
  { ...place, ...settings.frontend, apiUrl: backend.url, origin, ingressClass: cluster.ingressClass },
  { provider, dependsOn: backend },
);

/** What to open in a browser, and what to type next. */
export const url = origin;
export const { namespace } = environment;
export const next = nextSteps(settings);
