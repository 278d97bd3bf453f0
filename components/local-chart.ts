import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { remember } from "./preview/last-known";
import { digest, type RenderedChart, releaseName } from "./render-chart";

/** How long each step of Helm may take; a pod that is well needs a small part of it. */
export const TIMEOUT_SECONDS = 120;
/** Revisions of a release that `helm rollback` can go back to. */
const MAX_HISTORY = 10;

/**
 * Installs a chart of this repository and waits until its pods are ready.
 *
 * The provider compares inputs only: it neither notices an edited template nor renders at preview. So the digest of the
 * objects that the chart was rendered to is an input: `description`, the field that `helm history` shows.
 */
export function localChart(
  name: string,
  rendered: RenderedChart,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): kubernetes.helm.v3.Release {
  const { chart, environment, namespace, values, objects } = rendered;
  const release = releaseName(chart, environment);
  const installed = new kubernetes.helm.v3.Release(
    name,
    {
      name: release,
      namespace,
      // An input that is compared: relative, so that every checkout has the same.
      chart: `./helm/${chart}`,
      values,
      description: `objects ${digest(objects)}`,
      timeout: TIMEOUT_SECONDS,
      maxHistory: MAX_HISTORY,
      waitForJobs: true,
      // Otherwise a value that is removed here keeps its last setting in the cluster.
      resetValues: true,
    },
    opts,
  );
  // Known when Helm is done; not at all when it failed.
  installed.status.apply(() => pulumi.runtime.isDryRun() || remember(namespace, release, objects));
  return installed;
}
