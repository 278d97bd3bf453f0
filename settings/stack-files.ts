import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "local-charts/objects";
import type { Document } from "yaml";
import { ambiguities } from "./one-reading.ts";
import { type Problem, report } from "./problems.ts";
import { contentOf, kindOf, readYamlFile } from "./yaml.ts";

const fileName = (stack: string) => `Pulumi.${stack}.yaml`;

/** Path of a stack's file. */
export const stackFile = (folder: string, stack: string): string => join(folder, fileName(stack));

/** A stack file as Pulumi reads it. */
export interface StackFile {
  /** The `config:` by full key. */
  config: Record<string, unknown>;
  /** What Pulumi and others would read differently. */
  problems: Problem[];
}

/**
 * A stack file as Pulumi reads it, which takes `origin` for `todo:origin` too.
 * @throws Error with one sentence where it is no map of a `config:`
 */
export function readStackFile(folder: string, stack: string): StackFile {
  const name = fileName(stack);
  const file = readYamlFile(folder, name);
  const map = (what: string, value: unknown) => {
    if (value === null || value === undefined) return {};
    if (isMap(value)) return value;
    throw new Error(`${name}: expected ${what}, found ${kindOf(value)}; nothing was changed`);
  };
  const top = map("a map with the key config", contentOf(name, file));
  const keys = Object.entries(map("a map of keys below config:", top.config));
  const problems = ambiguities(file).map(({ path, text }) => ({ key: keyOf(path), text }));
  const config: StackFile["config"] = {};
  for (const [key, value] of keys) {
    if (Object.hasOwn(config, fullKey(key))) {
      const text = `expected once, found it by two names, of which Pulumi takes either; remove ${key} or the other`;
      problems.push({ key: fullKey(key), text });
    }
    config[fullKey(key)] = handedOver(value);
  }
  return { config, problems };
}

/**
 * The `config:` of a stack file by full key.
 * @throws Error where there can be none, or where Pulumi and others would read it differently
 */
export function configOf(folder: string, stack: string): Record<string, unknown> {
  const { config, problems } = readStackFile(folder, stack);
  if (problems.length > 0) throw new Error(report(stack, problems));
  return config;
}

/** Pulumi knows a key without the project's name too, and with a word that older versions wrote. */
const fullKey = (key: string) => (key.includes(":") ? key.replace(/^([^:]+):config:/, "$1:") : `todo:${key}`);

/** A place of the file as `pulumi config --path` writes it. */
function keyOf(path: (string | number)[]): string {
  const [top, key, ...rest] = path;
  const names = top === "config" && typeof key === "string" ? [fullKey(key), ...rest] : path;
  const text = names.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`)).join("");
  return text === "" ? "the file" : text.slice(1);
}

/** The value of a key as a program gets it from Pulumi: everything but maps and lists is a text. */
function handedOver(value: unknown): unknown {
  if (typeof value === "string") return decoded(value);
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? value : String(value);
}

/** What Pulumi hands over as text: maps and lists as JSON. A text stays as it is. */
export function decoded(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Where a key below `todo:` stands in the document of a stack file, by its full name or, as in configOf, the short one. */
export function placeOf(document: Document, key: string): string[] {
  return ["config", document.hasIn(["config", key]) ? key : `todo:${key}`];
}

/** Where the section of a service stands, by the service's key: backend, services.redis. */
export function sectionPlace(document: Document, service: string): string[] {
  const [key, ...rest] = service.split(".");
  return [...placeOf(document, key), ...rest];
}

/** The stacks that have a file in a folder, in the order of their names. */
export function stackNames(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}
