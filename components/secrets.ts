import type * as pulumi from "@pulumi/pulumi";
import { checksum } from "local-charts";
import type { Registry, Tls } from "../settings/contract.ts";
import { type DatabaseParts, partsOfUrl, urlFor } from "../settings/database-forms.ts";
import { type SecretKey, secretKeys } from "../settings/secret-keys.ts";
import type { SecretValue } from "../settings/secret-values.ts";
import { servicesOf } from "../settings/services.ts";
import { secretVariables } from "../settings/variables.ts";
import type { Settings } from "../settings.ts";
import type { SecretReference } from "./release.ts";
import { insideDatabase, POSTGRES_CHART } from "./todo-postgres.ts";

/** Where the content of a key comes from, and a text that changes when the content does: the content itself is never here. */
export type SecretSource = {
  fingerprint: string;
  /** The key that it changes with; undefined for what only the program's code changes. */
  of?: string;
} & (
  | { from: "config"; value?: pulumi.Output<string>; part?: (value: string) => string }
  | RandomSource
  | { from: "password"; password: RandomSource; text: (password: string) => string }
  | { from: "program"; text: string }
);

/** A value that the program makes. */
export interface RandomSource {
  from: "random";
  fingerprint: string;
  of: string;
  resource: string;
  length: number;
  generation: string;
}

/** A Secret that is made before any chart, and never changed: its name follows from what it holds. */
export interface SecretSpec {
  name: string;
  /** The name without what changes: what one calls the Secret, whatever it holds. */
  family: string;
  /** As Kubernetes has it. Default: Opaque. */
  type?: string;
  keys: Record<string, SecretSource>;
}

/**
 * The Secrets of an environment, each for the one who reads it; only of those that read any. By the service's key, or
 * `postgres`, `registry` and `tls`.
 */
export type Secrets = Record<string, SecretSpec | undefined>;

/** In the order in which they are made. */
export const specsOf = (secrets: Secrets): SecretSpec[] => Object.values(secrets).filter((spec) => spec !== undefined);

/**
 * All random values of an environment, whether or not it uses them now: one that came back with the same generation has to be
 * what it was, as the Secret that is named by that generation may still be there.
 */
export function randomSources({ generations }: Pick<Settings, "generations">): RandomSource[] {
  return (["POSTGRES_PASSWORD", "SECRET_KEY", "AUTH_SECRET"] as const).map((key) => {
    const generation = String(generations[key]);
    // The generation stands for the value, which is unknown at preview.
    return { from: "random", of: key, ...secretKeys[key].random, generation, fingerprint: `generated-${generation}` };
  });
}

/** The Secrets of an environment, from what its settings give and what is random unless given. */
export function secretsOf(settings: Settings): Secrets {
  const sources = sourcesOf(settings);
  const variables = secretVariables(settings, Object.keys(sources.stack));
  const all: Record<string, SecretSource | undefined> = { ...sources.known, ...sources.stack };
  const entries = servicesOf(settings).flatMap(({ key: owner, name, service }) => {
    const keys = [...new Set(Object.values(variables[owner]))].flatMap((key) => {
      const source = all[key];
      return source ? [[key, source] as const] : [];
    });
    // The backend's chart wants a Secret's name even where it has no variable from one.
    const wanted = Object.keys(variables[owner]).length > 0 || service.secretKeys.length > 0;
    return wanted ? [[owner, secret(name, Object.fromEntries(keys))] as const] : [];
  });
  const { password } = sources;
  return {
    ...(settings.registry && { registry: registrySecret(settings.registry, settings.secrets.registryToken) }),
    ...(settings.tls && { tls: tlsSecret(settings.tls, settings.secrets.tlsKey) }),
    ...(password && { postgres: secret(POSTGRES_CHART, { POSTGRES_PASSWORD: password }) }),
    ...Object.fromEntries(entries),
  };
}

