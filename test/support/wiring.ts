// An environment's charts with a defect planted, and the words for what the proof of the wiring says about it.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../../components/helm-template";
import { chartsOf, type Parts, partsOf } from "../../components/parts";
import { type KubernetesObject, type Plain, type RenderedChart, renderCharts } from "../../components/render-chart";
import { wiringProblems } from "../../components/wiring";
import { parseSettings } from "../../settings";
import { ROOT } from "./mocks";
import { type Change, changed } from "./stack-file";

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
  /** In the rendered objects, by "Kind name". */
  objects?: (find: (name: string) => Any, all: Record<string, RenderedChart>) => void;
  /** In the arguments of the components. */
  parts?: (parts: Parts) => void;
}

const renderings = new Map<string, Promise<KubernetesObject[]>>();

export async function environment({
  stack = "dev",
  config = {},
  values = {},
  template,
  objects,
  parts: change,
}: Plant) {
  const settings = parseSettings(stack, changed(stack, config), [], { assumeSecrets: true });
  const parts = partsOf(settings);
  change?.(parts);
  const args = chartsOf(parts).map((chart) => ({ ...chart, values: { ...chart.values, ...values[chart.chart] } }));
  const folder = template && mkdtempSync(join(tmpdir(), "charts-"));
  try {
    if (folder) {
      cpSync(join(ROOT, "helm"), folder, { recursive: true });
      const [file, from, to] = template;
      const text = readFileSync(join(folder, file), "utf8");
      assert.ok(text.includes(from), `${file} has no ${from}`);
      writeFileSync(join(folder, file), text.replace(from, to));
    }
    const rendered = await renderCharts(args, (options) => {
      if (folder) return helmTemplate({ ...options, path: join(folder, options.path.replace("./helm/", "")) });
      const key = JSON.stringify(options);
      const known = renderings.get(key) ?? helmTemplate(options);
      renderings.set(key, known);
      return known;
    });
    const charts = structuredClone(rendered);
    const find = (name: string) => {
      const all = Object.values(charts).flatMap((chart) => chart.objects);
      const found = all.find(({ kind, metadata }) => `${kind} ${metadata.name}` === name);
      assert.ok(found, `${name} is not rendered`);
      return found;
    };
    objects?.(find, charts);
    return { parts, charts };
  } finally {
    if (folder) rmSync(folder, { recursive: true });
  }
}

export async function problems(plant: Plant): Promise<string[]> {
  const { parts, charts } = await environment(plant);
  return wiringProblems(parts, Object.values(charts));
}

export const pod = (object: Any) => object.spec.template.spec;
export const app = (object: Any) => pod(object).containers[0];
export const variable = (object: Any, name: string) => app(object).env.find((each: Any) => each.name === name);
export const BACKEND = "helm/todo-backend, Deployment todo-backend-dev";
export const FRONTEND = "helm/todo-frontend, Deployment todo-frontend-dev";
export const env = (name: string, of = BACKEND) =>
  `${of}, env ${name} of container ${of === BACKEND ? "todo-backend" : "todo-frontend"}`;
export const set = (name: string, chart = "backend") => `change todo:${chart}.env.${name} in Pulumi.dev.yaml`;
export const mend = (chart: string) => `mend helm/todo-${chart} or the values it gets`;
export const service = (nearest: string) => `expected a Service of namespace todo-dev, nearest ${nearest}`;
export const anyService =
  "expected a Service of namespace todo-dev (todo-postgres-dev, todo-backend-dev, todo-frontend-dev)";
