// The files of a chart and of the charts inside it, and renderings of a changed copy: the only way to ask the provider's Helm
// what its options do not.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { parse } from "yaml";
import type { KubernetesObject } from "../kubernetes/object.ts";
import type { Template, TemplateOptions } from "./template.ts";

/** An action of a template, with its comment or with what it does. */
export const ACTION = /\{\{-?\s*(\/\*[\s\S]*?\*\/)?([\s\S]*?)-?\}\}/g;

/** The folders of a chart and of the charts inside it. */
export function chartsIn(folder: string): string[] {
  const inner = join(folder, "charts");
  const entries = existsSync(inner) ? readdirSync(inner, { withFileTypes: true }) : [];
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(inner, name));
  return [folder, ...folders.flatMap(chartsIn)];
}

/** Names under which the charts in `charts/` of a chart get their values. */
export function innerNames(chart: string): string[] {
  const file = join(chart, "Chart.yaml");
  const { dependencies } = ((existsSync(file) && parse(readFileSync(file, "utf8"))) || {}) as {
    dependencies?: { name?: string; alias?: string }[];
  };
  const listed = (dependencies ?? []).flatMap(({ name, alias }) => alias ?? name ?? []);
  const inner = chartsIn(chart).slice(1);
  return [...new Set([...listed, ...inner.map((folder) => basename(folder))])];
}

export function filesIn(folder: string, recursive = false): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true, recursive }) : [];
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Templates of a chart and of the charts inside it; NOTES.txt makes no object. */
export const templatesIn = (folder: string): string[] => chartsIn(folder).flatMap(ownTemplates);

/** Those of one chart alone. */
export const ownTemplates = (chart: string): string[] =>
  filesIn(join(chart, "templates"), true).filter((file) => basename(file) !== "NOTES.txt" && isPackaged(chart, file));

/** Whether Helm sees a file of a chart: what a line of .helmignore matches it leaves out, by its last rule. */
function isPackaged(chart: string, file: string): boolean {
  const rules = join(chart, ".helmignore");
  const lines = existsSync(rules) ? readFileSync(rules, "utf8").split("\n") : [];
  const parts = relative(chart, file).split("/");
  const places = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return lines.reduce((packaged, line) => {
    const [, not, glob] = /^(!?)(.+?)\/?$/.exec(line.trim()) ?? [];
    if (!glob || glob.startsWith("#")) return packaged;
    const form = new RegExp(
      `^${glob
        .replace(/^\//, "")
        .replace(/[.+^$()|{}\\]/g, "\\$&")
        .replace(/\*/g, "[^/]*")
        .replace(/\?/g, "[^/]")}$`,
    );
    // A rule without a slash is about a name, wherever it is.
    const matches = places.some((place) => form.test(glob.includes("/") ? place : basename(place)));
    return matches ? not === "!" : packaged;
  }, true);
}

/** Renders a copy of a chart after a change; the chart itself stays. @param folder the chart's */
export async function renderCopy(
  folder: string,
  options: TemplateOptions,
  template: Template,
  change: (copy: string) => void,
): Promise<KubernetesObject[]> {
  const copy = mkdtempSync(join(tmpdir(), "chart-"));
  try {
    cpSync(folder, copy, { recursive: true });
    change(copy);
    return await template({ ...options, path: copy });
  } finally {
    rmSync(copy, { recursive: true });
  }
}
