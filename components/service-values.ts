import { checksum, type Plain } from "local-charts";
import type { Sections } from "../settings/contract.ts";
import type { AnyServiceSettings } from "../settings/services.ts";
import type { NetworkPolicyArgs } from "./network-policies.ts";
import type { SecretReference } from "./release.ts";

/** What a service reads from Secrets. */
export interface SecretArgs {
  /** The Secret with its variables; undefined where it has none. */
  secret?: SecretReference;
  /** The variables, and the key of each. */
  fromSecret: Record<string, string>;
  /** The Secret that its image is pulled with. Default: none. */
  pullSecret?: SecretReference;
}

/** How a service is reached through a controller of the cluster: by its Ingresses, or by a Gateway. */
export interface Reach {
  host: string;
  /** Default: all. */
  paths?: string[];
  ingressClass?: string;
  /** Secret with the certificate of the Ingress. Default: none. */
  tlsSecret?: string;
  gateway?: Sections["cluster"]["gateway"];
  /** Of the Ingress, for its controller. */
  annotations?: Record<string, string>;
}

/** What a component of a service has besides the settings of its section. */
export interface ServiceWiring extends SecretArgs {
  /** Default: only the Service leads to it. */
  reach?: Reach;
  /** Default: none, so that its pods may connect to all, and all to them. */
  networkPolicy?: NetworkPolicyArgs;
  /** Default: it serves none. */
  metrics?: MetricsArgs;
}

/** Metrics that a service serves for Prometheus. */
export interface MetricsArgs {
  /** Of the container; no Service leads to it. */
  port: number;
  path: string;
  /** Namespace of who may ask where a networkPolicy shuts others out. */
  scraperNamespace: string;
  /** Labels of a PodMonitor and a PrometheusRule. Default: there are none of these. */
  operatorLabels?: Record<string, string>;
}

/** What the values of all services' charts are made from. */
export interface ServiceArgs
  extends ServiceWiring,
    Omit<
      AnyServiceSettings,
      "externalPorts" | "variables" | "env" | "secretKeys" | "connectsTo" | "port" | "health" | "metrics"
    > {
  /** None where it has no Service. */
  port?: number;
  /** Paths of the probes, false for the port alone; readiness asks the same as liveness unless it has its own. */
  health: string | false;
  /** What the probes run instead. */
  healthCommand?: string[];
  /** All variables that are no secrets. */
  env: Record<string, string>;
}

/** The values that the charts of all services have; beside an autoscaler a chart makes nothing of replicaCount. */
export function serviceValues(args: ServiceArgs): Record<string, Plain> {
  const { image, command, port, service, serviceName, resources, startSeconds } = args;
  const { testCommand, writablePaths, networkPolicy } = args;
  const probe = (path: string | false): Record<string, Plain> =>
    args.healthCommand ? { exec: args.healthCommand } : { path: path || "" };
  const { enabled, minReplicas, maxReplicas, cpuPercent } = args.autoscaling;
  return {
    image: { ...image },
    ...(command && { command }),
    ...(args.args && { args: args.args }),
    replicaCount: args.replicas,
    ...(enabled && {
      autoscaling: { enabled, minReplicas, maxReplicas, targetCPUUtilizationPercentage: cpuPercent },
    }),
    ...(port !== undefined && {
      containerPort: port,
      service: {
        ...(serviceName && { name: serviceName }),
        ...{ type: service.type, port, ...(service.nodePort && { nodePort: service.nodePort }) },
      },
    }),
    resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
    // The chart asks once a second.
    probes: {
      startup: { ...probe(args.health), failureThreshold: startSeconds },
      liveness: probe(args.health),
      readiness: probe(args.ready || args.health),
    },
    env: literal(args.env),
    ...pullSecrets(args),
    ...(args.reach && reachValues(args.reach)),
    ...(writablePaths && { writablePaths }),
    ...(args.metrics && { metrics: metricsValues(args.metrics) }),
    ...(networkPolicy && { networkPolicy: { enabled: true, ...networkPolicy, ...scraperOf(args.metrics) } }),
    ...(testCommand !== undefined && { test: testCommand ? { command: testCommand } : { enabled: false } }),
  };
}

