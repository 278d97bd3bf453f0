import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { NoAnswer } from "../cluster/request.ts";
import type { WaitHints } from "../cluster/wait.ts";
import { compare } from "../kubernetes/compare.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { asLive, driftLines, stays } from "../live/as-live.ts";
import { descriptionOf } from "../live/description.ts";
import { type Live, lookAt } from "../live/look.ts";
import { redactObject } from "../redact/redact.ts";
import { type ChartObjects, chartName, releaseKey } from "../render/chart.ts";
import { digest } from "../render/digest.ts";
import { type Definition, definitionLines } from "./crds.ts";
import { type Deployed, deployedReleases } from "./deployed.ts";
import { recall, remember } from "./last-known.ts";
import { type FullReport, REPORT_FILE_VARIABLE, type Report, report } from "./report.ts";
import { foldedLines, headline, previewText } from "./text.ts";

/** What the cluster has of the releases, by releaseKey, or why it could not be asked. */
export type Found = Map<string, Deployed & { live?: Live }> | string;

/** Commands that messages may name, those of an update's wait included. */
export interface Hints extends WaitHints {
  /** Shows all of a change that was cut: `make diff ENV=dev`. */
  allChanges?: string;
  /** Previews without waiting for a cluster that does not answer: `make preview ENV=dev`. */
  withoutCluster?: string;
}

/** Asks the cluster what a preview compares with, and what an update need not look at again. Never fails. */
export async function readDeployed(
  context: string,
  namespaces: string[],
  { withoutCluster }: Hints = {},
): Promise<Found> {
  try {
    const found = await Promise.all(
      [...new Set(namespaces)].map(async (namespace) =>
        [...(await deployedReleases(context, namespace))].map(
          ([release, deployed]) => [releaseKey({ namespace, release }), deployed] as const,
        ),
      ),
    );
    return new Map(found.flat());
  } catch (thrown) {
    const error = thrown as Error;
    // The provider has a patience of its own, and setting that here would be a change of the provider in the state.
    const patient = process.env.PULUMI_K8S_CLIENT_TIMEOUT === undefined;
    if (error instanceof NoAnswer && patient && pulumi.runtime.isDryRun())
      void pulumi.log.warn(silence(context, error.message, withoutCluster));
    return error.message;
  }
}

/**
 * What of the objects that Helm has on record is in the cluster, and how: the record tells what was sent there once. Where
 * that cannot be asked, the record is what there is.
 */
export async function readLive(context: string, charts: ChartObjects[], found: Found): Promise<Found> {
  if (typeof found === "string") return found;
  const looks = charts.map(async (chart) => {
    const deployed = found.get(releaseKey(chart));
    if (deployed) deployed.live = await lookAt(context, chart.namespace, deployed.objects).catch(() => undefined);
  });
  await Promise.all(looks);
  return found;
}

/** What an update would have to say of a release; undefined where the cluster could not be asked. */
export function previewedDescription(chart: ChartObjects, found: Found): string | undefined {
  if (typeof found === "string") return undefined;
  const { last, live } = found.get(releaseKey(chart)) ?? {};
  return descriptionOf(digest(chart.objects), last, !live || live.missing.length === 0, new Date());
}

const silence = (context: string, reason: string, command = "") =>
  `cluster ${context}: ${reason}; the Kubernetes provider goes on asking it, perhaps for minutes, and the preview waits; ` +
  `${command && `\`${command}\`, or `}PULUMI_K8S_CLIENT_TIMEOUT=1 before the command, does not`;

/**
 * What would happen to the objects of each release, by releaseKey, compared with what Helm has deployed. A preview without a
 * cluster says so, and compares with what this machine knew.
 * @param found what readLive answered
 * @param memory folder of what this machine knew
 * @param definitions what readDefinitions answered
 */
export function changesOf(
  charts: ChartObjects[],
  found: Found,
  memory: string,
  definitions: Map<string, Definition[]> = new Map(),
): Map<string, Report> {
  const reports = charts.map((chart) => {
    const report = releaseReport(chart, found, memory);
    const lines = definitionLines(definitions.get(releaseKey(chart)) ?? [], report.basis.from);
    return { chart, report: lines.length > 0 ? { ...report, definitions: lines } : report };
  });
  const file = process.env[REPORT_FILE_VARIABLE];
  if (file) writeFileSync(file, JSON.stringify(reports.map(({ chart, report }) => inFull(chart, report))));
  return new Map(reports.map(({ chart, report }) => [releaseKey(chart), report]));
}

function releaseReport({ release, namespace, objects }: ChartObjects, found: Found, memory: string): Report {
  const against = (before: KubernetesObject[], after: KubernetesObject[], basis: Report["basis"]) =>
    report(release, namespace, basis, compare(before, after, namespace), after);
  if (typeof found !== "string") {
    const deployed = found.get(releaseKey({ namespace, release }));
    if (!deployed) return against([], objects, { from: "nothing" });
    const { revision, later, live } = deployed;
    remember(memory, namespace, release, deployed.objects);
    const basis = { from: "deployed", revision, ...(later && { later }) } as const;
    if (!live) return against(deployed.objects, objects, basis);
    const full = against(asLive(deployed.objects, live, namespace), objects, basis);
    const plain = against(deployed.objects, objects, basis);
    // Without a change of its own, and with all that it has made still there, Helm is not called: what drifted stays.
    const updates = plain.entries.length > 0 || live.missing.length > 0 || later !== undefined;
    const drift = driftLines(live.drifted, namespace, updates ? stays : () => true);
    return { ...(updates ? full : plain), ...(drift.length > 0 && { drift }) };
  }
  const known = recall(memory, namespace, release);
  if (!known) return against([], objects, { from: "unknown", reason: found });
  // What is noted down has no secrets in it, so neither has what it is compared with.
  return against(known.objects, objects.map(redactObject), { from: "last known", at: known.at, reason: found });
}

function inFull(chart: ChartObjects, full: Report): FullReport {
  return {
    chart: chartName(chart),
    ...full,
    headline: headline(full),
    folded: [...foldedLines(full.entries), ...(full.definitions ?? [])],
  };
}

/** Shows the changes of a release under its component: on the release itself the text would wait for it to be done. */
export function showChanges(changes: Report | undefined, component: pulumi.Resource, hints: Hints): void {
  const text = changes && previewText(changes, hints.allChanges);
  if (text) void pulumi.log.info(text, component);
}
