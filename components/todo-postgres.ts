import type * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, checksum, LocalChart, type Plain, type PreparedChart } from "local-charts";
import type { Backup } from "../settings/contract.ts";
import type { DatabaseParts } from "../settings/database-forms.ts";
import { POSTGRES_PORT } from "../settings/database-url.ts";
import type { NetworkPolicyArgs } from "./network-policies.ts";
import { type Place, release, releaseName, type SecretReference } from "./release.ts";
import { pullSecrets } from "./service-values.ts";

/** Folder of the chart below `helm/`. */
export const POSTGRES_CHART = "todo-postgres";
const USER = "todo";
const DATABASE = "todo";

export interface TodoPostgresArgs extends Place {
  /** Secret with the password of the database's user. */
  secret: SecretReference;
  /** The Secret that the image is pulled with. Default: none. */
  pullSecret?: SecretReference;
  /** Size of the volume in GiB. */
  storageGiB: number;
  /** Default: the cluster's own StorageClass. */
  storageClass?: string;
  /** Default: no backups are made. */
  backup?: Backup;
  /** Default: none, so that every pod of the cluster may connect. */
  networkPolicy?: NetworkPolicyArgs;
}

/** PostgreSQL in the cluster, on a volume that outlives its pod. */
export class TodoPostgres extends LocalChart {
  constructor(name: string, chart: PreparedChart<"./helm/todo-postgres">, opts: pulumi.ComponentResourceOptions) {
    super(name, chart, opts, "todo:index:TodoPostgres");
  }
}

/** The chart with its values. */
export function postgresChart(args: TodoPostgresArgs): ChartArgs<"./helm/todo-postgres"> {
  return release(POSTGRES_CHART, args, postgresValues(args));
}

/** Values of `helm/todo-postgres`. */
export function postgresValues(args: TodoPostgresArgs): Record<string, Plain> {
  const { secret, storageGiB, storageClass, backup, networkPolicy } = args;
  const volume = (gibibytes: number) => ({
    size: `${gibibytes}Gi`,
    ...(storageClass && { storageClassName: storageClass }),
  });
  return {
    service: { port: POSTGRES_PORT },
    auth: {
      existingSecret: secret.name,
      passwordKey: "POSTGRES_PASSWORD",
      username: USER,
      database: DATABASE,
      checksum: checksum(secret.fingerprints),
    },
    ...pullSecrets(args),
    persistence: volume(storageGiB),
    ...(backup && {
      backup: {
        enabled: true,
        schedule: backup.schedule,
        keep: backup.keep,
        persistence: volume(backup.storageGiB),
        activeDeadlineSeconds: backup.deadlineSeconds,
      },
    }),
    ...(networkPolicy && { networkPolicy: { enabled: true, ...networkPolicy } }),
  };
}

/** Address of the database inside an environment. */
export function insideDatabase(environment: string, password: string): DatabaseParts {
  const host = releaseName(POSTGRES_CHART, environment);
  return { host, port: String(POSTGRES_PORT), name: DATABASE, user: USER, password };
}
