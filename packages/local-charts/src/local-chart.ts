import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { watchPods } from "./cluster/watch.ts";
import type { PreparedChart } from "./prepare.ts";
import { showChanges } from "./preview/changes.ts";
import { remember } from "./preview/last-known.ts";
import { digest } from "./render/chart.ts";

/** How long each step of Helm may take unless a chart says otherwise; a pod that is well needs a small part of it. */
export const TIMEOUT_SECONDS = 120;
/** Revisions of a release that `helm rollback` can go back to. */
const MAX_HISTORY = 10;

/** Type of the component where a program does not name one of its own. */
const TYPE = "local-charts:index:LocalChart";

/**
 * A chart of the repository, installed as a release; done when its pods are ready. In a preview its line tells what would
 * change in the cluster, object by object.
 *
 * The provider compares inputs only: it neither notices an edited template nor renders at preview. So the digest of the
 * objects that the chart was rendered to is an input: `description`, the field that `helm history` shows.
 */
export class LocalChart extends pulumi.ComponentResource {
  /** Name of the release. */
  readonly release: string;
  /** True when its pods are ready; has no value where they do not get so. */
  readonly ready: pulumi.Output<boolean>;

  /**
   * @param chart of prepareCharts
   * @param type the component's, for programs with components of their own: it is part of the names that Pulumi keeps
   */
  constructor(name: string, chart: PreparedChart, opts: pulumi.ComponentResourceOptions, type = TYPE) {
    super(type, name, {}, opts);
    const { release, namespace, values, objects, timeoutSeconds = TIMEOUT_SECONDS } = chart.rendered;
    const { context, hints } = chart;
    const endWatch = watchPods({ context, namespace, release, objects, hints }, this);
    const installed = new kubernetes.helm.v3.Release(
      name,
      {
        name: release,
        namespace,
        chart: chart.rendered.chart,
        values,
        description: `objects ${digest(objects)}`,
        timeout: timeoutSeconds,
        maxHistory: MAX_HISTORY,
        waitForJobs: true,
        // Otherwise a value that is removed here keeps its last setting in the cluster.
        resetValues: true,
      },
      { parent: this, dependsOn: opts.dependsOn },
    );
    this.release = release;
    this.ready = installed.status.apply((found) => found?.status === "deployed");
    // Known when Helm is done; not at all when it failed.
    installed.status.apply(() => {
      if (!pulumi.runtime.isDryRun()) remember(chart.memory, namespace, release, objects);
      return endWatch();
    });
    showChanges(chart.changes, this, hints);
    this.registerOutputs({});
  }
}
