import * as pulumi from "@pulumi/pulumi";
import type { SecretValue } from "../settings";
import type { SecretReference } from "./environment";
import { localChart } from "./local-chart";
import { checksum, type Plain, releaseName } from "./render-chart";

const CHART = "todo-postgres";
const USER = "todo";
const DATABASE = "todo";
const PORT = 5432;

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
}

/** PostgreSQL in the cluster, on a volume that outlives its pod. */
export class TodoPostgres extends pulumi.ComponentResource {
  constructor(name: string, args: TodoPostgresArgs, opts: pulumi.ComponentResourceOptions) {
    super("todo:index:TodoPostgres", name, {}, opts);
    const { environment, namespace } = args;
    const values = postgresValues(args);
    localChart(name, { chart: CHART, environment, namespace, values }, { parent: this, dependsOn: opts.dependsOn });
    this.registerOutputs({});
  }
}

/** Values of `helm/todo-postgres`. */
export function postgresValues({ secret, storageGiB, storageClass }: TodoPostgresArgs): Record<string, Plain> {
  return {
    service: { port: PORT },
    auth: {
      existingSecret: secret.name,
      passwordKey: "POSTGRES_PASSWORD",
      username: USER,
      database: DATABASE,
      checksum: checksum(secret.fingerprints),
    },
    persistence: { size: `${storageGiB}Gi`, ...(storageClass && { storageClassName: storageClass }) },
  };
}

/** Address of the database inside an environment, for the backend's driver. */
export function insideDatabaseUrl(environment: string, password: SecretValue): SecretValue {
  const url = (word: string) =>
    `postgresql+asyncpg://${USER}:${word}@${releaseName(CHART, environment)}:${PORT}/${DATABASE}`;
  return { value: pulumi.interpolate`${password.value.apply(url)}`, fingerprint: url(password.fingerprint) };
}
