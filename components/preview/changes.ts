import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type KubernetesObject, type RenderedChart, releaseName } from "../render-chart";
import { NoAnswer } from "./cluster-get";
import { type Deployed, deployedReleases } from "./deployed";
import { compare } from "./diff";
import { recall, remember } from "./last-known";
import { redactObject } from "./redact";
import { type Report, report } from "./report";
import { foldedLines, headline, previewText } from "./text";

/** Where a preview leaves its reports in full, for `make diff`. */
const FILE = process.env.TODO_DIFF_FILE;

/** What the cluster has of a namespace's releases, or why it could not be asked. */
type Found = Map<string, Deployed> | string;

/** Asks the cluster what a preview compares with; an update, which has no time to lose, asks nothing. Never fails. */
export async function askCluster(context: string, namespace: string): Promise<Found | undefined> {
  if (!pulumi.runtime.isDryRun()) return undefined;
  return deployedReleases(context, namespace).catch((error: Error) => {
    // The provider has a patience of its own, and setting that here would be a change of the provider in the state.
    const patient = process.env.PULUMI_K8S_CLIENT_TIMEOUT === undefined;
    if (error instanceof NoAnswer && patient) void pulumi.log.warn(silence(context, error.message));
    return error.message;
  });
}

const silence = (context: string, reason: string) =>
  `cluster ${context}: ${reason}; the Kubernetes provider goes on asking it, perhaps for minutes, and the preview waits; ` +
  `\`make preview ENV=${pulumi.getStack()}\`, or PULUMI_K8S_CLIENT_TIMEOUT=1 before the command, does not`;

/**
 * What would happen to the objects of each release, by the chart's name, compared with what Helm has deployed. A preview
 * without a cluster says so, and compares with what this machine knew.
 * @param found what askCluster answered: nothing in an update
 */
export function changesOf(charts: RenderedChart[], found: Found | undefined): Record<string, Report> {
  if (found === undefined) return {};
  const reports = charts.map((chart) => [chart.chart, releaseReport(chart, found)] as const);
  if (FILE) writeFileSync(FILE, JSON.stringify(reports.map(inFull)));
  return Object.fromEntries(reports);
}

function releaseReport({ chart, environment, namespace, objects }: RenderedChart, found: Found): Report {
  const release = releaseName(chart, environment);
  const against = (before: KubernetesObject[], after: KubernetesObject[], basis: Report["basis"]) =>
    report(release, namespace, basis, compare(before, after, namespace), after);
  if (typeof found !== "string") {
    const deployed = found.get(release);
    if (!deployed) return against([], objects, { from: "nothing" });
    const { revision, later } = deployed;
    remember(namespace, release, deployed.objects);
    return against(deployed.objects, objects, { from: "deployed", revision, ...(later && { later }) });
  }
  const known = recall(namespace, release);
  if (!known) return against([], objects, { from: "unknown", reason: found });
  // What is noted down has no secrets in it, so neither has what it is compared with.
  return against(known.objects, objects.map(redactObject), { from: "last known", at: known.at, reason: found });
}

/** What `make diff` prints: the words are those of the preview. */
const inFull = ([chart, full]: readonly [string, Report]) => {
  return { chart, ...full, headline: headline(full), folded: foldedLines(full.entries) };
};

/** Shows the changes under each component: on the release itself the text would wait for the release to be done. */
export function tellChanges(
  changes: Record<string, Report>,
  components: Record<string, pulumi.Resource | undefined>,
): void {
  for (const [chart, component] of Object.entries(components)) {
    const text = changes[chart] && previewText(changes[chart], pulumi.getStack());
    if (component && text) void pulumi.log.info(text, component);
  }
}
