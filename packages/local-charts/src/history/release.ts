import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { containersOf, podsOf } from "../kubernetes/pods.ts";
import { chartName, type RenderedChart } from "../render/chart.ts";
import { digest } from "../render/digest.ts";
import type { HealthyRelease } from "./entry.ts";

/**
 * What is noted of a release that got ready.
 * @param revision Helm's: of its `status`
 * @param seconds until it was ready; undefined where it was so already
 * @param folder the program's, which paths of charts begin at
 */
export function healthyRelease(
  chart: RenderedChart,
  revision: number,
  seconds: number | undefined,
  folder = process.cwd(),
): HealthyRelease {
  const images = podsOf(chart.objects).flatMap((pod) => containersOf(pod).flatMap(({ spec }) => spec.image ?? []));
  const { name, version } = parse(readFileSync(resolve(folder, chart.chart, "Chart.yaml"), "utf8")) ?? {};
  return {
    ...{ revision, chart: String(name ?? chartName(chart)), version: String(version ?? "") },
    ...{ digest: digest(chart.objects), images: [...new Set(images)].sort() },
    ...(seconds !== undefined && { seconds }),
  };
}
