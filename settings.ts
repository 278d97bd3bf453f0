import { scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { z } from "zod";
import { type Sections, secrets, sections } from "./settings/contract";
import { contradictions } from "./settings/contradictions";
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
  return parseSettings(stack, raw, Object.keys(config).filter(isConfigSecret), {
    others: otherStacks(__dirname, stack),
  });
}

/**
 * Settings as a stack file states them, without Pulumi and without the stack's passphrase: secrets are known by a
 * fingerprint of their encrypted value. Throws one error that names everything that is wrong, as loadSettings does.
 * @param folder that of the stack files
 */
export function readSettings(folder: string, stack: string, options: Omit<ParseOptions, "others"> = {}): Settings {
  const { config = {} } = parse(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")) ?? {};
  // Pulumi takes `origin` for `todo:origin` too.
  const raw = Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `todo:${key}`, value] as const);
  const encrypted = raw.filter(([, value]) => JSON.stringify(value)?.includes('"secure":')).map(([key]) => key);
  return parseSettings(stack, Object.fromEntries(raw), encrypted, { ...options, others: otherStacks(folder, stack) });
}

/**
 * Settings from the `config:` of a stack file.
 * @param raw values by their full key (`todo:backend`)
 * @param secretKeys those of the keys whose value is, or contains, an encrypted one
 */
export function parseSettings(
  stack: string,
  raw: Record<string, unknown>,
  secretKeys: string[],
  { others = [], assumeSecrets = false }: ParseOptions = {},
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

  const given: Settings["secrets"] = {};
  for (const [name, schema] of Object.entries(secrets) as [keyof typeof secrets, z.ZodType<string>][]) {
    const key = `todo:${name}`;
    const found = raw[key];
    // Pulumi.yaml declares the secrets with an empty default, or the CLI would demand each of them.
    if (found === undefined || found === "") continue;
    if (isSealed(found)) {
      given[name] = { fingerprint: fingerprint(stack, name, found.secure) };
      continue;
    }
    const again = `\`pulumi config set --secret ${key} -s {stack}\` asks for it; the old value is no secret any more`;
    if (!secretKeys.includes(key)) refuse(key, `expected an encrypted value, found plain text; ${again}`);
    const result = schema.safeParse(found);
    if (!result.success) problems.push(...problemsOf(key, schema, found, result.error, true));
    else given[name] = { value: pulumi.secret(result.data), fingerprint: fingerprint(stack, name, result.data) };
  }
  const { database, backend } = parsed as Partial<Sections>;
  if (assumeSecrets && database?.mode === "external") given.databaseUrl ??= { fingerprint: "missing" };
  if (assumeSecrets && backend?.chatRequired) given.openaiApiKey ??= { fingerprint: "missing" };

  const present = Object.keys(secrets).filter((name) => name in given || raw[`todo:${name}`]);
  problems.push(...contradictions(parsed, new Set(present)), ...clashes(parsed, others));
  if (problems.length > 0) throw new pulumi.RunError(report(stack, problems));
  return { environment: stack, ...(parsed as Sections), secrets: given };
}

/** Public: trying a guess on it is slow, and one in 16 million wrong guesses fits as well as the right one. */
function fingerprint(stack: string, name: string, value: string): string {
  return scryptSync(value, `${stack}:${name}`, 3).toString("hex");
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
