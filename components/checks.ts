// What the engine has to be told of this deployment: where its values come from, and what it is held to.
import { type ChartArgs, type Checks, explainBy, HIDDEN, type PrepareOptions, type WiringFacts } from "local-charts";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";
import { profile } from "../settings/minikube.ts";
import { callName, type StackService, servicesOf } from "../settings/services.ts";
import { BUILD_TIME, reservedNames } from "../settings/variables.ts";
import type { Settings } from "../settings.ts";
import { causeHints } from "./cause-hints.ts";
import { backendUrl, chartsOf, type Parts, partsOf } from "./parts.ts";
import { policyOf, type ReviewedException } from "./policy.ts";
import { PROGRAM } from "./program.ts";
import { releaseName } from "./release.ts";
import { type SecretSource, type SecretSpec, specsOf } from "./secrets.ts";

/** All that the rendered charts of an environment are checked against. */
export function checksOf(settings: Settings, parts: Parts, exceptions: ReviewedException[]): Checks {
  return {
    wiring: wiringFactsOf(settings, parts),
    policy: policyOf(settings, exceptions),
    quota: { limits: settings.quota, key: (part) => `todo:quota.${part}`, file: fileOf(settings.environment) },
  };
}

/** All that the engine is told besides charts and cluster. */
export function preparationOf(
  settings: Settings,
  parts: Parts,
  exceptions: ReviewedException[],
): Omit<PrepareOptions, "provider" | "context"> {
  const { environment, cluster } = settings;
  return {
    ...checksOf(settings, parts, exceptions),
    kubeVersion: KUBERNETES_VERSION,
    explain: explainFor(settings),
    hints: {
      allChanges: `make diff ENV=${environment}`,
      withoutCluster: `make preview ENV=${environment}`,
      ...causeHints(cluster.context === profile, settings),
      ...(cluster.context === profile && { diagnose: `make diagnose ENV=${environment}` }),
    },
    program: PROGRAM,
  };
}

/**
 * Of the chart values that a message names, the keys that they come from.
 * @param named the environment whose file has the keys
 */
export function explainFor(
  settings: Settings,
  named = settings.environment,
): (chart: ChartArgs, said: string) => string {
  const { secrets: _, furtherSecrets: __, environment: ___, ...sections } = settings;
  return explainBy({
    settings,
    sections,
    chartsOf: (changed) => Object.values(chartsOf(partsOf(changed))).filter((chart) => chart !== undefined),
    key: (path) => `todo:${path.join(".")}`,
    file: fileOf(named),
  });
}

const fileOf = (environment: string) => `Pulumi.${environment}.yaml`;

/** What has to fit between the releases. */
export function wiringFactsOf(settings: Settings, parts: Parts): WiringFacts {
  const { environment, neighbours } = settings;
  const all = servicesOf(settings);
  const release = (name: string) => releaseName(name, environment);
  const serviceOf = (found: string) => all.find(({ name }) => release(name) === found);
  const { backend, frontend } = parts;
  const [page, ...entrances] = parts.entrances;
  const own = (args: { release: string; variable?: string | false }) =>
    args.variable ? [{ release: args.release, variable: args.variable }] : [];
  const url = backendUrl(settings);
  const calls = own({ release: release("todo-frontend"), variable: frontend?.variables.apiUrl });
  return {
    environment,
    namespace: parts.environment.namespace,
    namespacePrefix: "todo-",
    settingsFile: fileOf(environment),
    secrets: Object.fromEntries(specsOf(parts.environment.secrets).map(knownContent)),
    // Whoever has the certificate puts it there, cert-manager say.
    made: settings.cluster.tlsSecret ? [`Secret ${settings.cluster.tlsSecret}`] : [],
    keyOf: (name, variable) => keyOf(serviceOf(name), variable),
    secretKeyOf: (name, variable) => secretKeyOf(serviceOf(name), variable),
    page,
    entrances,
    originVariables: [
      ...own({ release: release("todo-backend"), variable: backend?.variables.corsOrigins }),
      ...own({ release: release("todo-frontend"), variable: frontend?.variables.origin }),
    ],
    calls: url ? calls.map((each) => ({ ...each, to: release("todo-backend"), url })) : [],
    connections: all.flatMap(({ key, name, settings: { connectsTo } }) =>
      connectsTo
        .filter((to) => !Object.hasOwn(neighbours, to))
        .flatMap((to) => all.find((other) => callName(other) === to) ?? [])
        .map((to) => ({ release: release(name), to: release(to.name), key: `todo:${key}.connectsTo` })),
    ),
    neighbours: Object.entries(neighbours).map(([name, place]) => ({ ...place, key: `todo:neighbours.${name}` })),
    buildTimeVariables: frontend ? [{ release: release("todo-frontend"), ...BUILD_TIME }] : [],
    ...(settings.networkPolicies === "wired" && {
      networkPolicies: {
        because: "todo:networkPolicies is wired",
        outsidePortsKey: (name: string) => {
          const service = serviceOf(name);
          return service && `todo:${service.key}.externalPorts`;
        },
      },
    }),
  };
}

/** Of a Secret, what may be known of each key's content. */
function knownContent({ name, keys }: SecretSpec): [string, Record<string, string | undefined>] {
  const known = (source: SecretSource) => {
    if (source.from === "program") return source.text;
    return source.from === "password" ? source.text(HIDDEN) : undefined;
  };
  return [name, Object.fromEntries(Object.entries(keys).map(([key, source]) => [key, known(source)]))];
}

/** Key of the stack file that sets a variable; undefined where the program or a chart makes the value. */
function keyOf(service: StackService | undefined, variable: string): string | undefined {
  if (!service) return undefined;
  if (variable in service.settings.env) return `todo:${service.key}.env.${variable}`;
  const from = reservedNames(service)[variable];
  return from?.startsWith("todo:") ? from : secretKeyOf(service, variable);
}

function secretKeyOf(service: StackService | undefined, variable: string): string | undefined {
  const mapped = service && Object.hasOwn(service.settings.secretKeys ?? {}, variable);
  return mapped ? `todo:${service.key}.secretKeys.${variable}` : undefined;
}
