import type { Settings } from "../../settings";
import { chartsOf, partsOf } from "../parts";
import type { ChartArgs } from "../render-chart";
import { isMap } from "./objects";

/** By the path of a chart's value (`image.tag`): the keys of the stack file that it depends on. */
export type Origins = Map<string, string[]>;

/**
 * Where the values of each chart come from, by the chart's name. Found by experiment: each setting is changed by itself,
 * and the values that change with it depend on it. So there is no table to keep, and none to go stale.
 */
export function originsOf(settings: Settings): Record<string, Origins> {
  const charts = chartsOf(partsOf(settings));
  const origins = Object.fromEntries(charts.map(({ chart }) => [chart, new Map<string, string[]>()]));
  const { secrets: _, environment: __, ...sections } = settings;
  for (const [path, value] of leaves(sections)) {
    for (const other of others(value)) {
      for (const [chart, paths] of Object.entries(changedBy(settings, charts, path, other))) {
        for (const name of paths) {
          const known = origins[chart].get(name) ?? [];
          const key = `todo:${path.join(".")}`;
          if (!known.includes(key)) origins[chart].set(name, [...known, key]);
        }
      }
    }
  }
  return origins;
}

/** What else a setting might be, well-formed as far as the wiring looks at it. */
function others(value: unknown): unknown[] {
  if (typeof value === "number") return [value + 1];
  if (typeof value === "boolean") return [!value];
  return [`${value}x`, String(value).replace(/[a-z]/, "z"), String(value).replace(/\d/, "7")];
}

/** Paths of the values that are others when one setting is; none where the wiring will not have it. */
function changedBy(settings: Settings, charts: ChartArgs[], path: string[], value: unknown): Record<string, string[]> {
  const copy = structuredClone({ ...settings, secrets: {} }) as Settings;
  const place = path.slice(0, -1).reduce<unknown>((map, name) => (map as Record<string, unknown>)[name], copy);
  (place as Record<string, unknown>)[path.at(-1) as string] = value;
  copy.secrets = settings.secrets;
  let changed: ChartArgs[];
  try {
    changed = chartsOf(partsOf(copy));
  } catch {
    return {};
  }
  return Object.fromEntries(
    changed.map(({ chart, values }) => {
      const before = new Map(valuePaths(charts.find((each) => each.chart === chart)?.values ?? {}));
      const after = new Map(valuePaths(values));
      const names = [...new Set([...before.keys(), ...after.keys()])];
      return [chart, names.filter((name) => before.get(name) !== after.get(name))];
    }),
  );
}

/** `image.tag` and its text, for every value; a list is one. */
export function valuePaths(values: unknown): [name: string, text: string][] {
  return leaves(values).map(([path, value]) => [path.join("."), JSON.stringify(value)]);
}

function leaves(value: unknown, path: string[] = []): [string[], unknown][] {
  if (!isMap(value)) return value === undefined ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** originText of an environment; its origins are only looked for when there is something to explain. */
export function originOf(settings: Settings): (chart: ChartArgs, said: string) => string {
  return (chart, said) => originText(chart, said, originsOf(settings)[chart.chart]);
}

/**
 * Of the values that Helm's sentence names, where each comes from: `replicaCount is todo:backend.replicas`. Empty where
 * it names none.
 */
export function originText({ chart, values, environment }: ChartArgs, said: string, origins: Origins): string {
  const passed = valuePaths(values).map(([name]) => name);
  const named = namedValues(said, passed);
  const texts = named.map((name) => {
    const below = passed.filter((each) => each === name || each.startsWith(`${name}.`));
    const keys = [...new Set(below.flatMap((each) => origins.get(each) ?? []))];
    if (keys.length > 0) return `${name} is ${keys.join(", ")} of Pulumi.${environment}.yaml`;
    return below.length > 0
      ? `${name} is set by components/${chart}.ts`
      : `${name} is not passed by the program, so helm/${chart}/values.yaml has it or nothing does`;
  });
  return texts.join("; ");
}

/** Values by the ways in which Helm names them: a JSON pointer, `.Values.a.b`, a chart's own sentence with `a.b` in it. */
function namedValues(said: string, passed: string[]): string[] {
  const found = new Set<string>();
  for (const [, pointer, rest] of said.matchAll(/at '([^']*)': ([^;\n]*)/g)) {
    const name = pointer.split("/").filter(Boolean).join(".");
    const extra = /^additional propert(?:y|ies) (.*) not allowed/.exec(rest)?.[1];
    const keys = [...(extra ?? "").matchAll(/'([^']+)'/g)].map(([, key]) => [name, key].filter(Boolean).join("."));
    for (const each of extra ? keys : [name]) if (each) found.add(each);
  }
  for (const [, name] of said.matchAll(/\.Values\.([\w.]*\w)/g)) found.add(name);
  const words = new Set(said.match(/[A-Za-z][\w]*(?:\.\w+)*/g));
  for (const name of passed) if (words.has(name)) found.add(name);
  return [...found];
}
