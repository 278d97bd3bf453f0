import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { isMap } from "local-charts/objects";
import type { z } from "zod";
import { keys, type Sections, secrets, sections } from "./settings/contract.ts";
import { contradictions } from "./settings/contradictions.ts";
import { clashes, type OtherStack, otherStacks } from "./settings/other-stacks.ts";
import { type Problem, problemsOf, report, suggestion } from "./settings/problems.ts";
import { ASSUMED, FURTHER_KEY, furtherKey, isSealed, type SecretValue, secretsIn } from "./settings/secret-values.ts";
import { NONE, sectionsIn, serviceNames, services } from "./settings/services.ts";
import { decoded, readStackFile, type StackFile, stackFile } from "./settings/stack-files.ts";
import { mapOf } from "./settings/yaml.ts";

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
  /** What of the stack file Pulumi and others would read differently. */
  reading?: Problem[];
}

/**
 * Settings of the running stack; throws one error that names everything that is wrong with them.
 * @param folder that of the stack files
 */
export function loadSettings(folder: string): Settings {
  const config: Record<string, string> = pulumi.runtime.allConfig();
  // Not in the SDK's types: which of the values were encrypted in the stack file.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const raw = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, decoded(value)]));
  const stack = pulumi.getStack();
  const file = existsSync(stackFile(folder, stack)) ? stackFileIn(folder, stack) : undefined;
  // Of a map, Pulumi only says that something in it was encrypted; the file says what.
  const inFile = file?.config[FURTHER_KEY];
  if (isSealed(inFile)) raw[FURTHER_KEY] = inFile;
  const further = isConfigSecret(FURTHER_KEY) ? Object.keys(mapOf(raw[FURTHER_KEY])) : [];
  const encrypted = further.filter((name) => typeof mapOf(inFile)[name] !== "string").map(furtherKey);
  const elsewhere = Object.keys(config).filter((key) => key !== FURTHER_KEY && isConfigSecret(key));
  const places = elsewhere.flatMap((key) => [key, ...sealedBelow(key, file?.config[key])]);
  const secret = isConfigSecret(FURTHER_KEY) ? [FURTHER_KEY] : [];
  return parseSettings(stack, raw, [...places, ...secret, ...encrypted], {
    others: otherStacks(folder, stack),
    reading: file?.problems,
  });
}

/**
 * Settings as a stack file states them, without Pulumi and without the stack's passphrase: secrets are known by a
 * fingerprint of their encrypted value. Throws one error that names everything that is wrong, as loadSettings does.
 * @param folder that of the stack files
 */
export function readSettings(
  folder: string,
  stack: string,
  options: Pick<ParseOptions, "assumeSecrets"> = {},
): Settings {
  const { config: raw, problems } = stackFileIn(folder, stack);
  const encrypted = Object.entries(raw).flatMap(([key, value]) => {
    const below = sealedBelow(key, value);
    return isSealed(value) || below.length > 0 ? [key, ...below] : [];
  });
  return parseSettings(stack, raw, encrypted, { ...options, others: otherStacks(folder, stack), reading: problems });
}

/**
 * Settings from the `config:` of a stack file.
 * @param raw values by their full key (`todo:backend`)
 * @param secretKeys those of the keys whose value is, or contains, an encrypted one, and the places inside where one is known
 */
