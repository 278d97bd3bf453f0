import { scryptSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Sections, secrets, sections } from "./settings/contract";
import { contradictions } from "./settings/contradictions";
import { clashes, type OtherStack, otherStacks } from "./settings/other-stacks";
import { type Problem, problemsOf, report, suggestion } from "./settings/report";

/** The value of a secret, and what may be known about it. */
export interface SecretValue {
  value: pulumi.Output<string>;
  /** Changes when the value does; says nothing about it, so that it may be shown and compared in a preview. */
  fingerprint: string;
}

export type Database = Extract<Sections["database"], { mode: "inside" }> | ExternalDatabase;
type ExternalDatabase = Extract<Sections["database"], { mode: "external" }> & { url: SecretValue };

/** All that an environment is made from. Components get parts of it; nothing else reads the stack's config. */
export interface Settings extends Omit<Sections, "database"> {
  /** Name of the stack: dev, staging, prod. */
  environment: string;
  database: Database;
  secrets: { secretKey?: SecretValue; authSecret?: SecretValue; openaiApiKey?: SecretValue };
}

/** Settings of the running stack; throws one error that names everything that is wrong with them. */
export function loadSettings(): Settings {
  const config: Record<string, string> = pulumi.runtime.allConfig();
  // Not in the SDK's types: which of the values were encrypted in the stack file.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const raw = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, decode(value)]));
  const stack = pulumi.getStack();
  return parseSettings(stack, raw, Object.keys(config).filter(isConfigSecret), otherStacks(__dirname, stack));
}

/**
 * Settings from the `config:` of a stack file.
 * @param raw values by their full key (`todo:backend`)
 * @param secretKeys those of the keys whose value is, or contains, an encrypted one
 * @param others the stacks that this one must not get in the way of
 */
export function parseSettings(
  stack: string,
  raw: Record<string, unknown>,
  secretKeys: string[],
  others: OtherStack[] = [],
): Settings {
  const problems: Problem[] = [];
  const refuse = (key: string, text: string) => problems.push({ key, text });
  const known = [...Object.keys(sections), ...Object.keys(secrets)].map((name) => `todo:${name}`);

  if (!/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(stack)) {
    refuse("stack", `expected lower-case letters, digits and -, at most 30, found "${stack}"; it names the namespace`);
  }
  for (const key of Object.keys(raw)) {
    if (!known.includes(key) && !key.startsWith("pulumi:")) refuse(key, `no such key; ${suggestion(key, known)}`);
  }

  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<z.ZodType>(sections)) {
    const key = `todo:${name}`;
    const hidden = secretKeys.includes(key);
    if (hidden)
      refuse(key, "expected plain text, found an encrypted value; only the secrets of Pulumi.yaml reach a Secret");
    const result = schema.safeParse(raw[key]);
    if (result.success) parsed[name] = result.data;
    else problems.push(...problemsOf(key, schema, raw[key], result.error, hidden));
  }

  const given: Record<string, string> = {};
  for (const [name, schema] of Object.entries<z.ZodType<string>>(secrets)) {
    const key = `todo:${name}`;
    // Pulumi.yaml declares the secrets with an empty default, or the CLI would demand each of them.
    if (raw[key] === undefined || raw[key] === "") continue;
    const again = `\`pulumi config set --secret ${key} -s {stack}\` asks for it; the old value is no secret any more`;
    if (!secretKeys.includes(key)) refuse(key, `expected an encrypted value, found plain text; ${again}`);
    const result = schema.safeParse(raw[key]);
    given[name] = String(raw[key]);
    if (!result.success) problems.push(...problemsOf(key, schema, raw[key], result.error, true));
  }

  problems.push(...contradictions(parsed, new Set(Object.keys(given))), ...clashes(parsed, others));
  if (problems.length > 0) throw new pulumi.RunError(report(stack, problems));

  const { database, ...rest } = parsed as Sections;
  const secret = (name: string) => (given[name] ? secretValue(stack, name, given[name]) : undefined);
  const url = secret("databaseUrl");
  return {
    environment: stack,
    ...rest,
    database: database.mode === "external" ? { ...database, url: url as SecretValue } : database,
    secrets: {
      secretKey: secret("secretKey"),
      authSecret: secret("authSecret"),
      openaiApiKey: secret("openaiApiKey"),
    },
  };
}

/** The fingerprint is public: trying a guess on it is slow, and one in 16 million wrong guesses fits as well as the right one. */
function secretValue(stack: string, name: string, value: string): SecretValue {
  const fingerprint = scryptSync(value, `${stack}:${name}`, 3).toString("hex");
  return { value: pulumi.secret(value), fingerprint };
}

/** Pulumi hands maps over as JSON; a text stays as it is. */
function decode(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
