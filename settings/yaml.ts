import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "local-charts/objects";
import { type Document, isAlias, isCollection, LineCounter, parseDocument, visit } from "yaml";

/** A YAML file as it was read, with what is needed to say where something stands in it. */
export interface YamlFile {
  text: string;
  document: Document.Parsed;
  lines: LineCounter;
}

/** A YAML file that people write. @throws Error with one sentence where it is not valid */
export function readYamlFile(folder: string, name: string): YamlFile {
  const bytes = readFileSync(join(folder, name));
  try {
    // Not with stand-ins for what is no UTF-8: Pulumi refuses that.
    return parseYaml(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Error(notYaml(name, error as Error));
  }
}

/** A text of YAML, with `<<` as Pulumi takes it. @throws Error where it is not valid */
export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, keepSourceTokens: true });
  if (document.errors[0]) throw document.errors[0];
  visit(document, {
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document);
      if (target && ancestors.includes(target)) throw new Error(`Anchor ${alias.source} contains itself`);
    },
    Pair: (_, { key }) => {
      if (isCollection(key) || (isAlias(key) && isCollection(key.resolve(document)))) {
        throw new Error("A key is a list or a map");
      }
    },
  });
  return { text, document, lines };
}

/** What a YAML file that people write says. @throws Error with one sentence where it is not valid */
export function readYaml(folder: string, name: string): unknown {
  return contentOf(name, readYamlFile(folder, name));
}

/** What a file says, in plain values. @throws Error with one sentence where its aliases make too much of it */
export function contentOf(name: string, { document }: YamlFile): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Error(notYaml(name, error as Error));
  }
}

/** What a parser said of a file, in one sentence. */
export function notYaml(name: string, { message }: Error): string {
  const [reason] = message.replace("; please use YAML.parseAllDocuments()", "").split("\n");
  return `${name}: not valid YAML: ${reason.replace(/:$/, "")}; nothing was changed, correct it there`;
}

/** A map, or an empty one for anything else. */
export const mapOf = (value: unknown): Record<string, unknown> => (isMap(value) ? value : {});

/** A value that is not of the expected kind, as messages name it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return "a list";
  return isMap(value) ? "a map" : JSON.stringify(value);
}
