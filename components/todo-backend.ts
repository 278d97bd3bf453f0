import * as pulumi from "@pulumi/pulumi";
import { type BackendSettings, SECRET_KEYS, type SecretKey } from "../settings/contract";
import { localChart, TIMEOUT_SECONDS } from "./local-chart";
import { type ChartArgs, checksum, type KubernetesObject, type Plain, releaseName } from "./render-chart";
import type { SecretReference } from "./secrets";

const CHART = "todo-backend";

/** The section `todo:backend` of the settings, and what it is wired to. */
export interface TodoBackendArgs extends Omit<BackendSettings, "chatRequired"> {
  /** Name of the stack. */
  environment: string;
  namespace: string;
  /** Origins from which browsers may call; exactly these. */
  corsOrigins: string[];
  /** Whether a Job brings the schema up to date before each install and upgrade. */
  migrate: boolean;
  secret: SecretReference;
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
  const { image, replicas, port, pool, resources, health, ready, secret } = args;
  return {
    image: { ...image },
    replicaCount: replicas,
    containerPort: port,
    service: { port },
    resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
    probes: { startup: { path: health }, liveness: { path: health }, readiness: { path: ready } },
    env: {
      BACKEND_ENV: args.environment,
      BACKEND_HOST: "0.0.0.0",
      BACKEND_PORT: String(port),
      CORS_ORIGINS: args.corsOrigins.join(","),
      POOL_SIZE: String(pool.size),
      MAX_OVERFLOW: String(pool.overflow),
      POOL_TIMEOUT: String(pool.timeoutSeconds),
      CHAT_MAX_MESSAGES: String(args.chatMaxMessages),
      ...(args.openaiBaseUrl && { OPENAI_BASE_URL: args.openaiBaseUrl }),
      ...args.env,
    },
    secrets: { existingSecret: secret.name, ...secretVariables(args) },
    // The Job's own failure, which says why, comes before Helm's, which does not.
    migration: { enabled: args.migrate, activeDeadlineSeconds: TIMEOUT_SECONDS - 20 },
  };
}

/** Variables that come from the Secret: each of its keys under its own name, and under those of `secretKeys`. */
function secretVariables({ secretKeys, secret }: TodoBackendArgs) {
  const keys: Record<string, SecretKey> = {
    ...Object.fromEntries(SECRET_KEYS.map((key) => [key, key])),
    ...secretKeys,
  };
  const used = Object.entries(keys).map(([name, key]) => [name, secret.fingerprints[key] ?? "none"]);
  return {
    keys,
    optional: Object.keys(keys).filter((name) => keys[name] === "OPENAI_API_KEY"),
    checksum: checksum(Object.fromEntries(used)),
  };
}