/** What the kubelet logs in to a registry with. */
function registrySecret({ server, user }: Registry, token: SecretValue | undefined): SecretSpec {
  const part = (password: string) => {
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    return JSON.stringify({ auths: { [server]: { username: user, password, auth } } });
  };
  const { value, fingerprint } = token as SecretValue;
  const source = { from: "config", value, part, fingerprint: `${server} ${user} ${fingerprint}` } as const;
  return { ...secret("todo-registry", { ".dockerconfigjson": source }), type: "kubernetes.io/dockerconfigjson" };
}

/** What a controller shows browsers. */
function tlsSecret({ certificate }: Tls, key: SecretValue | undefined): SecretSpec {
  const { value, fingerprint } = key as SecretValue;
  const keys = {
    "tls.crt": { from: "program", text: certificate, fingerprint: checksum({ certificate }) },
    "tls.key": { from: "config", value, fingerprint },
  } as const;
  return { ...secret("todo-tls", keys), type: "kubernetes.io/tls" };
}

/** Where the value of every key comes from that a service of this environment can have. */
function sourcesOf({ environment, database, secrets, furtherSecrets, generations }: Settings) {
  const [postgresPassword, secretKey, authSecret] = randomSources({ generations });
  const given = (of: string, value: SecretValue, part?: (text: string) => string, what = ""): SecretSource => ({
    ...{ from: "config", of, ...value, part },
    fingerprint: `${value.fingerprint}${what && ` ${what}`}`,
  });
  const password = database.mode === "inside" ? postgresPassword : undefined;

  /** A text made from the database's URL, whose scheme is the stack's driver. */
  const fromUrl = (part: (url: string) => string, what = ""): SecretSource => {
    if (!password) return given("DATABASE_URL", secrets.databaseUrl as SecretValue, part, what);
    const text = (word: string) => part(insideUrl(environment, database.driver, word));
    const [one, other] = [text("a"), text("b")];
    if (one === other) return { from: "program", text: one, fingerprint: one };
    return { from: "password", of: password.of, password, text, fingerprint: text(password.fingerprint) };
  };
  const partOf = (name: keyof DatabaseParts) => fromUrl((url) => partsOfUrl(url)[name], name);

  const known: Record<SecretKey, SecretSource | undefined> = {
    DATABASE_URL: fromUrl((url) => url),
    DATABASE_HOST: partOf("host"),
    DATABASE_PORT: partOf("port"),
    DATABASE_NAME: partOf("name"),
    DATABASE_USER: partOf("user"),
    DATABASE_PASSWORD: partOf("password"),
    SECRET_KEY: secrets.secretKey ? given("SECRET_KEY", secrets.secretKey) : secretKey,
    AUTH_SECRET: secrets.authSecret ? given("AUTH_SECRET", secrets.authSecret) : authSecret,
    OPENAI_API_KEY: secrets.openaiApiKey && given("OPENAI_API_KEY", secrets.openaiApiKey),
  };
  const urls = Object.entries(database.urls).map(([key, { driver, parameters }]) => {
    const what = `${driver} ${parameters ?? "as it is"}`;
    return [key, fromUrl((url) => urlFor(url, driver, parameters), what)] as const;
  });
  const further = Object.entries(furtherSecrets).map(([key, value]) => [key, given(key, value)] as const);
  const stack: Record<string, SecretSource> = Object.fromEntries([...urls, ...further]);
  return { known, stack, password };
}

function insideUrl(environment: string, driver: string, word: string): string {
  const { host, port, name, user, password } = insideDatabase(environment, word);
  return `${driver}://${user}:${password}@${host}:${port}/${name}`;
}

/** The Secret of a chart, or of what else has one. */
function secret(owner: string, keys: Record<string, SecretSource>): SecretSpec {
  const family = `${owner}-secrets`;
  return { name: `${family}-${checksum(fingerprintsOf(keys))}`, family, keys };
}

function fingerprintsOf(keys: Record<string, SecretSource>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([key, { fingerprint }]) => [key, fingerprint]));
}

/** What a chart is told of a Secret. */
export function reference({ name, keys }: SecretSpec): SecretReference {
  return { name, fingerprints: fingerprintsOf(keys) };
}
