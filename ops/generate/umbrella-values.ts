import { basename } from "node:path";
import type { ChartArgs, Plain } from "local-charts";
import { isMap } from "local-charts/objects";
import { releaseName } from "../../components/release.ts";
import type { Secrets } from "../../components/secrets.ts";
import { POSTGRES_CHART } from "../../components/todo-postgres.ts";
import { generatedValues } from "./helm-values.ts";

/** The chart over all others, for whoever installs with Helm alone. */
export const UMBRELLA = "todo-app";

/** The `values.yaml` of each chart, by its name. */
export type Defaults = Record<string, Record<string, unknown>>;

/** Path of the umbrella's values in an environment, below the root of the repository. */
export const umbrellaFile = (environment: string) => `helm/${UMBRELLA}/values/${environment}.yaml`;

/**
 * What `helm install -f` needs for all charts of an environment as one release. The database is inside, whatever the stack
 * has, and the Secret is the umbrella's one.
 */
export function umbrellaText(
  charts: ChartArgs[],
  environment: string,
  secrets: Secrets,
  origin: string,
  defaults: Defaults,
): string {
  const [{ namespace }] = charts;
  const release = releaseName(UMBRELLA, environment);
  const file = `./${umbrellaFile(environment)}`;
  const keys = [
    "POSTGRES_PASSWORD",
    ...Object.keys(secrets.backend?.keys ?? {}).filter((key) => key !== "DATABASE_URL"),
  ];
  const { existingSecret } = defaults[UMBRELLA].global as { existingSecret: string };
  const lines = [
    `helm install ${release} ./helm/${UMBRELLA} --dependency-update -f ${file} --namespace ${namespace}`,
    `It needs the Secret ${existingSecret} with ${keys.join(", ")}. No pod notices a change of that; this restarts them:`,
    `  helm upgrade ${release} ./helm/${UMBRELLA} -f ${file} --namespace ${namespace} --set-string global.secretChecksum=$(date +%s)`,
    "PostgreSQL is inside, and what is not said here is as in values.yaml.",
  ];
  return generatedValues(environment, lines, umbrellaValues(charts, environment, origin, defaults));
}

/** What an environment decides about its charts, as values of the umbrella: all but what that wires by its release's name. */
export function umbrellaValues(
  charts: ChartArgs[],
  environment: string,
  origin: string,
  defaults: Defaults,
): Record<string, Plain> {
  const dependencies = charts.filter(({ chart }) => basename(chart) in defaults[UMBRELLA]);
  const names = dependencies.map(({ chart }) => basename(chart));
  /** A text that is this environment's origin, or names its Services, as the umbrella has it. */
  const wired = (text: string) =>
    text === origin
      ? "{{ .Values.global.origin }}"
      : names.reduce(
          (all, name) => all.replaceAll(releaseName(name, environment), `{{ .Release.Name }}-${name}`),
          text,
        );
  const inside = charts.some(({ chart }) => basename(chart) === POSTGRES_CHART);
  const parts = dependencies.map(({ values }, index) => {
    const name = names[index];
    return [name, partValues(values, wired, inside, [defaults[UMBRELLA][name] as Fields, defaults[name]])];
  });
  return { global: { origin }, ...Object.fromEntries(parts) };
}

/** What a file for an environment says even where it says what the charts do. */
const STATED = [
  "image",
  "replicaCount",
  "autoscaling",
  "resources",
  "probes",
  "persistence",
  "backup",
  "writablePaths",
  "test",
];

/**
 * @param inside whether the stack's own database is, so that what it says of migrations is about such a one
 * @param layers what the part has anyway: the umbrella's values for it, then its own
 */
function partValues(
  values: ChartArgs["values"],
  wired: (text: string) => string,
  inside: boolean,
  layers: Fields[],
): Record<string, Plain> {
  const { containerPort, metrics, service, env = {}, secrets, migration, ingress } = values as ChartValues;
  const variables = Object.entries(env).map(([name, text]) => [name, wired(text)]);
  // There is no DATABASE_URL in the Secret: the umbrella puts it together, for whatever variables the image has for it.
  const keys = Object.entries(secrets?.keys ?? {}).filter(([, key]) => key !== "DATABASE_URL");
  const urls = Object.entries(secrets?.keys ?? {}).filter(([, key]) => key === "DATABASE_URL");
  const { DATABASE_URL } = (layers[0].env ?? {}) as { DATABASE_URL?: string };
  const others = {
    containerPort,
    ...(metrics && { metrics }),
    service,
    env: Object.fromEntries([...variables, ...urls.map(([name]) => [name, DATABASE_URL])]),
    secrets: { keys: Object.fromEntries(keys), optional: secrets?.optional },
    migration: { enabled: inside ? migration?.enabled : undefined, command: migration?.command },
    ingress: { enabled: ingress?.enabled, className: ingress?.className },
  };
  const stated = STATED.flatMap((key) => (key in values ? [[key, values[key]] as const] : []));
  return { ...Object.fromEntries(stated), ...differing(others, layers) };
}

/** As far as more than their names counts. */
interface ChartValues {
  containerPort?: number;
  metrics?: Fields;
  service?: Fields;
  env?: Record<string, string>;
  secrets?: { keys: Record<string, string>; optional: string[] };
  migration?: { enabled: boolean; command?: string[] };
  ingress?: { enabled: boolean; className: string };
}

type Fields = Record<string, unknown>;

/** What of `values` is there and is not what the first of `layers` says that knows the key. */
function differing(values: Fields, layers: Fields[]): Record<string, Plain> {
  const entries = Object.entries(values).flatMap(([key, value]): [string, Plain][] => {
    const below = layers.flatMap((layer) => (key in layer ? [layer[key]] : []));
    if (isMap(value)) {
      const rest = differing(value, below.filter(isMap));
      return Object.keys(rest).length > 0 ? [[key, rest]] : [];
    }
    const same = value === undefined || JSON.stringify(value) === JSON.stringify(below[0]);
    return same ? [] : [[key, value as Plain]];
  });
  return Object.fromEntries(entries);
}
