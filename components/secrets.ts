import type * as pulumi from "@pulumi/pulumi";
import type { SecretValue, Settings } from "../settings";
import { insideDatabaseUrl } from "./todo-postgres";

/** Where the content of a key comes from, and a text that changes when the content does: the content itself is never here. */
export type SecretSource = { fingerprint: string } & (
  | { from: "config"; value?: pulumi.Output<string> }
  | { from: "random"; resource: string; length: number; generation: string }
  | { from: "password"; text: (password: string) => string }
);

/** A Secret that is made before any chart. */
export interface SecretSpec {
  name: string;
  keys: Record<string, SecretSource>;
}

/** A Secret in the cluster as charts get to know it: by name, never by value. */
export interface SecretReference {
  name: string;
  /** For each key that it has: a text that changes when the value does. */
  fingerprints: Record<string, string>;
}

/** The Secrets of an environment. */
export interface Secrets {
  backend: SecretSpec;
  /** Only where the database is inside; its one key is the password that others of `from: "password"` contain. */
  postgres?: SecretSpec;
}

/** SECRET_KEY and AUTH_SECRET are random unless given; DATABASE_URL is that of the database inside, or given. */
export function secretsOf({ environment, database, secrets, furtherSecrets, generations }: Settings): Secrets {
  const given = (value: SecretValue): SecretSource => ({ from: "config", ...value });
  const password = random("postgres-password", 32, generations.POSTGRES_PASSWORD);
  const databaseUrl: SecretSource =
    database.mode === "inside"
      ? {
          from: "password",
          text: (word) => insideDatabaseUrl(environment, database.driver, word),
          fingerprint: insideDatabaseUrl(environment, database.driver, password.fingerprint),
        }
      : given(secrets.databaseUrl as SecretValue);
  return {
    backend: {
      name: "todo-backend-secrets",
      keys: {
        DATABASE_URL: databaseUrl,
        SECRET_KEY: secrets.secretKey ? given(secrets.secretKey) : random("secret-key", 48, generations.SECRET_KEY),
        AUTH_SECRET: secrets.authSecret
          ? given(secrets.authSecret)
          : random("auth-secret", 48, generations.AUTH_SECRET),
        ...(secrets.openaiApiKey && { OPENAI_API_KEY: given(secrets.openaiApiKey) }),
        ...Object.fromEntries(Object.entries(furtherSecrets).map(([key, value]) => [key, given(value)])),
      },
    },
    ...(database.mode === "inside" && {
      postgres: { name: "todo-postgres-secrets", keys: { POSTGRES_PASSWORD: password } },
    }),
  };
}

/** What a chart is told of a Secret. */
export function reference({ name, keys }: SecretSpec): SecretReference {
  const fingerprints = Object.entries(keys).map(([key, { fingerprint }]) => [key, fingerprint]);
  return { name, fingerprints: Object.fromEntries(fingerprints) };
}

/** The generation stands for the value in its fingerprint, because the value is unknown at preview. */
function random(resource: string, length: number, generation: number): SecretSource {
  return { from: "random", resource, length, generation: String(generation), fingerprint: `generated-${generation}` };
}
