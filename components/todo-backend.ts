import * as pulumi from "@pulumi/pulumi";
import { type BackendSettings, SECRET_KEYS } from "../settings/contract";
import { secretVariables } from "../settings/variables";
import { localChart, TIMEOUT_SECONDS } from "./local-chart";
import { literal, named } from "./named";
import type { NetworkPolicyArgs } from "./network-policies";
import { type ChartArgs, checksum, type KubernetesObject, type Plain, releaseName } from "./render-chart";
import { scalingValues } from "./scaling";
import type { SecretReference } from "./secrets";

const CHART = "todo-backend";

/** The section `todo:backend` of the settings, and what it is wired to. */
export interface TodoBackendArgs extends Omit<BackendSettings, "chatRequired" | "externalPorts"> {
  /** Name of the stack. */
  environment: string;
  namespace: string;
  /** Origins from which browsers may call; exactly these. */
  corsOrigins: string[];
  /** Whether a Job brings the schema up to date before each install and upgrade. */
  migrate: boolean;
  secret: SecretReference;
  /** Default: none, so that its pods may connect to all, and all to them. */
  networkPolicy?: NetworkPolicyArgs;
}

/** The API of the Todo application. */
export class TodoBackend extends pulumi.ComponentResource {
  /** @param objects the chart's, rendered for these arguments */
  constructor(name: string, args: TodoBackendArgs, objects: KubernetesObject[], opts: pulumi.ComponentResourceOptions) {
    super("todo:index:TodoBackend", name, {}, opts);
    localChart(name, { ...backendChart(args), objects }, { parent: this, dependsOn: opts.dependsOn });
    this.registerOutputs({ url: backendUrl(args) });
  }
}

/** Address inside the cluster. */
export function backendUrl({ environment, port }: Pick<TodoBackendArgs, "environment" | "port">): string {
  return `http://${releaseName(CHART, environment)}:${port}`;
}

/** The chart with its values. */
export function backendChart(args: TodoBackendArgs): ChartArgs {
  const { environment, namespace } = args;
  return { chart: CHART, environment, namespace, values: backendValues(args) };
}

/** Values of `helm/todo-backend`. */
export function backendValues(args: TodoBackendArgs): Record<string, Plain> {
  const { image, port, resources, health, ready, secret, testCommand, writablePaths, networkPolicy } = args;
  return {
    image: { ...image },
    ...scalingValues(args),
    containerPort: port,
    service: { port },
    resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
    probes: { startup: { path: health }, liveness: { path: health }, readiness: { path: ready || health } },
    env: literal({ ...ownVariables(args), ...args.env }),
    secrets: { existingSecret: secret.name, ...fromSecret(args) },
    migration: {
      enabled: args.migrate,
      ...(args.migrationCommand && { command: args.migrationCommand }),
      // The Job's own failure, which says why, comes before Helm's, which does not.
      activeDeadlineSeconds: TIMEOUT_SECONDS - 20,
    },
    ...(writablePaths && { writablePaths }),
    ...(networkPolicy && { networkPolicy: { enabled: true, ...networkPolicy } }),
    ...(testCommand !== undefined && { test: testCommand ? { command: testCommand } : { enabled: false } }),
  };
}

/** What the settings say, under the names that the image has for it. */
function ownVariables(args: TodoBackendArgs): Record<string, string> {
  const { variables, pool } = args;
  return named(variables, {
    environment: args.environment,
    host: "0.0.0.0",
    port: String(args.port),
    corsOrigins: args.corsOrigins.join(","),
    poolSize: String(pool.size),
    maxOverflow: String(pool.overflow),
    poolTimeout: String(pool.timeoutSeconds),
    chatMaxMessages: String(args.chatMaxMessages),
    openaiBaseUrl: args.openaiBaseUrl,
  });
}

/** Variables that come from the Secret. */
function fromSecret({ secretKeys, secret }: TodoBackendArgs) {
  const further = Object.keys(secret.fingerprints).filter((key) => !(SECRET_KEYS as readonly string[]).includes(key));
  const keys = secretVariables(secretKeys, further);
  const used = Object.entries(keys).map(([name, key]) => [name, secret.fingerprints[key] ?? "none"]);
  // The chart has each of SECRET_KEYS under its own name, unless it is told that there is none.
  const dropped = SECRET_KEYS.filter((name) => !(name in keys)).map((name) => [name, ""]);
  return {
    keys: { ...keys, ...Object.fromEntries(dropped) },
    optional: Object.keys(keys).filter((name) => keys[name] === "OPENAI_API_KEY"),
    checksum: checksum(Object.fromEntries(used)),
  };
}
