import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { compare } from "../kubernetes/compare.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { title } from "../kubernetes/object.ts";
import { pathText } from "../kubernetes/path.ts";
import { ACTION, chartsIn, filesIn, renderCopy, templatesIn } from "./chart-files.ts";
import type { Template, TemplateOptions } from "./template.ts";

/** A call of a function whose result is not the same each time. */
interface Suspect {
  /** `templates/deployment.yaml:12` */
  place: string;
  name: string;
}

const RANDOM = "rand\\w+|uuidv4|shuffle|bcrypt|htpasswd|encryptAES|gen(?:PrivateKey|CA|SelfSignedCert|SignedCert)\\w*";
/** The order of `keys` and `values` is not defined either. */
const NONDETERMINISTIC = new RegExp(`(?<![.\\w$"-])(?:${RANDOM}|keys|values|now)(?![\\w-])`, "g");
const NOW = /(?<![.\w$"-])now(?![\w-])/g;
/** What an upgrade is told otherwise than an install: Helm renders for the one or the other, and a preview for an install. */
const PHASE = /(?<![\w"])[$\w]*(?:\.\w+)*\.Release\.(IsInstall|IsUpgrade|Revision)\b/g;
const ON_UPGRADE: Record<string, string> = { IsInstall: "false", IsUpgrade: "true", Revision: "2" };
/** Three more renderings: two keys come out in the same order three times in a row once in eight. */
const AGAIN = 3;

/**
 * Why a chart renders differently each time, or on an upgrade, in one sentence; undefined for one that does not. A chart none
 * of whose templates asks for what may differ costs no second rendering, and another none that is waited for.
 * @param folder the chart's
 * @param rendering its objects, which need not be there yet; where there will be none, this rejects too
 * @param upgrade renders what is to be called an upgrade where it fails
 */
export async function nondeterminism(
  folder: string,
  options: TemplateOptions,
  rendering: Promise<KubernetesObject[]>,
  template: Template,
  upgrade: Template,
): Promise<string | undefined> {
  const suspects = suspectsIn(folder, options.values, NONDETERMINISTIC);
  const phases = suspectsIn(folder, options.values, PHASE);
  const copy = (render: Template, from: RegExp, to: (found: string, name: string) => string) => {
    const edit = (text: string) => text.replace(ACTION, (action) => action.replace(from, to));
    const values = edited(options.values, edit) as TemplateOptions["values"];
    return renderCopy(folder, { ...options, values }, render, (chart) => {
      for (const file of textFiles(chart)) writeFileSync(file, edit(readFileSync(file, "utf8")));
    });
  };
  const [objects, onUpgrade, ...others] = await Promise.all([
    rendering,
    // As long as what is asked, so that Helm names the right place.
    phases.length > 0 ? copy(upgrade, PHASE, (found, name) => ON_UPGRADE[name].padEnd(found.length)) : rendering,
    ...(suspects.length > 0 ? Array.from({ length: AGAIN }, () => template(options)) : []),
    ...(suspects.some(({ name }) => name === "now")
      ? [copy(template, NOW, () => '(toDate "2006-01-02" "2001-02-03")')]
      : []),
  ]);
  const differing = others.map((other) => difference(objects, other, options.namespace)).find(Boolean);
  if (differing) {
    const calls = suspects.map(({ place, name }) => `${place} calls ${name}`).join(", ");
    return `renders differently each time, so that every update would change ${differing}: ${calls}; take the value from a Secret or from values.yaml`;
  }
  const other = difference(objects, onUpgrade, options.namespace);
  if (!other) return undefined;
  const asked = phases.map(({ place, name }) => `${place} asks ${name}`).join(", ");
  return `renders otherwise on an upgrade than on an install, so that what a cluster has of ${other} would depend on how it got there: ${asked}; ask a value instead, or make the object a hook (helm.sh/hook: pre-upgrade)`;
}

/** The first object that differs, with the field: `Service web (metadata.labels.x)`. */
function difference(objects: KubernetesObject[], other: KubernetesObject[], namespace: string): string | undefined {
  const [change] = compare(objects, other, namespace);
  if (!change) return undefined;
  const field = change.fields[0] ? ` (${pathText(change.fields[0].path)})` : "";
  return `${title((change.after ?? change.before) as KubernetesObject, namespace)}${field}`;
}

/** The templates, and the default values: where a chart evaluates its values (tpl), they are templates too. */
function textFiles(folder: string): string[] {
  const defaults = chartsIn(folder).map((chart) => join(chart, "values.yaml"));
  return [...templatesIn(folder), ...defaults.filter((file) => existsSync(file))];
}

function edited(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === "string") return edit(value);
  if (Array.isArray(value)) return value.map((inner) => edited(inner, edit));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, edited(inner, edit)]));
}

function suspectsIn(folder: string, values: unknown, pattern: RegExp): Suspect[] {
  const texts = textFiles(folder).map((file) => [relative(folder, file), readFileSync(file, "utf8")] as const);
  const packed = chartsIn(folder).flatMap((chart) =>
    filesIn(join(chart, "charts")).filter((file) => file.endsWith(".tgz")),
  );
  return [
    ...[...texts, ...textsOf(values)].flatMap(([name, text]) => suspectsOf(name, text, pattern)),
    // Nobody looks into it: whether it calls such a function shows only when it is rendered again.
    ...(pattern === NONDETERMINISTIC ? packed : []).map((file) => ({
      place: relative(folder, file),
      name: "perhaps one that is random",
    })),
  ];
}

/** The texts among the values, as they were written, by their place. */
function textsOf(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === "string") return [[`value ${path.join(".")}`, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

function suspectsOf(name: string, text: string, pattern: RegExp): Suspect[] {
  return [...text.matchAll(ACTION)].flatMap(({ index, 0: whole, 1: comment, 2: action }) => {
    if (comment) return [];
    const bare = action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, (literal) => literal.replace(/[^\n]/g, '"'));
    return [...bare.matchAll(pattern)].map((match) => {
      const line = text.slice(0, index + whole.indexOf(action) + match.index).split("\n").length;
      return { place: `${name}:${line}`, name: match[0] };
    });
  });
}
