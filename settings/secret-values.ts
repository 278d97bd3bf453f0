// The encrypted values of a stack file: what they have to be, and what may be known about them.
import { scryptSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { isMap } from "local-charts/objects";
import type { z } from "zod";
import { DRIVER, FURTHER_SECRETS, furtherSecret, type Sections, secrets } from "./contract.ts";
import { backendPorts } from "./external-ports.ts";
import { type Problem, problemsOf } from "./problems.ts";
import { mapOf } from "./yaml.ts";

/** The value of a secret, and what may be known about it. */
export interface SecretValue {
  /** Absent where a stack file was read without its passphrase. */
  value?: pulumi.Output<string>;
  /** Changes when the value does; says nothing about it, so that it may be shown and compared in a preview. */
  fingerprint: string;
}

/** One that is missing and taken for one that will be set. */
export const ASSUMED: SecretValue = { fingerprint: "missing" };

/** The secrets of a stack file; what is wrong with one is among the problems, and it is left out. */
export interface StackSecrets {
  /** By their key below `todo:`. */
  given: Partial<Record<keyof typeof secrets, SecretValue>>;
  /** By their key below `todo:secrets`. */
  further: Record<string, SecretValue>;
  problems: Problem[];
}

/** The map of further secrets, and the key of one of them, as `pulumi config` writes them. */
export const FURTHER_KEY = `todo:${FURTHER_SECRETS}`;
export const furtherKey = (name: string) => `${FURTHER_KEY}.${name}`;

/** A value as the stack file holds it encrypted. */
export function isSealed(value: unknown): value is { secure: string } {
  return typeof (value as { secure?: unknown } | null)?.secure === "string";
}

/**
 * The secrets among the `config:` of a stack file.
 * @param raw values by their full key
 * @param secretKeys those of the keys whose value is encrypted, those below `todo:secrets` too
 * @param sections what else the stack file says, as far as it is valid: it decides which database URL will do
 */
export function secretsIn(
  stack: string,
  raw: Record<string, unknown>,
  secretKeys: string[],
  { database, backend, networkPolicies, tls }: Partial<Sections>,
): StackSecrets {
  const [given, further, problems]: [StackSecrets["given"], StackSecrets["further"], Problem[]] = [{}, {}, []];
  const refuse = (key: string, text: string) => problems.push({ key, text });

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

  const isLimited = networkPolicies === "wired" && database?.mode === "external" && backend;
  const reachable = isLimited ? backendPorts(database, backend) : undefined;
  const beside = { driver: database?.driver ?? DRIVER, reachable, certificate: tls?.certificate };
  for (const name of Object.keys(secrets) as (keyof typeof secrets)[]) {
    const found = raw[`todo:${name}`];
    // Pulumi.yaml declares the secrets with an empty default, or the CLI would demand each of them.
    if (found === undefined || found === "") continue;
    const value = secretAt(`todo:${name}`, secrets[name](beside), found);
    if (value) given[name] = value;
  }

  const map = raw[FURTHER_KEY];
  if (map && (isSealed(map) || !isMap(map))) {
    const found = isSealed(map) ? "a map encrypted as one" : "no map";
    const command = `\`pulumi config set --secret --path ${furtherKey("NAME")} -s {stack}\` asks for one`;
    refuse(FURTHER_KEY, `expected a map of encrypted values, found ${found}; ${command}`);
    return { given, further, problems };
  }
  for (const [name, found] of Object.entries(mapOf(map))) {
    const value = secretAt(furtherKey(name), furtherSecret(), found);
    if (value) further[name] = value;
  }
  return { given, further, problems };
}

/** Public: trying a guess on it is slow, and one in 16 million wrong guesses fits as well as the right one. */
function fingerprint(stack: string, name: string, value: string): string {
  return scryptSync(value, `${stack}:${name}`, 3).toString("hex");
}
