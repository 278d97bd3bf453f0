// What the cluster is sure to refuse ends a program before anything changes, as a template does that cannot render.
import * as pulumi from "@pulumi/pulumi";
import { title } from "../kubernetes/object.ts";
import { isOf } from "../live/description.ts";
import { type Refusal, refusalsOf } from "../live/dry-run.ts";
import { type ChartObjects, releaseKey, shownPath } from "../render/chart.ts";
import { digest } from "../render/digest.ts";
import type { Found } from "./changes.ts";
import { kindsDefinedBy } from "./crds.ts";
import { lacks } from "./needs.ts";

/**
 * Asks the cluster of each chart that is not deployed as it is whether it would take its objects. Where nobody answers,
 * nothing is said: others say that.
 * @throws pulumi.RunError with a sentence for each object that would be refused
 */
export async function assertTaken(context: string, charts: ChartObjects[], found: Found): Promise<void> {
  const defined = kindsDefinedBy(charts);
  const asked = differing(charts, found).map(async (chart) => {
    const { objects = [] } = deployedOf(chart, found) ?? {};
    const refusals = await refusalsOf(context, chart, objects, defined).catch(() => []);
    return refusals.map((refusal) => text(chart, refusal));
  });
  const problems = (await Promise.all(asked)).flat();
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
}

/** What the cluster lacks of what all charts need, a sentence each; asked where one of them is not deployed as it is. */
export async function lacking(context: string, charts: ChartObjects[], found: Found): Promise<string[]> {
  return differing(charts, found).length > 0 ? lacks(context, charts) : [];
}

const deployedOf = (chart: ChartObjects, found: Found) =>
  typeof found === "string" ? undefined : found.get(releaseKey(chart));

/** Charts that Helm has not on record as they are; none where nobody could be asked. */
function differing(charts: ChartObjects[], found: Found): ChartObjects[] {
  if (typeof found === "string") return [];
  return charts.filter((chart) => {
    const { last } = deployedOf(chart, found) ?? {};
    return last?.status !== "deployed" || !isOf(digest(chart.objects), last);
  });
}

const text = (chart: ChartObjects, { object, words, fix }: Refusal) =>
  `${shownPath(chart)}, ${title(object, chart.namespace)}: ${words}; nothing was changed; ${fix}`;
