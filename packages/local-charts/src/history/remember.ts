// At the end of an update in which all got ready: what was well is noted, to go back to.
import * as pulumi from "@pulumi/pulumi";
import { clusterRequest } from "../cluster/request.ts";
import type { LocalChart } from "../local-chart.ts";
import type { HealthyRelease } from "./entry.ts";
import { recordHealthy } from "./record.ts";
import { healthyRelease } from "./release.ts";

/** What rememberHealthy is told. */
export interface HealthyOptions {
  context: string;
  namespace: string;
  /** The program's name, for a label. */
  program: string;
  /** What else is to be known of a deployment: the revision of the database's schema, say. Asked only of a new one. */
  details?: () => Promise<Record<string, string>>;
}

const PATIENCE_MS = 10_000;

/**
 * Notes in the cluster what is well now, when all of these charts are; an update that changed nothing adds nothing. What
 * keeps it from being noted is a warning. Nothing in a preview, nor under a test's mocks.
 */
export function rememberHealthy(options: HealthyOptions, installed: LocalChart[]): void {
  if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()) return;
  const all = installed.map(({ rendered, revision, ready, seconds }) =>
    pulumi
      .all([revision, ready])
      .apply(([number]) => [rendered.release, healthyRelease(rendered, number, seconds())] as const),
  );
  pulumi.all(all).apply(async (found) => {
    const { context, namespace, program, details } = options;
    const releases: Record<string, HealthyRelease> = Object.fromEntries(found);
    const request = (method: "GET" | "POST" | "PUT", path: string, body?: unknown) =>
      clusterRequest(context, path, { milliseconds: PATIENCE_MS, method, body });
    try {
      await recordHealthy({ request, namespace, program, releases, details });
    } catch (error) {
      void pulumi.log.warn(`what is well now in ${namespace} was not noted to go back to: ${(error as Error).message}`);
    }
  });
}
