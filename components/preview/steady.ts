import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { KubernetesObject, Template, TemplateOptions } from "../render-chart";
import { compare, pathText } from "./diff";
import { title } from "./objects";

/** A call of a function whose result is not the same each time. */
interface Suspect {
  /** `templates/deployment.yaml:12` */
  place: string;
  name: string;
}

const RANDOM = "rand\\w+|uuidv4|shuffle|bcrypt|htpasswd|encryptAES|gen(?:PrivateKey|CA|SelfSignedCert|SignedCert)\\w*";
/** The order of `keys` and `values` is not defined either. */
const UNSTEADY = new RegExp(`(?<![.\\w$"-])(?:${RANDOM}|keys|values|now)(?![\\w-])`, "g");
const ACTION = /\{\{-?\s*(\/\*[\s\S]*?\*\/)?([\s\S]*?)-?\}\}/g;
/** Three more renderings: two keys come out in the same order three times in a row once in eight. */
const AGAIN = 3;

/**
 * Why a chart renders differently each time, in one sentence; undefined for one that does not. A chart none of whose
 * templates calls such a function costs no second rendering.
 * @param folder the chart's
 */
export async function unsteadiness(
  folder: string,
  options: TemplateOptions,
  objects: KubernetesObject[],
  template: Template,
): Promise<string | undefined> {
  const suspects = suspectsIn(folder, options.values);
  if (suspects.length === 0) return undefined;
  const others = await Promise.all([
    ...Array.from({ length: AGAIN }, () => template(options)),
    ...(suspects.some(({ name }) => name === "now") ? [anotherDay(folder, options, template)] : []),
  ]);
  const changes = others.flatMap((other) => compare(objects, other, options.namespace));
  const [change] = changes;
  if (!change) return undefined;
  const object = title((change.after ?? change.before) as KubernetesObject, options.namespace);
  const field = change.fields[0] ? ` (${pathText(change.fields[0].path)})` : "";
  const calls = suspects.map(({ place, name }) => `${place} calls ${name}`).join(", ");
  return `renders differently each time, so that every update would change ${object}${field}: ${calls}; take the value from a Secret or from values.yaml`;
}

/** The chart as it would be rendered on another day. */
async function anotherDay(folder: string, options: TemplateOptions, template: Template): Promise<KubernetesObject[]> {
  const copy = mkdtempSync(join(tmpdir(), "chart-"));
  try {
    cpSync(folder, copy, { recursive: true });
    for (const file of templatesIn(copy)) {
      const text = readFileSync(file, "utf8");
      writeFileSync(
        file,
        text.replace(ACTION, (action) => action.replace(NOW, '(toDate "2006-01-02" "2001-02-03")')),
      );
    }
    return await template({ ...options, path: copy });
  } finally {
    rmSync(copy, { recursive: true });
  }
}
const NOW = /(?<![.\w$"-])now(?![\w-])/g;

/** Templates of a chart and of the charts inside it; NOTES.txt makes no object. */
function templatesIn(folder: string): string[] {
  const below = (name: string) => (existsSync(join(folder, name)) ? readdirSync(join(folder, name), ENTRIES) : []);
  const own = below("templates").filter((entry) => entry.isFile() && entry.name !== "NOTES.txt");
  const inner = existsSync(join(folder, "charts")) ? readdirSync(join(folder, "charts"), { withFileTypes: true }) : [];
  return [
    ...own.map((entry) => join(entry.parentPath, entry.name)),
    ...inner.filter((entry) => entry.isDirectory()).flatMap(({ name }) => templatesIn(join(folder, "charts", name))),
  ];
}
const ENTRIES = { withFileTypes: true, recursive: true } as const;

function suspectsIn(folder: string, values: unknown): Suspect[] {
  const defaults = join(folder, "values.yaml");
  // Where a chart evaluates its values (tpl), they are templates too.
  const texts = [...templatesIn(folder), ...(existsSync(defaults) ? [defaults] : [])].map((file) => {
    return [relative(folder, file), readFileSync(file, "utf8")] as const;
  });
  return [...texts, ...textsOf(values)].flatMap(([name, text]) => suspectsOf(name, text));
}

/** The texts among the values, as they were written, by their place. */
function textsOf(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === "string") return [[`value ${path.join(".")}`, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

function suspectsOf(name: string, text: string): Suspect[] {
  return [...text.matchAll(ACTION)].flatMap(({ index, 0: whole, 1: comment, 2: action }) => {
    if (comment) return [];
    const bare = action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, (literal) => literal.replace(/[^\n]/g, '"'));
    return [...bare.matchAll(UNSTEADY)].map((match) => {
      const line = text.slice(0, index + whole.indexOf(action) + match.index).split("\n").length;
      return { place: `${name}:${line}`, name: match[0] };
    });
  });
}
