import * as pulumi from "@pulumi/pulumi";
import { POSTGRES_PORT } from "../settings/fields";
import { localChart } from "./local-chart";
import type { NetworkPolicyArgs } from "./network-policies";
import { type ChartArgs, checksum, type KubernetesObject, type Plain, releaseName } from "./render-chart";
import type { SecretReference } from "./secrets";

const CHART = "todo-postgres";
const USER = "todo";
const DATABASE = "todo";

export interface TodoPostgresArgs {
  /** Name of the stack. */
  environment: string;
  namespace: string;
  /** Secret with the password of the database's user. */
  secret: SecretReference;
  /** Size of the volume in GiB. */
  storageGiB: number;
  /** Default: the cluster's own StorageClass. */
  storageClass?: string;
  /** Default: none, so that every pod of the cluster may connect. */
  networkPolicy?: NetworkPolicyArgs;
}

/** PostgreSQL in the cluster, on a volume that outlives its pod. */
export class TodoPostgres extends pulumi.ComponentResource {
  /** @param objects the chart's, rendered for these arguments */
  constructor(
    name: string,
    args: TodoPostgresArgs,
    objects: KubernetesObject[],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("todo:index:TodoPostgres", name, {}, opts);
    localChart(name, { ...postgresChart(args), objects }, { parent: this, dependsOn: opts.dependsOn });
    this.registerOutputs({});
  }
}

/** The chart with its values. */
export function postgresChart(args: TodoPostgresArgs): ChartArgs {
  const { environment, namespace } = args;
  return { chart: CHART, environment, namespace, values: postgresValues(args) };
}

/** Values of `helm/todo-postgres`. */
export function postgresValues(args: TodoPostgresArgs): Record<string, Plain> {
  const { secret, storageGiB, storageClass, networkPolicy } = args;
  return {
    service: { port: POSTGRES_PORT },
    auth: {
      existingSecret: secret.name,
      passwordKey: "POSTGRES_PASSWORD",
      username: USER,
      database: DATABASE,
      checksum: checksum(secret.fingerprints),
    },
    persistence: { size: `${storageGiB}Gi`, ...(storageClass && { storageClassName: storageClass }) },
    ...(networkPolicy && { networkPolicy: { enabled: true, ...networkPolicy } }),
  };
}

/** Address of the database inside an environment. @param driver scheme of the URL, e.g. `postgresql+asyncpg` */
export function insideDatabaseUrl(environment: string, driver: string, password: string): string {
  return `${driver}://${USER}:${password}@${releaseName(CHART, environment)}:${POSTGRES_PORT}/${DATABASE}`;
}
