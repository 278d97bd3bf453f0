import { isMap } from "../kubernetes/object.ts";
import { type ChartArgs, releaseKey, shownPath } from "../render/chart.ts";

/** By the path of a chart's value (`image.tag`): the keys of the settings that it depends on. */
export type ValueSources = Map<string, string[]>;

/** Settings, and the charts that they give. */
export interface Origin<Settings> {
  settings: Settings;
  /** Sections of the settings that are tried; no secrets among them. */
  sections: Record<string, unknown>;
  /** The charts of settings in which one value is another. May throw: then nothing depends on that value. */
  chartsOf: (settings: Settings) => ChartArgs[];
  /** Key of a setting, by its path below the sections: `shop:web.replicas`. */
  key: (path: string[]) => string;
  /** File that the keys stand in, as messages name it. */
  file: string;
}

/**
 * Where the values of each release come from, by releaseKey. Found by experiment: each setting is changed by itself, and
 * the values that change with it depend on it. So there is no table to keep, and none to go stale.
 */
export function valueSources<Settings extends object>(origin: Origin<Settings>): Record<string, ValueSources> {
  const { settings, sections, chartsOf, key } = origin;
  const charts = chartsOf(settings);
  const sources = Object.fromEntries(charts.map((chart) => [releaseKey(chart), new Map<string, string[]>()]));
  for (const [path, value] of leaves(sections)) {
    for (const other of otherValues(value)) {
      for (const [place, paths] of Object.entries(changedBy(origin, charts, path, other))) {
        for (const name of paths) {
          const known = sources[place]?.get(name) ?? [];
          if (!known.includes(key(path))) sources[place]?.set(name, [...known, key(path)]);
        }
      }
    }
  }
  return sources;
}

/** What else a setting might be, well-formed as far as a program looks at it. */
function otherValues(value: unknown): unknown[] {
  if (typeof value === "number") return [value + 1];
  if (typeof value === "boolean") return [!value];
  return [`${value}x`, String(value).replace(/[a-z]/, "z"), String(value).replace(/\d/, "7")];
}

/** Paths of the values that are others when one setting is; none where the program will not have it. */
function changedBy<Settings extends object>(
  { settings, sections, chartsOf }: Origin<Settings>,
  charts: ChartArgs[],
  path: string[],
  value: unknown,
): Record<string, string[]> {
  const copy = structuredClone(sections);
  const place = path.slice(0, -1).reduce<unknown>((map, name) => (map as Record<string, unknown>)[name], copy);
  (place as Record<string, unknown>)[path.at(-1) as string] = value;
  let changed: ChartArgs[];
  try {
    changed = chartsOf({ ...settings, ...copy });
  } catch {
    return {};
  }
  return Object.fromEntries(
    changed.map((chart) => {
      const same = charts.find((each) => releaseKey(each) === releaseKey(chart));
      const [before, after] = [same?.values ?? {}, chart.values].map((values) => new Map(valuePaths(values)));
      const names = [...new Set([...before.keys(), ...after.keys()])];
      return [releaseKey(chart), names.filter((name) => before.get(name) !== after.get(name))];
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

/** The option `explain` of a rendering; sources are only looked for when there is something to explain. */
export function explainBy<Settings extends object>(
  origin: Origin<Settings>,
): (chart: ChartArgs, said: string) => string {
  return (chart, said) => explanation(chart, said, valueSources(origin)[releaseKey(chart)] ?? new Map(), origin.file);
}

/**
 * Of the values that Helm's sentence names, where each comes from: `replicaCount is shop:web.replicas`. Where it names
 * none, where to look.
 */
export function explanation(chart: ChartArgs, said: string, sources: ValueSources, file: string): string {
  const passed = valuePaths(chart.values).map(([name]) => name);
  const texts = namedValues(said, passed).map((name) => {
    const below = passed.filter((each) => each === name || each.startsWith(`${name}.`));
    const keys = [...new Set(below.flatMap((each) => sources.get(each) ?? []))];
    if (keys.length > 0) return `${name} is ${keys.join(", ")} of ${file}`;
    return below.length > 0
      ? `${name} is set by the program itself`
      : `${name} is not passed by the program, so ${shownPath(chart)}/values.yaml has it or nothing does`;
  });
  return texts.join("; ") || `fix the chart, or the key of ${file} that the value comes from`;
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
