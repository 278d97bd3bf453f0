import { createHash } from "node:crypto";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { redactText } from "./preview/credentials";
import { settled } from "./preview/objects";
import { unsteadiness } from "./preview/steady";

const ROOT = resolve(__dirname, "..");

/**
 * A chart value that is known at preview; no Output, and so no secret, fits. Nor does null: the provider drops it, so that a
 * chart would be installed with other values than it was rendered with.
 */
export type Plain = string | number | boolean | undefined | Plain[] | { [key: string]: Plain };

export interface ChartArgs {
  /** Folder below `helm/`, and the first half of the release's name. */
  chart: string;
  /** Name of the stack, the second half of the release's name. */
  environment: string;
  namespace: string;
  /** What differs from the chart's `values.yaml`. */
  values: Record<string, Plain>;
}

/** A rendered object, as far as all kinds agree. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Texts; annotations?: Texts };
  [field: string]: unknown;
}
type Texts = Record<string, string>;

export interface RenderedChart extends ChartArgs {
  /** All objects, hooks and tests included. */
  objects: KubernetesObject[];
}

/** What Helm is asked for; as the provider's `kubernetes:helm:template` takes it. */
export interface TemplateOptions {
  path: string;
  release_name: string;
  namespace: string;
  values: Record<string, Plain>;
  include_test_hook_resources: boolean;
  kube_version: string;
}

/** Whoever renders a chart: the provider in a program, the helm on PATH elsewhere. Rejects with Helm's own words. */
export type Template = (options: TemplateOptions) => Promise<KubernetesObject[]>;

/** What charts take the cluster for where none answers, as in a pull request's preview. */
const KUBERNETES_VERSION = "1.35.1";

/** `todo-backend-dev`; also the name of the chart's Service and Deployment. */
export function releaseName(chart: string, environment: string): string {
  return `${chart}-${environment}`;
}

/** The Helm inside the provider: needs no helm on PATH and, for a provider with a context, no cluster that answers. */
export function providerTemplate(provider: pulumi.ProviderResource): Template {
  return async (options) => {
    // What kubernetes.helm.v3.Chart uses; not a documented function of its own.
    const inputs = { jsonOpts: JSON.stringify(options) };
    return (await pulumi.runtime.invoke("kubernetes:helm:template", inputs, { provider })).result;
  };
}

/** What a rendering may be told; the tests have charts elsewhere. */
export interface RenderOptions {
  /** Where the charts are. Default: `./helm` */
  folder?: string;
  /** Of the values that Helm's sentence names, where each comes from; empty where it names none. */
  origin?: (chart: ChartArgs, said: string) => string;
}

/**
 * The objects that Helm would install, by the chart's name.
 * Rejects with a sentence for each chart that does not render: chart, template or key, and what is wrong there.
 */
export async function renderCharts(
  charts: ChartArgs[],
  template: Template,
  options: RenderOptions = {},
): Promise<Record<string, RenderedChart>> {
  const outcomes = await Promise.allSettled(charts.map((chart) => render(chart, template, options)));
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.message] : []));
  if (reasons.length > 0) throw new pulumi.RunError(reasons.join("\n"));
  const rendered = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  return Object.fromEntries(rendered.map((chart) => [chart.chart, chart]));
}

/** Rejects with one sentence that names chart, template or key, what is wrong there, and where the value comes from. */
export async function render(
  args: ChartArgs,
  template: Template,
  { folder = "./helm", origin }: RenderOptions = {},
): Promise<RenderedChart> {
  const { chart, environment, namespace, values } = args;
  const options = {
    path: `${folder}/${chart}`,
    release_name: releaseName(chart, environment),
    namespace,
    values,
    include_test_hook_resources: true,
    kube_version: KUBERNETES_VERSION,
  };
  let objects: KubernetesObject[];
  try {
    objects = await template(options);
  } catch (error) {
    const said = cause(error);
    const from = origin?.(args, said);
    const wayOut = `mend the chart, or the key of Pulumi.${environment}.yaml that the value comes from`;
    // Helm quotes values, and a value may be what nobody should have put there.
    throw new pulumi.RunError(
      `helm/${chart} does not render for ${environment}: ${redactText(said)}; ${from || wayOut}`,
    );
  }
  const unsteady = await unsteadiness(resolve(ROOT, options.path), options, objects, template);
  if (unsteady) throw new pulumi.RunError(`helm/${chart} ${unsteady}`);
  return { ...args, objects };
}

/** Helm's own sentence, out of the wrappers that the way here has put around it. */
function cause(error: unknown): string {
  const wrappers = [
    "invocation of kubernetes:helm:template returned an error: ",
    "failed to generate YAML for specified Helm chart: ",
    "failed to create chart from template: ",
    "failed to load chart from temp directory: ",
  ];
  const text = error instanceof Error ? error.message : String(error);
  const bare = wrappers.reduce((rest, wrapper) => rest.replace(wrapper, ""), text);
  const hint = "Use --debug flag to render out invalid YAML";
  return bare
    .replace(hint, "")
    .replace(/\s*\n[\s-]*/g, " ")
    .trim();
}

/**
 * Short hash of what the objects say to an API server; their order, and that of their keys, do not count. The label with
 * the chart's version does: it is part of the objects, and a new version of the chart is to be seen on them.
 */
export function digest(objects: KubernetesObject[]): string {
  const lines = objects.map((object) => JSON.stringify(sorted(settled(object)))).sort();
  return shortHash(lines.join("\n"));
}

/** Short hash of the fingerprints of the secrets that a chart uses: the pods restart when one of them changes. */
export function checksum(fingerprints: Record<string, string>): string {
  return shortHash(JSON.stringify(sorted(fingerprints)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
