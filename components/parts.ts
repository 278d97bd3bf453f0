import type { Settings } from "../settings";
import type { EnvironmentArgs } from "./environment";
import { networkPoliciesOf } from "./network-policies";
import type { ChartArgs } from "./render-chart";
import { reference, secretsOf } from "./secrets";
import { backendChart, backendUrl, type TodoBackendArgs } from "./todo-backend";
import { frontendChart, type TodoFrontendArgs } from "./todo-frontend";
import { postgresChart, type TodoPostgresArgs } from "./todo-postgres";

/** The arguments of each component of an environment. */
export interface Parts {
  environment: EnvironmentArgs;
  /** Only where the database is inside. */
  postgres?: TodoPostgresArgs;
  backend: TodoBackendArgs;
  frontend: TodoFrontendArgs;
}

/** What an environment consists of, and how its parts are wired. Pure: nothing is rendered, made or asked here. */
export function partsOf(settings: Settings): Parts {
  const { environment, cluster, origin, database } = settings;
  const namespace = `todo-${environment}`;
  const place = { environment, namespace };
  const secrets = secretsOf(settings);
  const policies = networkPoliciesOf(settings);

  const backend: TodoBackendArgs = {
    ...place,
    ...settings.backend,
    corsOrigins: [origin],
    migrate: database.migrations === "job",
    secret: reference(secrets.backend),
    networkPolicy: policies.backend,
  };
  return {
    environment: { namespace, secrets, quota: settings.quota },
    ...(database.mode === "inside" &&
      secrets.postgres && {
        postgres: {
          ...place,
          ...database,
          secret: reference(secrets.postgres),
          storageClass: cluster.storageClass,
          networkPolicy: policies.postgres,
        },
      }),
    backend,
    frontend: {
      ...place,
      ...settings.frontend,
      apiUrl: backendUrl(backend),
      origin,
      ingressClass: cluster.ingressClass,
      networkPolicy: policies.frontend,
    },
  };
}

/** The charts of an environment with their final values, in the order of their installation. */
export function chartsOf({ postgres, backend, frontend }: Parts): ChartArgs[] {
  return [...(postgres ? [postgresChart(postgres)] : []), backendChart(backend), frontendChart(frontend)];
}
