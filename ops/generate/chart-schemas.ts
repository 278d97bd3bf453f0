// Generates helm/*/values.schema.json from the comments of values.yaml and the shapes in definitions.yaml.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CPU, MEMORY, PINNED_TAG_OR_DIGEST } from "local-charts/objects";
import { isMap, isScalar, isSeq, type Node, type Pair, parse, parseDocument, type YAMLMap } from "yaml";
import type { GeneratedFiles } from "./files.ts";

type Schema = { [keyword: string]: unknown };
/** The shapes of helm/definitions.yaml by their names. */
type Definitions = Record<string, Schema>;

/** What definitions.yaml calls by name, because settings and policy know it too. A chart's schema holds the pattern itself. */
const PATTERNS: Record<string, string> = { PINNED_TAG_OR_DIGEST, CPU: CPU.source, MEMORY: MEMORY.source };

/** @param key of the text; only patterns have names */
function withPattern(key: unknown, value: unknown): unknown {
  if (key !== "pattern" || typeof value !== "string" || !value.startsWith("$")) return value;
  const name = value.slice(1);
  if (name in PATTERNS) return PATTERNS[name];
  throw new Error(
    `helm/definitions.yaml: expected the name of a pattern of ops/generate/chart-schemas.ts (${Object.keys(PATTERNS).join(", ")}), found $${name}; correct it, or add it there`,
  );
}

/** Comment lines → the description (up to `@schema`) and the schema annotation (the YAML after it; a name is a definition). */
function parseComment(
  comment: string,
  where: string,
  definitions: Definitions,
): { description: string; annotation: Schema } {
  const [text = "", yaml] = comment.replaceAll(/^ /gm, "").split(/^@schema\s/m);
  // A blank line ends a comment that belongs to the file, not to the key.
  const description = (text.split(/\n\s*\n/).at(-1) ?? "").replaceAll(/\s*\n\s*/g, " ").trim();
  if (description === "") {
    throw new Error(`${where}: no description; write what the key does in a comment above it`);
  }
  const annotation = yaml === undefined ? {} : parse(yaml);
  if (typeof annotation !== "string") {
    return { description, annotation };
  }
  if (!(annotation in definitions)) {
    throw new Error(`${where}: @schema ${annotation} is not in helm/definitions.yaml`);
  }
  return { description, annotation: { $ref: `#/definitions/${annotation}` } };
}

/** The schema of one key: what its default implies, narrowed by the annotation. */
function schemaOf(value: Node | null, annotation: Schema, where: string, definitions: Definitions): Schema {
  if ("$ref" in annotation) {
    return annotation;
  }
  if (isMap(value) && value.items.length > 0) {
    return {
      type: "object",
      ...("additionalProperties" in annotation ? {} : closedMap(value, `${where}.`, definitions)),
      ...annotation,
    };
  }
  if (isMap(value) || isSeq(value) || (isScalar(value) && value.value === null)) {
    if (!["items", "additionalProperties", "type"].some((keyword) => keyword in annotation)) {
      throw new Error(`${where}: the default does not tell the type; say it with @schema`);
    }
    return isScalar(value) ? annotation : { type: isMap(value) ? "object" : "array", ...annotation };
  }
  const scalar = isScalar(value) ? value.value : undefined;
  return { type: typeof scalar === "number" ? "integer" : typeof scalar, ...annotation };
}

function closedMap(map: YAMLMap, where: string, definitions: Definitions): Schema {
  const properties: Record<string, Schema> = {};
  for (const [index, pair] of (map.items as Pair<Node, Node | null>[]).entries()) {
    const key = String(pair.key);
    // The comment above the first key belongs to the map in this parser.
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined) ?? "";
    const { description, annotation } = parseComment(comment, `${where}${key}`, definitions);
    properties[key] = { description, ...schemaOf(pair.value, annotation, `${where}${key}`, definitions) };
  }
  // A key can only be missing when it was set to null; where null is a value it may be.
  const typeOf = ({ $ref, type }: Schema) => ($ref ? definitions[String($ref).split("/").at(-1) ?? ""]?.type : type);
  const required = Object.keys(properties).filter((key) => !JSON.stringify(typeOf(properties[key]))?.includes("null"));
  return { additionalProperties: false, required, properties };
}

/** The definitions that a schema refers to, directly or through another one. */
function usedDefinitions(schema: unknown, definitions: Definitions, used = new Set<string>()): Set<string> {
  for (const [, name = ""] of JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)) {
    if (!used.has(name)) {
      used.add(name);
      usedDefinitions(definitions[name], definitions, used);
    }
  }
  return used;
}

/** The shapes that schemas refer to. */
export const readDefinitions = (text: string): Definitions => parse(text, withPattern);

/** The text of a chart's schema. Throws for a value without a description or a type, naming it. */
export function schemaText(chart: string, values: string, definitions: Definitions): string {
  const document = parseDocument(values);
  const map = document.contents as unknown as YAMLMap;
  map.commentBefore ??= document.commentBefore;
  const { properties, ...closed } = closedMap(map, `helm/${chart}/values.yaml: `, definitions) as {
    properties: Schema;
  };
  const global = {
    description: "What all charts of a release share; values that are templates may refer to it.",
    type: "object",
  };
  const used = [...usedDefinitions(properties, definitions)].sort();
  const schema = {
    $comment: "Generated by ops/generate/chart-schemas.ts from values.yaml and helm/definitions.yaml. Do not edit.",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: chart,
    type: "object",
    ...closed,
    properties: { global, ...properties },
    definitions: Object.fromEntries(used.map((name) => [name, definitions[name]])),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** helm/<chart>/values.schema.json of every chart. Throws for a value without a description or a type, naming it. */
export function chartSchemas(folder: string): GeneratedFiles {
  const text = (...path: string[]) => readFileSync(join(folder, "helm", ...path), "utf8");
  const definitions = readDefinitions(text("definitions.yaml"));
  const charts = readdirSync(join(folder, "helm")).filter((name) =>
    existsSync(join(folder, "helm", name, "values.yaml")),
  );
  return new Map(
    charts.map((chart) => [
      `helm/${chart}/values.schema.json`,
      schemaText(chart, text(chart, "values.yaml"), definitions),
    ]),
  );
}
