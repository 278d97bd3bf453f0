import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Database, SecretValue, Settings } from "../settings";
import { insideDatabaseUrl } from "./todo-postgres";

export interface EnvironmentArgs {
  /** Name of the stack; the namespace is `todo-<environment>`. */
  environment: string;
  /** Where the database is; inside, its password is made here. */
  database: Database;
  /** Secrets of the stack's config; SECRET_KEY and AUTH_SECRET are random unless given. */
  secrets: Settings["secrets"];
}

/** A Secret in the cluster as charts get to know it: by name, never by value. */
export interface SecretReference {
  name: string;
  /** For each key that it has: a text that changes when the value does. */
  fingerprints: Record<string, string>;
}

/** The namespace of an environment, and the Secrets that have to be there before any chart. */
export class Environment extends pulumi.ComponentResource {
  readonly namespace: string;
  readonly backendSecret: SecretReference;
  /** Only where the database is inside. */
  readonly postgresSecret?: SecretReference;

  constructor(name: string, args: EnvironmentArgs, opts: pulumi.ComponentResourceOptions) {
    super("todo:index:Environment", name, {}, opts);
    const { environment, database, secrets } = args;
    this.namespace = `todo-${environment}`;

    const metadata = { name: this.namespace, labels: NAMESPACE_LABELS };
    const namespace = new kubernetes.core.v1.Namespace("namespace", { metadata }, { parent: this });
    const inNamespace = { parent: this, dependsOn: namespace };

    let databaseUrl: SecretValue;
    if (database.mode === "inside") {
      const password = generated("postgres-password", 32, this);
      const values = { POSTGRES_PASSWORD: password };
      this.postgresSecret = preCreatedSecret("todo-postgres-secrets", this.namespace, values, inNamespace);
      databaseUrl = insideDatabaseUrl(environment, password);
    } else {
      databaseUrl = database.url;
    }
    const values = {
      DATABASE_URL: databaseUrl,
      SECRET_KEY: secrets.secretKey ?? generated("secret-key", 48, this),
      AUTH_SECRET: secrets.authSecret ?? generated("auth-secret", 48, this),
      ...(secrets.openaiApiKey && { OPENAI_API_KEY: secrets.openaiApiKey }),
    };
    this.backendSecret = preCreatedSecret("todo-backend-secrets", this.namespace, values, inNamespace);

    this.registerOutputs({ namespace: this.namespace });
  }
}

/** Under "restricted", the cluster refuses a pod that runs as root, asks for capabilities or mounts the host. */
const NAMESPACE_LABELS = {
  "app.kubernetes.io/part-of": "todo",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
};

/** Another number makes new random values; it is part of their fingerprint, because the values are unknown at preview. */
const GENERATION = "1";

/** A random value of letters and digits, which needs no quoting in URLs and shells. */
function generated(name: string, length: number, parent: pulumi.Resource): SecretValue {
  const password = new random.RandomPassword(
    name,
    { length, special: false, keepers: { generation: GENERATION } },
    { parent },
  );
  return { value: password.result, fingerprint: `generated-${GENERATION}` };
}

function preCreatedSecret(
  name: string,
  namespace: string,
  values: Record<string, SecretValue>,
  opts: pulumi.CustomResourceOptions,
): SecretReference {
  const stringData = Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
  new kubernetes.core.v1.Secret(name, { metadata: { name, namespace }, stringData }, opts);
  const fingerprints = Object.entries(values).map(([key, { fingerprint }]) => [key, fingerprint]);
  return { name, fingerprints: Object.fromEntries(fingerprints) };
}
