import { readFileSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { misformed } from "../kubernetes/form.ts";
import { hookEvents, identity, type KubernetesObject, title } from "../kubernetes/object.ts";
import { objectsOf, withoutNulls } from "../kubernetes/objects-of.ts";
import { pathText } from "../kubernetes/path.ts";
import { redactText } from "../redact/credentials.ts";
import { redactField } from "../redact/redact.ts";
import { innerNames, templatesIn } from "./chart-files.ts";
import { refuseDocuments } from "./documents.ts";
import { NoHelm } from "./helm-cli.ts";
import { nondeterminism } from "./nondeterminism.ts";
import { tooLarge } from "./record-size.ts";
import type { Plain, Template, TemplateOptions } from "./template.ts";

/** A chart of the repository, and the release that it is to be. */
export interface ChartArgs<Chart extends string = string> {
  /**
   * Folder of the chart, relative to the program: `./charts/web`. Pulumi compares it, so an absolute path would make
   * every checkout another one.
   */
  chart: Chart;
  /** Name of the release, the same in every preview and update. */
  release: string;
  /** Where the release goes. */
  namespace: string;
  /** What differs from the chart's `values.yaml`. */
  values: Record<string, Plain>;
  /** How long each step of Helm may take, in seconds. Default: 120 */
  timeoutSeconds?: number;
}

/** The objects of a chart, as checks and comparisons look at them. */
export interface ChartObjects {
  /** As in ChartArgs. */
  chart: string;
  /** As in ChartArgs. */
  release: string;
  /** As in ChartArgs. */
  namespace: string;
  /** All objects, hooks and tests included. */
  objects: KubernetesObject[];
}

/** Which release of a cluster a chart is: Helm knows one by its name only within a namespace. */
export const releaseKey = ({ namespace, release }: Pick<ChartArgs, "namespace" | "release">) =>
  `${namespace}/${release}`;

/**
 * A chart that was rendered: its values, and the objects that they gave, together and for good. Only renderCharts makes
 * one, so that nobody can install values of another time, or another chart's objects.
 */
export class RenderedChart<Chart extends string = string> implements ChartObjects {
  readonly chart: Chart;
  readonly release: string;
  readonly namespace: string;
  readonly values: Record<string, Plain>;
  readonly objects: KubernetesObject[];
  readonly timeoutSeconds?: number;
  /** Nominal: an object of the same shape is none. */
  readonly #rendered = true;

  private constructor(args: ChartArgs<Chart>, objects: KubernetesObject[]) {
    this.chart = args.chart;
    this.release = args.release;
    this.namespace = args.namespace;
    this.values = frozen(structuredClone(args.values));
    this.objects = frozen(objects);
    this.timeoutSeconds = args.timeoutSeconds;
    void this.#rendered;
    Object.freeze(this);
  }

  /**
   * Renders a chart. Rejects with one sentence that names chart, template or key, what is wrong there, and where the value
   * comes from; with a sentence for each place where an object has another form than its kind.
   */
  static async render<Chart extends string>(
    args: ChartArgs<Chart>,
    template: Template,
    { kubeVersion = KUBE_VERSION, environment, explain }: RenderOptions = {},
  ): Promise<RenderedChart<Chart>> {
    const options: TemplateOptions = {
      path: args.chart,
      release_name: args.release,
      namespace: args.namespace,
      values: args.values,
      kube_version: kubeVersion,
    };
    const folder = resolve(template.folder ?? "", args.chart);
    const explaining: RenderOptions = {
      environment,
      explain: (chart, said) => aboutInnerCharts(folder, chart, said) || explain?.(chart, said) || "",
    };
    const seeing: Template = async (each) => {
      const found = await template(each);
      await refuseDocuments(folder, each, template);
      return found;
    };
    const rendering = explained(args, seeing, explaining)(options);
    const [again, upgrade] = ["", " on an upgrade"].map((when) => explained(args, template, explaining, when));
    const differing = nondeterminism(folder, options, rendering, again, upgrade);
    // What is wrong with the chart as it is comes first.
    differing.catch(() => {});
    const objects = await rendering;
    const malformed = objects.flatMap((object) => formProblems(args, folder, object));
    if (malformed.length > 0) throw new pulumi.RunError([...new Set(malformed)].join("\n"));
    const large = tooLarge(objects, args.values, folder);
    if (large)
      throw new pulumi.RunError(
        `${shownPath(args)}, release ${args.release}: ${large}; give it less: what is large belongs into the image, or into a volume`,
      );
    const reason = await differing;
    if (reason) throw new pulumi.RunError(`${shownPath(args)} ${reason}`);
    return new RenderedChart(args, objects);
  }
}

/**
 * A template whose objects are as a cluster has them, and whose refusal is a sentence.
 * @param when what is rendered where that is not an install
 */
function explained(args: ChartArgs, template: Template, { environment, explain }: RenderOptions, when = ""): Template {
  return async (options) => {
    try {
      return withoutNulls(objectsOf((await template(options)) ?? []));
    } catch (error) {
      if (error instanceof NoHelm) throw new pulumi.RunError(error.message);
      const said = withoutWrappers(error);
      const fix = explain?.(args, said) || "fix the chart, or the value that it gets";
      const what = `${shownPath(args)} does not render${when} for ${environment ?? args.release}`;
      // Helm quotes values, and a value may be what nobody should have put there.
      throw new pulumi.RunError(`${what}: ${redactText(said)}; ${fix}`);
    }
  };
}

/** Of values that nobody wrote, and a closed schema refuses: those of a chart inside. Empty where Helm says something else. */
function aboutInnerCharts(folder: string, chart: ChartArgs, said: string): string {
  const refused = /additional propert(?:y|ies) (.*?) not allowed/.exec(said)?.[1] ?? "";
  const names = innerNames(folder).filter((name) => refused.includes(`'${name}'`));
  if (names.length === 0) return "";
  const why = `${names.join(", ")} in charts/ gets its values below its name`;
  return `${why}: let ${shownPath(chart)}/values.schema.json have a property of that name`;
}

/** What an API server would refuse in an object, because it is of another form than its kind. */
function formProblems(chart: ChartArgs, folder: string, object: KubernetesObject): string[] {
  return misformed(object).map(({ path, expected, found }) => {
    const { kind, metadata } = object;
    const name = metadata?.name ? title(object, chart.namespace) : `a ${kind} without a name`;
    const makers = templatesIn(folder).filter((file) => readFileSync(file, "utf8").includes(`kind: ${kind}`));
    const places = makers.length > 0 ? makers.map((file) => relative(folder, file)).join(" or ") : "the template of it";
    const quotes = expected === "a text" && /^[\d-]|true|false/.test(found);
    const fix = quotes ? `write it in quotes in ${places}` : `fix ${places}`;
    return `${shownPath(chart)}, ${name}, ${pathText(path)}: expected ${expected}, found ${redactField(object, path, found)}; ${fix}`;
  });
}

/**
 * Objects that two charts, or one of them twice, would make: Helm fails on the second. Hooks may share a name: Helm removes
 * one before it makes the next.
 */
function nameProblems(charts: ChartObjects[]): string[] {
  const owners = new Map<string, ChartObjects>();
  return charts.flatMap((chart) =>
    chart.objects
      .filter((object) => hookEvents(object).length === 0)
      .flatMap((object) => {
        const name = identity(object, chart.namespace);
        const owner = owners.get(name);
        owners.set(name, owner ?? chart);
        if (!owner) return [];
        const other = owner === chart ? "another" : `another in ${shownPath(owner)}, release ${owner.release}`;
        const shown = `${shownPath(chart)}, ${title(object, chart.namespace)}`;
        return `${shown}: expected one object of this kind and name, found ${other}; rename or remove one`;
      }),
  );
}

/** What charts take the cluster for where the caller does not say. */
const KUBE_VERSION = "1.35.0";

/** What a rendering is told, beside the chart. */
export interface RenderOptions {
  /** What `.Capabilities.KubeVersion` is, where no cluster is asked. Default: 1.35.0 */
  kubeVersion?: string;
  /** What messages call the whole of the releases: `dev`. Default: the release's name. */
  environment?: string;
  /** Of the values that Helm's sentence names, where each comes from; empty where it names none. */
  explain?: (chart: ChartArgs, said: string) => string;
}

/** A chart's own name: the last part of its folder's path. */
export const chartName = ({ chart }: Pick<ChartArgs, "chart">): string => basename(chart);

/** A chart's folder as messages name it. */
export const shownPath = ({ chart }: Pick<ChartArgs, "chart">): string => chart.replace(/^\.\//, "");

/** Charts by any name that the caller likes; one that is left out is undefined. */
export type Charts = Record<string, ChartArgs | undefined>;

/** The same, rendered. */
export type Rendered<T extends Charts> = {
  [Name in keyof T]: T[Name] extends ChartArgs<infer Chart>
    ? RenderedChart<Chart>
    : T[Name] extends ChartArgs<infer Chart> | undefined
      ? RenderedChart<Chart> | undefined
      : never;
};

/**
 * The objects that Helm would install, by the names of the charts, which go to one cluster.
 * Rejects with a sentence for each chart that does not render: chart, template or key, and what is wrong there; and for each
 * object that two of them make.
 */
export async function renderCharts<const T extends Charts>(
  charts: T,
  template: Template,
  options: RenderOptions = {},
): Promise<Rendered<T>> {
  const wanted = Object.entries(charts).filter((entry): entry is [string, ChartArgs] => entry[1] !== undefined);
  const outcomes = await Promise.allSettled(
    wanted.map(async ([name, chart]) => [name, await RenderedChart.render(chart, template, options)] as const),
  );
  const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.message] : []));
  const rendered = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const reasons = [...failed, ...nameProblems(rendered.map(([, chart]) => chart))];
  if (reasons.length > 0) throw new pulumi.RunError([...new Set(reasons)].join("\n"));
  return Object.fromEntries(rendered) as unknown as Rendered<T>;
}

