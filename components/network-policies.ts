import type { Settings } from "../settings";
import { backendPorts } from "../settings/external-ports";
import { POSTGRES_PORT } from "../settings/fields";
import { secretVariables } from "../settings/variables";
import { releaseName } from "./render-chart";

/** Labels of pods. */
type Pods = Record<string, string>;

/** The connections of a service's pods: no others are possible, but those of `helm test` and to DNS. */
export interface NetworkPolicyArgs {
  /** Default of the frontend: everybody. */
  allowFrom?: Pods[];
  allowTo?: { matchLabels: Pods; port: number }[];
  /** On any host. */
  allowExternalPorts?: number[];
}

type Service = "postgres" | "backend" | "frontend";

/** Who may connect to whom: exactly what partsOf wires. components/wiring.ts holds the rendered policies to it. */
export function networkPoliciesOf(settings: Settings): Partial<Record<Service, NetworkPolicyArgs>> {
  const { environment, database, backend, frontend, furtherSecrets } = settings;
  if (settings.networkPolicies !== "wired") return {};
  const pods = (chart: string, part = ""): Pods => ({
    "app.kubernetes.io/name": `${chart}${part}`,
    "app.kubernetes.io/instance": releaseName(chart, environment),
  });
  const secrets = Object.values(secretVariables(backend.secretKeys, Object.keys(furtherSecrets)));
  const stores = database.mode === "inside" && secrets.includes("DATABASE_URL");
  const calls = frontend.variables.apiUrl !== false;
  const clients = [
    pods("todo-backend"),
    ...(database.migrations === "job" ? [pods("todo-backend", "-migration")] : []),
  ];
  return {
    postgres: { allowFrom: stores ? clients : [] },
    backend: {
      allowFrom: calls ? [pods("todo-frontend")] : [],
      allowTo: stores ? [{ matchLabels: pods("todo-postgres"), port: POSTGRES_PORT }] : [],
      allowExternalPorts: backendPorts(database, backend),
    },
    frontend: {
      allowTo: calls ? [{ matchLabels: pods("todo-backend"), port: backend.port }] : [],
      allowExternalPorts: frontend.externalPorts,
    },
  };
}
