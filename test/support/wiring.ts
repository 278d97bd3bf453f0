// An environment's charts with a defect planted, and the words for what the check of the wiring says about it.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChartObjects,
  chartName,
  helmTemplate,
  listOf,
  type Plain,
  renderCharts,
  type TemplateOptions,
  wiringProblems,
} from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { wiringFactsOf } from "../../components/checks.ts";
import { chartsOf, type Parts, partsOf } from "../../components/parts.ts";
import { ROOT } from "./mocks.ts";
import { type Change, changedSettings } from "./stack-file.ts";

/** A rendered object, open to changes. */
// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
export type Any = any;

export interface Plant {
  /** Default: dev. */
  stack?: string;
  /** In the stack file. */
  config?: Change;
  /** In the values of a chart. */
  values?: Record<string, Record<string, Plain>>;
  /** In a template of a chart: file, what stands there, what is put there instead. */
  template?: [file: string, from: string, to: string];
  /** In the rendered objects, by "Kind name", and in the list of all of a chart. */
  objects?: (find: (name: string) => Any, all: Record<string, ChartObjects>) => void;
  /** In the arguments of the components. */
  parts?: (parts: Parts) => void;
}

const renderings = new Map<string, Promise<KubernetesObject[]>>();
const ofCheckout = helmTemplate(ROOT);
const once = (options: TemplateOptions) => {
  const key = JSON.stringify(options);
  const known = renderings.get(key) ?? ofCheckout(options);
  renderings.set(key, known);
  return known;
};
const cached = Object.assign(once, { folder: ROOT });

/** Facts and objects of an environment, as the checks of its program get them. */
export async function environment({
  stack = "dev",
  config = {},
  values = {},
  template,
  objects,
  parts: change,
}: Plant) {
  const settings = changedSettings(stack, config);
  const parts = partsOf(settings);
  change?.(parts);
  const args = Object.entries(chartsOf(parts)).flatMap(([name, chart]) =>
    chart ? [[name, { ...chart, values: { ...chart.values, ...values[`todo-${name}`] } }] as const] : [],
  );
  const folder = template && mkdtempSync(join(tmpdir(), "charts-"));
  try {
    if (folder) {
      cpSync(join(ROOT, "helm"), join(folder, "helm"), { recursive: true });
      const [file, from, to] = template;
      const text = readFileSync(join(folder, "helm", file), "utf8");
      assert.ok(text.includes(from), `${file} has no ${from}`);
      writeFileSync(join(folder, "helm", file), text.replace(from, to));
    }
    const rendered = await renderCharts(Object.fromEntries(args), folder ? helmTemplate(folder) : cached);
    const charts = listOf(rendered).map(
      ({ chart, release, namespace, objects }): ChartObjects => structuredClone({ chart, release, namespace, objects }),
    );
    const byName = Object.fromEntries(charts.map((chart) => [chartName(chart), chart]));
    const find = (name: string) => {
      const all = charts.flatMap((chart) => chart.objects);
      const found = all.find(({ kind, metadata }) => `${kind} ${metadata.name}` === name);
      assert.ok(found, `${name} is not rendered`);
      return found;
    };
    objects?.(find, byName);
    return { facts: wiringFactsOf(settings, parts), charts };
  } finally {
    if (folder) rmSync(folder, { recursive: true });
  }
}

export async function problems(plant: Plant): Promise<string[]> {
  const { facts, charts } = await environment(plant);
  return wiringProblems(facts, charts).map(withoutContent);
}

/** A text with the names of Secrets and ConfigMaps as one calls them, whatever they hold. */
export const withoutContent = (text: string) =>
  text.replace(/([-_]secrets)[-_][0-9a-f]{12}/g, "$1").replace(/(-config)-[0-9a-f]{10}/g, "$1");

export const pod = (object: Any) => object.spec.template.spec;
export const app = (object: Any) => pod(object).containers[0];
export const variable = (object: Any, name: string) => app(object).env.find((each: Any) => each.name === name);
/** What a ConfigMap of a chart holds, with another name for a variable; that of a rollback is the same. */
export function renamed({ objects }: ChartObjects, from: string, to: string): void {
  for (const { kind, data } of objects as Any[]) {
    if (kind !== "ConfigMap") continue;
    data[to] = data[from];
    delete data[from];
  }
}
export const BACKEND = "helm/todo-backend, Deployment todo-backend-dev";
export const FRONTEND = "helm/todo-frontend, Deployment todo-frontend-dev";
export const env = (name: string, of = BACKEND) =>
  `${of}, env ${name} of container ${of === BACKEND ? "todo-backend" : "todo-frontend"}`;
export const set = (name: string, chart = "backend") => `change todo:${chart}.env.${name} in Pulumi.dev.yaml`;
export const fix = (chart: string) => `fix helm/todo-${chart} or the values it gets`;
export const service = (nearest: string) => `expected a Service of namespace todo-dev, nearest ${nearest}`;
export const anyService =
  "expected a Service of namespace todo-dev (todo-postgres-dev, todo-backend-dev, todo-frontend-dev)";
