import { scryptSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { z } from "zod";
import { DRIVER, FURTHER_SECRETS, furtherSecret, keys, type Sections, secrets, sections } from "./settings/contract";
import { contradictions } from "./settings/contradictions";
import { backendPorts } from "./settings/external-ports";
import { clashes, type OtherStack, otherStacks } from "./settings/other-stacks";
import { type Problem, problemsOf, report, suggestion } from "./settings/report";

/** The value of a secret, and what may be known about it. */
export interface SecretValue {
  /** Absent where a stack file was read without its passphrase. */
  value?: pulumi.Output<string>;
  /** Changes when the value does; says nothing about it, so that it may be shown and compared in a preview. */
  fingerprint: string;
}

/** All that an environment is made from. Components get parts of it; nothing else reads the stack's config. */
export interface Settings extends Sections {
  /** Name of the stack: dev, staging, prod. */
  environment: string;
  /** By their key below `todo:`; databaseUrl is there exactly where database.mode is external. */
  secrets: Partial<Record<keyof typeof secrets, SecretValue>>;
  /** By their key below `todo:secrets`, which is their key in the Secret too. */
  furtherSecrets: Record<string, SecretValue>;
}

export interface ParseOptions {
  /** The stacks that this one must not get in the way of. Default: none. */
  others?: OtherStack[];
  /** Take a secret that is missing for one that will be set: for a look at a stack that nobody has set up here. */
  assumeSecrets?: boolean;
}

/** Settings of the running stack; throws one error that names everything that is wrong with them. */
export function loadSettings(): Settings {
  const config: Record<string, string> = pulumi.runtime.allConfig();
  // Not in the SDK's types: which of the values were encrypted in the stack file.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const raw = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, decode(value)]));
  const stack = pulumi.getStack();
  // Of a map, Pulumi only says that something in it was encrypted; the file says what.
  const inFile = existsSync(stackFile(__dirname, stack)) ? configOf(__dirname, stack)[FURTHER_KEY] : undefined;
  if (isSealed(inFile)) raw[FURTHER_KEY] = inFile;
  const further = isConfigSecret(FURTHER_KEY) ? Object.keys(mapOf(raw[FURTHER_KEY])) : [];
  const encrypted = further.filter((name) => typeof mapOf(inFile)[name] !== "string").map(furtherKey);
  return parseSettings(stack, raw, [...Object.keys(config).filter(isConfigSecret), ...encrypted], {
    others: otherStacks(__dirname, stack),
  });
}

/**
 * Settings as a stack file states them, without Pulumi and without the stack's passphrase: secrets are known by a
 * fingerprint of their encrypted value. Throws one error that names everything that is wrong, as loadSettings does.
 * @param folder that of the stack files
 */
export function readSettings(folder: string, stack: string, options: Omit<ParseOptions, "others"> = {}): Settings {
  const raw = configOf(folder, stack);
  const encrypted = Object.keys(raw).filter((key) => JSON.stringify(raw[key])?.includes('"secure":'));
  return parseSettings(stack, raw, encrypted, { ...options, others: otherStacks(folder, stack) });
}

const stackFile = (folder: string, stack: string) => join(folder, `Pulumi.${stack}.yaml`);

/** What a stack file says, by full key: Pulumi takes `origin` for `todo:origin` too. */
function configOf(folder: string, stack: string): Record<string, unknown> {
  const { config = {} } = parse(readFileSync(stackFile(folder, stack), "utf8")) ?? {};
  const full = (key: string) => (key.includes(":") ? key : `todo:${key}`);
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [full(key), value]));
}

/**
 * Settings from the `config:` of a stack file.
 * @param raw values by their full key (`todo:backend`)
 * @param secretKeys those of the keys whose value is, or contains, an encrypted one; of `todo:secrets`, its keys too
 */
export function parseSettings(
  stack: string,
  raw: Record<string, unknown>,
  secretKeys: string[],
  { others = [], assumeSecrets = false }: ParseOptions = {},
): Settings {
  const problems: Problem[] = [];
  const refuse = (key: string, text: string) => problems.push({ key, text });
  const known = keys.map((name) => `todo:${name}`);

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

  const secretAt = (key: string, schema: z.ZodType<string>, found: unknown): SecretValue | undefined => {
    const name = key.replace("todo:", "");
    if (isSealed(found)) return { fingerprint: fingerprint(stack, name, found.secure) };
    const command = `pulumi config set --secret ${name.includes(".") ? "--path " : ""}${key} -s {stack}`;
    const again = `\`${command}\` asks for it; the old value is no secret any more`;
    if (!secretKeys.includes(key)) refuse(key, `expected an encrypted value, found plain text; ${again}`);
    const result = schema.safeParse(found);
    if (result.success)
      return { value: pulumi.secret(result.data), fingerprint: fingerprint(stack, name, result.data) };
    problems.push(...problemsOf(key, schema, found, result.error, true));
    return undefined;
  };
  const { database, backend, networkPolicies } = parsed as Partial<Sections>;
  const reachable = networkPolicies === "wired" && database && backend ? backendPorts(database, backend) : undefined;
  const given: Settings["secrets"] = {};
  for (const name of Object.keys(secrets) as (keyof typeof secrets)[]) {
    const found = raw[`todo:${name}`];
    // Pulumi.yaml declares the secrets with an empty default, or the CLI would demand each of them.
    if (found === undefined || found === "") continue;
    const value = secretAt(`todo:${name}`, secrets[name](database?.driver ?? DRIVER, reachable), found);
    if (value) given[name] = value;
  }
  const further = raw[FURTHER_KEY];
  if (further && (isSealed(further) || mapOf(further) !== further)) {
    const command = `\`pulumi config set --secret --path ${furtherKey("NAME")} -s {stack}\` asks for one`;
    refuse(
      FURTHER_KEY,
      `expected a map of encrypted values, found ${isSealed(further) ? "a map encrypted as one" : "no map"}; ${command}`,
    );
  }
  const furtherSecrets: Settings["furtherSecrets"] = {};
  for (const [name, found] of Object.entries(isSealed(further) ? {} : mapOf(further))) {
    const value = secretAt(furtherKey(name), furtherSecret(), found);
    if (value) furtherSecrets[name] = value;
  }
  if (assumeSecrets && database?.mode === "external") given.databaseUrl ??= { fingerprint: "missing" };
  if (assumeSecrets && backend?.chatRequired) given.openaiApiKey ??= { fingerprint: "missing" };

  const present = [
    ...Object.keys(secrets).filter((name) => name in given || raw[`todo:${name}`]),
    ...["backend", "frontend"].flatMap((name) => ("replicas" in mapOf(raw[`todo:${name}`]) ? `${name}.replicas` : [])),
  ];
  problems.push(...contradictions(parsed, new Set(present), Object.keys(mapOf(further))), ...clashes(parsed, others));
  if (problems.length > 0) throw new pulumi.RunError(report(stack, problems));
  return { environment: stack, ...(parsed as Sections), secrets: given, furtherSecrets };
}

/** Public: trying a guess on it is slow, and one in 16 million wrong guesses fits as well as the right one. */
function fingerprint(stack: string, name: string, value: string): string {
  return scryptSync(value, `${stack}:${name}`, 3).toString("hex");
}

const FURTHER_KEY = `todo:${FURTHER_SECRETS}`;
const furtherKey = (name: string) => `${FURTHER_KEY}.${name}`;

/** A map, or an empty one for anything else. */
function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A value as the stack file holds it encrypted. */
function isSealed(value: unknown): value is { secure: string } {
  return typeof (value as { secure?: unknown } | null)?.secure === "string";
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
