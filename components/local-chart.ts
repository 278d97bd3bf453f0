import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, digest, releaseName, render } from "./render-chart";

/** How long each step of Helm may take; a pod that is well needs a small part of it. */
export const TIMEOUT_SECONDS = 120;
/** Revisions of a release that `helm rollback` can go back to. */
const MAX_HISTORY = 10;

/**
 * Installs a chart of this repository and waits until its pods are ready.
 *
 * The provider compares inputs only: it neither notices an edited template nor renders at preview. So the chart is
 * rendered here, in preview too, and the digest of its objects is an input: `description`, the field that `helm history` shows.
 */
export function localChart(
  name: string,
  args: ChartArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): kubernetes.helm.v3.Release {
  const { chart, environment, namespace, values } = args;
  return new kubernetes.helm.v3.Release(
    name,
    {
      name: releaseName(chart, environment),
      namespace,
      // An input that is compared: relative, so that every checkout has the same.
      chart: `./helm/${chart}`,
      values,
      description: renderedDigest(args, opts.parent).then((text) => `objects ${text}`),
      timeout: TIMEOUT_SECONDS,
      maxHistory: MAX_HISTORY,
      waitForJobs: true,
      // Otherwise a value that is removed here keeps its last setting in the cluster.
      resetValues: true,
    },
    opts,
  );
}

/** Digest of the chart's objects; says on the component's line what keeps the chart from rendering. */
async function renderedDigest(args: ChartArgs, parent: pulumi.Resource): Promise<string> {
  try {
    return digest(await render(args, parent));
  } catch (error) {
    pulumi.log.error((error as Error).message, parent);
    const short = new pulumi.RunError(`helm/${args.chart} does not render`);
    // Pulumi prints the stack of an error that comes after the program's last line, and the message if there is none.
    short.stack = undefined;
    throw short;
  }
}
