import type { Entrance } from "local-charts";
import { backendPorts, servicePorts } from "../settings/external-ports.ts";
import { metricsOf } from "../settings/metrics.ts";
import { DATABASE_KEYS } from "../settings/secret-keys.ts";
import { serviceNameOf, servicesOf } from "../settings/services.ts";
import { secretVariables } from "../settings/variables.ts";
import type { Settings } from "../settings.ts";
import { connectionsOf, neighboursOf, type Party, portsOutside } from "./connections.ts";
import type { EnvironmentArgs } from "./environment.ts";
import { type FurtherServiceArgs, furtherChart } from "./further-service.ts";
import { incoming, outgoing } from "./network-policies.ts";
import { entrancesOf, reachOf } from "./reach.ts";
import { releaseName } from "./release.ts";
import { randomSources, reference, secretsOf } from "./secrets.ts";
import type { MetricsArgs } from "./service-values.ts";
import { backendChart, backendVariables, type TodoBackendArgs } from "./todo-backend.ts";
import { frontendChart, frontendVariables, type TodoFrontendArgs } from "./todo-frontend.ts";
import { POSTGRES_CHART, postgresChart, type TodoPostgresArgs } from "./todo-postgres.ts";

/** The arguments of each component of an environment. */
export interface Parts {
  environment: EnvironmentArgs;
  /** Only where the database is inside. */
  postgres?: TodoPostgresArgs;
  /** Of these two a stack may do without one. */
  backend?: TodoBackendArgs;
  frontend?: TodoFrontendArgs;
  /** Further services, by name. */
  services: Record<string, FurtherServiceArgs>;
  /** Where browsers come in: the page first. */
  entrances: [Entrance, ...Entrance[]];
}

/** What an environment consists of, and how its parts are wired. Pure: nothing is rendered, made or asked here. */
export function partsOf(settings: Settings): Parts {
  const { environment, cluster, database, backend, frontend } = settings;
  const namespace = `todo-${environment}`;
  const place = { environment, namespace };
  const secrets = secretsOf(settings);
  const fromSecret = secretVariables(settings, ownKeys(settings));
  const refer = (name: string) => secrets[name] && reference(secrets[name]);
  const all = servicesOf(settings);

  const metricsArgs = (key: string): MetricsArgs | undefined => {
    const { namespace: scraperNamespace, operator, labels } = settings.metrics;
    const one = all.find((each) => each.key === key);
    const served = one && metricsOf(one, settings.metrics);
    return served && { ...served, scraperNamespace, ...(operator && { operatorLabels: labels }) };
  };
  const variables: Record<string, Record<string, string>> = {
    ...(backend && {
      backend: backendVariables({ ...place, ...backend, ...backendWiring(settings), metrics: metricsArgs("backend") }),
    }),
    ...(frontend && {
      frontend: frontendVariables({
        ...place,
        ...frontend,
        ...frontendWiring(settings),
        metrics: metricsArgs("frontend"),
      }),
    }),
  };
  const parties = all.map(
    (one): Party => ({
      ...one,
      serviceName: serviceNameOf(one, environment),
      variables: variables[one.key] ?? one.settings.env,
      stores: readsDatabase(settings, fromSecret[one.key]),
      migrates: one.key === "backend" && database.migrations === "job",
      migrationCommand: (one.key === "backend" && backend?.migration.command) || [],
    }),
  );
  const connections = connectionsOf(
    parties,
    database.mode === "inside" ? releaseName(POSTGRES_CHART, environment) : undefined,
    namespace,
  );

  const policyOf = (party: Party) => {
    if (settings.networkPolicies !== "wired") return undefined;
    const open = party.key === "frontend" || party.settings.service.type === "NodePort" || reaches(party.key);
    const outside = party.key === "backend" && backend ? backendPorts(database, backend) : [];
    const ports = [
      ...outside,
      ...servicePorts(database, party.settings, party.stores),
      ...neighboursOf(party, settings.neighbours).map(({ port }) => port),
      ...portsOutside(party, namespace),
    ];
    const who = party.key === "frontend" ? {} : open ? ANYBODY : incoming(connections, party.name, environment);
    return { ...who, ...outgoing(connections, party.name, environment, [...new Set(ports)]) };
  };
  /** Whether a service needs the API, or the database, whose schema the backend brings up to date, itself or by others. */
  const isLater = (name: string, asked: string[] = [name]): boolean =>
    readsDatabase(settings, fromSecret[`services.${name}`]) ||
    connections
      .filter(({ from, to }) => from === name && !asked.includes(to))
      .some(({ to }) => !Object.hasOwn(settings.services, to) || isLater(to, [...asked, to]));
  const reaches = (key: string) => reachOf(settings, key) !== undefined;
  const wiringOf = (key: string) => {
    const party = parties.find((each) => each.key === key) as Party;
    return {
      secret: refer(key),
      fromSecret: fromSecret[key],
      pullSecret: refer("registry"),
      reach: reachOf(settings, key, refer("tls")?.name),
      networkPolicy: policyOf(party),
      metrics: metricsArgs(key),
    };
  };

  return {
    environment: { namespace, secrets, random: randomSources(settings), quota: settings.quota },
    ...(database.mode === "inside" &&
      secrets.postgres && {
        postgres: {
          ...place,
          ...database,
          secret: reference(secrets.postgres),
          pullSecret: refer("registry"),
          storageClass: cluster.storageClass,
          networkPolicy:
            settings.networkPolicies === "wired" ? incoming(connections, POSTGRES_CHART, environment) : undefined,
        },
      }),
    ...(backend && {
      backend: {
        ...{ ...place, ...backend, ...backendWiring(settings), ...wiringOf("backend") },
        ...(database.mode === "inside" &&
          settings.networkPolicies === "wired" &&
          readsDatabase(settings, fromSecret.backend) && { databaseService: releaseName(POSTGRES_CHART, environment) }),
      },
    }),
    ...(frontend && {
      frontend: { ...place, ...frontend, ...frontendWiring(settings), ...wiringOf("frontend") },
    }),
    services: Object.fromEntries(
      Object.entries(settings.services).map(([name, section]) => {
        const key = `services.${name}`;
        return [name, { ...place, ...section, ...wiringOf(key), name, later: isLater(name) }];
      }),
    ),
    entrances: entrancesOf(settings),
  };
}

