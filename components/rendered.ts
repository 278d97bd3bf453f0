import { type ChartArgs, helmTemplate, listOf, type RenderedChart, renderCharts, type Template } from "local-charts";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";
import type { Settings } from "../settings.ts";
import { explainFor } from "./checks.ts";
import { chartsOf, type Parts, partsOf } from "./parts.ts";

/** An environment as it would be deployed. */
export interface RenderedEnvironment {
  settings: Settings;
  parts: Parts;
  /** In the order of their installation. */
  charts: RenderedChart[];
}

interface Rendering {
  /** Renders in the place of the `helm` on PATH. */
  template?: Template;
  /** What is rendered in the place of a chart. */
  instead?: (chart: ChartArgs, parts: Parts) => ChartArgs;
  /** The environment that messages name, where the settings are those of one by another name. */
  named?: string;
}

/**
 * The charts of an environment, rendered by the `helm` on PATH: for whoever looks at them without Pulumi. Rejects with a
 * sentence for each chart that does not render.
 * @param folder the checkout
 */
export async function renderEnvironment(
  settings: Settings,
  folder: string,
  { template = helmTemplate(folder), instead = (chart) => chart, named = settings.environment }: Rendering = {},
): Promise<RenderedEnvironment> {
  const parts = partsOf(settings);
  // Not by their charts: several services have one.
  const wanted = listOf<ChartArgs>(chartsOf(parts)).map((chart) => [chart.release, instead(chart, parts)]);
  const options = { environment: named, explain: explainFor(settings, named), kubeVersion: KUBERNETES_VERSION };
  return { settings, parts, charts: listOf(await renderCharts(Object.fromEntries(wanted), template, options)) };
}