export function parseSettings(
  stack: string,
  raw: Record<string, unknown>,
  secretKeys: string[],
  { others = [], assumeSecrets = false, reading = [] }: ParseOptions = {},
): Settings {
  const problems: Problem[] = [];
  const refuse = (key: string, text: string) => problems.push({ key, text });
  const known = keys.map((name) => `todo:${name}`);

  if (!/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(stack)) {
    refuse("stack", `expected lower-case letters, digits and -, at most 30, found "${stack}"; it names the namespace`);
  }
  for (const key of Object.keys(raw)) {
    if (!known.includes(key) && !key.startsWith("pulumi:")) refuse(key, `no such key; ${pathMeant(key, known)}`);
  }

  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<z.ZodType>(sections)) {
    const key = `todo:${name}`;
    const hidden = secretKeys.includes(key);
    const below = secretKeys.filter((place) => place.startsWith(`${key}.`));
    if (hidden) for (const place of below.length > 0 ? below : [key]) refuse(place, encryptedText(place, key));
    // Pulumi.yaml declares maps with an empty default, or the CLI would demand each of them; of a key without a value it
    // makes an empty text.
    const value = raw[key] === "" ? null : raw[key];
    if (value === NONE && Object.hasOwn(services, name)) continue;
    const absent = isMap(value) && Object.keys(value).length === 0 && isOptional(schema);
    const result = schema.safeParse(absent ? undefined : value);
    if (result.success && result.data === undefined) continue;
    if (result.success) parsed[name] = result.data;
    else {
      const wrong = problemsOf(key, schema, value, result.error, hidden).map((problem) =>
        problem.key === key && Object.hasOwn(services, name) ? orNone(problem) : problem,
      );
      problems.push(...wrong.filter((problem) => !below.includes(problem.key)));
    }
  }

  const { database, backend, registry, tls } = parsed as Partial<Sections>;
  const { given, further, problems: wrong } = secretsIn(stack, raw, secretKeys, parsed);
  problems.push(...wrong);
  if (assumeSecrets && database?.mode === "external") given.databaseUrl ??= ASSUMED;
  if (assumeSecrets && backend?.chatRequired) given.openaiApiKey ??= ASSUMED;
  if (assumeSecrets && registry) given.registryToken ??= ASSUMED;
  if (assumeSecrets && tls) given.tlsKey ??= ASSUMED;

  const present = [
    ...Object.keys(secrets).filter((name) => name in given || raw[`todo:${name}`]),
    ...(["registry", "tls"] as const).filter((name) => Object.keys(mapOf(raw[`todo:${name}`])).length > 0),
    ...sectionsIn(raw).flatMap(({ key, section }) => ("replicas" in mapOf(section) ? `${key}.replicas` : [])),
    ...serviceNames.flatMap((name) => (raw[`todo:${name}`] === NONE ? `${name}.${NONE}` : [])),
  ];
  problems.push(
    ...contradictions(stack, parsed, new Set(present), Object.keys(mapOf(raw[FURTHER_KEY]))),
    ...clashes(parsed, others),
  );
  // What has two readings is not refused for one of them as well.
  const placed = new Set(reading.map(({ key }) => key));
  const all = [...reading, ...problems.filter(({ key }) => !placed.has(key))];
  if (all.length > 0) throw new pulumi.RunError(report(stack, all));
  return { environment: stack, ...(parsed as Sections), secrets: given, furtherSecrets: further };
}

/** What a service's section as a whole is expected to be. */
const orNone = ({ key, text }: Problem): Problem => ({
  key,
  text: text.replace("expected a map of keys,", `expected a map of keys, or ${NONE},`),
});

/** As readStackFile, with an error that Pulumi shows without a stack trace. */
function stackFileIn(folder: string, stack: string): StackFile {
  try {
    return readStackFile(folder, stack);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

function encryptedText(place: string, key: string): string {
  const set = `\`pulumi config set --plaintext ${place === key ? "" : "--path "}${place} … -s {stack}\``;
  const why = "only the secrets of Pulumi.yaml reach a Secret";
  return `expected plain text, found an encrypted value; ${why}, and ${set} writes it in plain text`;
}

/** Where in a map of a stack file something is encrypted. */
function sealedBelow(key: string, value: unknown): string[] {
  return Object.entries(mapOf(value)).flatMap(([name, inner]) =>
    isSealed(inner) ? [`${key}.${name}`] : sealedBelow(`${key}.${name}`, inner),
  );
}

/** What to do about a key that there is not; one with a path in it was set without `--path`. */
function pathMeant(key: string, known: string[]): string {
  const [top] = key.split(/[.[]/);
  if (top === key || !known.includes(top)) return suggestion(key, known);
  const set = `\`pulumi config set --path '${key}' … -s {stack}\` sets what is below ${top}`;
  return `${set}, and \`pulumi config rm '${key}' -s {stack}\` removes this one`;
}

/** Whether a section may be left out, with no default in its place. */
const isOptional = (schema: z.ZodType) => schema.def.type === "optional";
