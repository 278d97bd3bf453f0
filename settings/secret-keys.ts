/** A key that Secrets may have: where its value comes from. */
interface SecretKeyFacts {
  /** Key below `todo:` that gives its value. */
  given?: string;
  /** Resource and length of the random value that it has unless one is given. */
  random?: { resource: string; length: number };
  /** What else gives it. */
  otherwise?: string;
}

const ofDatabase = { given: "databaseUrl", otherwise: "the database inside" };

/** The parts of the database's address: for images that read them one by one. */
export const databaseParts = {
  DATABASE_HOST: ofDatabase,
  DATABASE_PORT: ofDatabase,
  DATABASE_NAME: ofDatabase,
  DATABASE_USER: ofDatabase,
  DATABASE_PASSWORD: ofDatabase,
} satisfies Record<string, SecretKeyFacts>;

/** Every key of the Secrets, but those of `todo:secrets` and of `todo:database.urls`. */
export const secretKeys = {
  SECRET_KEY: { given: "secretKey", random: { resource: "secret-key", length: 48 } },
  AUTH_SECRET: { given: "authSecret", random: { resource: "auth-secret", length: 48 } },
  /** Of the database inside. */
  POSTGRES_PASSWORD: { random: { resource: "postgres-password", length: 32 } },
  OPENAI_API_KEY: { given: "openaiApiKey" },
  DATABASE_URL: ofDatabase,
  ...databaseParts,
} satisfies Record<string, SecretKeyFacts>;

/** A key that services can have. POSTGRES_PASSWORD is the database's; to others it is DATABASE_PASSWORD. */
export type SecretKey = Exclude<keyof typeof secretKeys, "POSTGRES_PASSWORD">;

/** Keys that the backend has under their own names unless it says otherwise. */
export const SECRET_KEYS = [
  "DATABASE_URL",
  "SECRET_KEY",
  "AUTH_SECRET",
  "OPENAI_API_KEY",
] as const satisfies SecretKey[];

/** Keys that lead to the database, beside those of `todo:database.urls`. */
export const DATABASE_KEYS = ["DATABASE_URL", ...Object.keys(databaseParts)];

/** Keys that a service may name in its `secretKeys`, beside those of a stack's own. */
export const NAMED_KEYS: string[] = [...SECRET_KEYS, ...Object.keys(databaseParts)];

/** The facts about a key, whatever it is; undefined for one that is none of these. */
export const factsOf = (key: string): SecretKeyFacts | undefined =>
  Object.hasOwn(secretKeys, key) ? (secretKeys as Record<string, SecretKeyFacts>)[key] : undefined;
