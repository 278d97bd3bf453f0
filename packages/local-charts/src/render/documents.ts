import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { readManifests } from "../kubernetes/manifests.ts";
import { ACTION, chartsIn, ownTemplates, renderCopy } from "./chart-files.ts";
import type { Template, TemplateOptions } from "./template.ts";

/** What a line at the left edge of each object's document begins with. */
const HEAD = ["apiVersion", "kind"].map((field) => new RegExp(`^["']?${field}["']?\\s*:`, "m"));
const COMMENTS = /^\s*#.*$/gm;
/** Of the object that shows what templates make. */
const NAME = "texts-of-templates";

/**
 * Documents without kind or apiVersion: the provider leaves them out when it renders, and Helm refuses them when it
 * installs. Templates that may make one are rendered once more, as texts; where none may, nothing is.
 * @param folder the chart's
 * @throws Error with the template and what its document lacks
 */
export async function refuseDocuments(folder: string, options: TemplateOptions, template: Template): Promise<void> {
  const charts = chartsIn(folder).map((chart) => [chart, ownTemplates(chart).filter(isSuspect)] as const);
  const suspects = charts.filter(([, files]) => files.length > 0);
  if (suspects.length === 0) return;
  const objects = await renderCopy(folder, options, template, (copy) => {
    for (const [chart, files] of suspects) {
      const templates = join(chart, "templates");
      const texts = files.map((file) => {
        const name = `(printf "%s/${relative(templates, file)}" $.Template.BasePath)`;
        return `  {{ ${name} | toJson }}: {{ include ${name} $ | toJson }}\n`;
      });
      const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${NAME} }\ndata:\n${texts.join("")}`;
      writeFileSync(join(copy, relative(folder, templates), `${NAME}.yaml`), text);
    }
  });
  for (const { data } of objects.filter(({ metadata }) => metadata?.name === NAME)) {
    for (const [source, text] of Object.entries(data as Record<string, string>)) readManifests(text, "refuse", source);
  }
}

/** Whether a template may make a document that is no object; one that only calls others does not say. */
function isSuspect(file: string): boolean {
  if (basename(file).startsWith("_")) return false;
  return readFileSync(file, "utf8")
    .split(/^---.*$/m)
    .some((document) => {
      const content = document.replace(ACTION, "").replace(COMMENTS, "").trim();
      return content !== "" && !HEAD.every((line) => line.test(document));
    });
}