const ANYBODY = { allowFromScope: "anywhere" } as const;

const backendWiring = ({ origin, database }: Settings) => ({
  corsOrigins: [origin],
  migrate: database.migrations === "job",
});

const frontendWiring = (settings: Settings) => ({ origin: settings.origin, apiUrl: backendUrl(settings) });

/** Address of the backend inside the cluster; undefined where there is none. */
export function backendUrl({ environment, backend }: Settings): string | undefined {
  const [api] = servicesOf({ backend });
  return api && `http://${serviceNameOf(api, environment)}:${api.settings.port}`;
}

/** Keys of Secrets that a stack has besides those that all have. */
const ownKeys = ({ database, furtherSecrets }: Settings) => [
  ...Object.keys(database.urls),
  ...Object.keys(furtherSecrets),
];

/** Whether variables of a service lead it to the database. */
function readsDatabase({ database }: Settings, variables: Record<string, string>): boolean {
  const keys = [...DATABASE_KEYS, ...Object.keys(database.urls)];
  return Object.values(variables).some((key) => keys.includes(key));
}

/** The charts of an environment. */
type EnvironmentCharts = {
  postgres: ReturnType<typeof postgresChart> | undefined;
  backend: ReturnType<typeof backendChart> | undefined;
  frontend: ReturnType<typeof frontendChart> | undefined;
} & Record<FurtherKey, ReturnType<typeof furtherChart>>;

/** By what the chart of a further service is known among the others. */
type FurtherKey = `services.${string}`;
export const furtherKey = (name: string): FurtherKey => `services.${name}`;

/** The charts of an environment with their final values. */
export function chartsOf({ postgres, backend, frontend, services }: Parts): EnvironmentCharts {
  const further = Object.values(services).map((args) => [furtherKey(args.name), furtherChart(args)]);
  return {
    postgres: postgres && postgresChart(postgres),
    backend: backend && backendChart(backend),
    frontend: frontend && frontendChart(frontend),
    ...Object.fromEntries(further),
  };
}