function metricsValues({ port, path, operatorLabels: labels }: MetricsArgs): Record<string, Plain> {
  return { port, path, ...(labels && { operator: { enabled: true, labels: { ...labels } } }) };
}

const scraperOf = (metrics?: MetricsArgs) => metrics && { allowMetricsFrom: metrics.scraperNamespace };

/** What a chart is told of the ways in through a controller. */
function reachValues({ host, paths, ingressClass, tlsSecret, gateway, annotations }: Reach): Record<string, Plain> {
  const some = paths && { paths };
  const tls = tlsSecret && { tls: { secretName: tlsSecret } };
  if (ingressClass) {
    const said = annotations && { annotations };
    return { ingress: { enabled: true, className: ingressClass, host, ...some, ...tls, ...said } };
  }
  if (!gateway) return {};
  const { name, namespace, listener } = gateway;
  const parent = { name, ...(namespace && { namespace }), ...(listener && { sectionName: listener }) };
  return { httpRoute: { enabled: true, parentRefs: [parent], hostnames: [host], ...some } };
}

/** What a chart is told of the Secret that its images are pulled with. */
export const pullSecrets = ({ pullSecret }: Pick<SecretArgs, "pullSecret">): Record<string, Plain> =>
  pullSecret ? { imagePullSecrets: [{ name: pullSecret.name }] } : {};

/**
 * What a chart is told of the Secret with a service's variables.
 * @param anyway variables that the chart reads unless it is told that there is none
 */
export function secretValues(
  { secret, fromSecret }: SecretArgs,
  anyway: readonly string[] = [],
): Record<string, Plain> {
  if (!secret) return {};
  const names = Object.keys(fromSecret);
  const dropped = anyway.filter((name) => !names.includes(name)).map((name) => [name, ""]);
  const used = names.map((name) => [name, secret.fingerprints[fromSecret[name]] ?? "none"]);
  return {
    secrets: {
      existingSecret: secret.name,
      keys: { ...fromSecret, ...Object.fromEntries(dropped) },
      optional: names.filter((name) => fromSecret[name] === "OPENAI_API_KEY"),
      checksum: checksum(Object.fromEntries(used)),
    },
  };
}

/** What Helm needs beside the longest that a pod or a Job may take, so that their own failure, which says why, comes first. */
const MARGIN_SECONDS = 20;

/**
 * How long each step of Helm may take: a rollout starts one pod after another.
 * @param before seconds of a Job that runs before the pods
 */
export function timeoutOf(args: Pick<ServiceArgs, "replicas" | "autoscaling" | "startSeconds">, before = 0): number {
  const pods = args.autoscaling.enabled ? args.autoscaling.maxReplicas : args.replicas;
  return Math.max(pods * args.startSeconds, before) + MARGIN_SECONDS;
}

/** The port of its metrics, as a variable of the image has it. */
export const metricsPort = ({ metrics }: Pick<ServiceWiring, "metrics">) => metrics && String(metrics.port);

/** Values under the names that an image has for them; what it has no name for, or what has no value, is left out. */
export function named<Setting extends string>(
  names: Record<Setting, string | false>,
  values: Record<Setting, string | undefined>,
): Record<string, string> {
  const settings = Object.keys(names) as Setting[];
  return Object.fromEntries(
    settings.flatMap((setting) => {
      const [name, value] = [names[setting], values[setting]];
      return name && value !== undefined ? [[name, value]] : [];
    }),
  );
}

/**
 * Texts as the charts have to be told them, for in a stack file a text is a text. There one with `{{` is a template; and in
 * one with `$(` Kubernetes fills in variables, and makes one `$` of two.
 */
function literal(variables: Record<string, string>): Record<string, string> {
  const plain = (text: string) => (text.includes("$(") ? text.replaceAll("$", () => "$$") : text);
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, plain(text).replaceAll("{{", '{{ "{{" }}')]),
  );
}