/** Charts without their names, those that are there. */
export function listOf<T extends object>(charts: Record<string, T | undefined>): T[] {
  return Object.values(charts).filter((chart) => chart !== undefined);
}

/** Helm's own sentence, out of the wrappers that the provider has put around it. */
function withoutWrappers(error: unknown): string {
  const wrappers = [
    "invocation of kubernetes:helm:template returned an error: ",
    "failed to generate YAML for specified Helm chart: ",
    "failed to create chart from template: ",
    "failed to load chart from temp directory: ",
  ];
  const text = error instanceof Error ? error.message : String(error);
  const bare = wrappers.reduce((rest, wrapper) => rest.replace(wrapper, ""), text);
  return bare
    .replace("Use --debug flag to render out invalid YAML", "")
    .replace(/error unmarshaling JSON: while decoding JSON: json: cannot unmarshal (\w+) into Go .*/s, wrongForm)
    .replace(/\s*\n[\s-]*/g, " ")
    .trim();
}

/** What Helm says of a file in the words of Go, in those of YAML. */
function wrongForm(said: string, found: string): string {
  const field = /into Go struct field \w+\.([\w.]+)/.exec(said)?.[1];
  const names: Record<string, string> = { array: "a list", object: "a map", string: "a text", bool: "a truth" };
  return `expected a map${field ? ` for ${field}` : ""}, found ${names[found] ?? `a ${found}`}`;
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
