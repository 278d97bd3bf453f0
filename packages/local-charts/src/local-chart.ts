import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { forgetCauses, saveCauses } from "./cause/saved.ts";
import { NotReady, type Say, Wait } from "./cluster/wait.ts";
import { failure } from "./failure.ts";
import { plainDescription } from "./live/description.ts";
import { Passage } from "./live/release.ts";
import type { PreparedChart } from "./prepare.ts";
import { showChanges } from "./preview/changes.ts";
import { remember } from "./preview/last-known.ts";
import type { RenderedChart } from "./render/chart.ts";
import { digest } from "./render/digest.ts";

/** How long each step of Helm, and the wait for the pods, may take unless a chart says otherwise; a pod that is well needs a small part of it. */
export const TIMEOUT_SECONDS = 120;
/** Revisions of a release that `helm rollback` can go back to. */
const MAX_HISTORY = 10;

/** Type of the component where a program does not name one of its own. */
const TYPE = "local-charts:index:LocalChart";

/**
 * A chart of the repository, installed as a release. In a preview its line tells what would change in the cluster, object by
 * object; in an update, what it waits for.
 *
 * The provider compares inputs only: it neither notices an edited template nor renders at preview. So the digest of the
 * objects that the chart was rendered to is an input: `description`, the field that `helm history` shows.
 */
export class LocalChart extends pulumi.ComponentResource {
  /** Name of the release. */
  readonly release: string;
  /** Its values, and the objects that they gave. */
  readonly rendered: RenderedChart;
  /** Helm's revision of it. */
  readonly revision: pulumi.Output<number>;
  /** How long Helm and its pods have taken so far; undefined where there was nothing to do. */
  readonly seconds: () => number | undefined;
  /**
   * The chart itself, once its pods are ready: what comes behind it has this in `dependsOn`. An update that changes nothing
   * looks, too. Where they do not get ready the program ends with the cause.
   */
  readonly ready: pulumi.Output<pulumi.Resource>;

  /**
   * @param chart of prepareCharts
   * @param type the component's, for programs with components of their own: it is part of the names that Pulumi keeps
   */
  constructor(name: string, chart: PreparedChart, opts: pulumi.ComponentResourceOptions, type = TYPE) {
    super(type, name, {}, opts);
    const { release, namespace, values, objects, timeoutSeconds = TIMEOUT_SECONDS } = chart.rendered;
    const { context, hints } = chart;
    this.release = release;
    this.rendered = chart.rendered;
    // Under a test's mocks, where there is no engine, nothing is made that could be asked for.
    const updates = !pulumi.runtime.isDryRun() && pulumi.runtime.hasEngine();
    const place = { context, namespace, release, objects };
    const say: Say = (text, kind = "info", passing = false) => void pulumi.log[kind](text, this, undefined, passing);
    const passage = new Passage(place, say);
    const installed = new kubernetes.helm.v3.Release(
      name,
      {
        name: release,
        namespace,
        chart: chart.rendered.chart,
        values,
        description: updates
          ? dependenciesOf(opts).apply(() => passage.before())
          : (chart.description ?? plainDescription(digest(objects))),
        // Of its hooks alone: Helm's own wait is silent, ends late, and has its last revision down as failed when it does.
        skipAwait: true,
        timeout: timeoutSeconds,
        maxHistory: MAX_HISTORY,
        // Otherwise a value that is removed here keeps its last setting in the cluster.
        resetValues: true,
        // A first install that failed, or whose record is gone, does not stand in its own way.
        replace: true,
      },
      { parent: this, dependsOn: opts.dependsOn },
    );
    this.revision = installed.status.apply((status) => status?.revision ?? 0);
    // Asked when it is ready: then it is how long that took.
    this.seconds = () => (updates ? passage.seconds : undefined);
    if (updates) {
      this.ready = installedAndReady(
        this,
        installed,
        new Wait({ ...place, timeoutSeconds, hints }, say),
        passage,
        chart,
      );
    } else if (pulumi.runtime.isDryRun()) {
      this.ready = pulumi.output<pulumi.Resource>(this);
    } else {
      this.ready = installed.id.apply(() => {
        remember(chart.memory, namespace, release, objects);
        return this;
      });
    }
    showChanges(chart.changes, this, hints);
    this.registerOutputs({});
  }
}

/** When what a resource depends on is there, as far as it says so. */
function dependenciesOf({ dependsOn }: pulumi.ComponentResourceOptions): pulumi.Output<unknown> {
  return (pulumi.output(dependsOn) as pulumi.Output<unknown>).apply(() => undefined);
}

function installedAndReady(
  component: LocalChart,
  installed: kubernetes.helm.v3.Release,
  wait: Wait,
  passage: Passage,
  { memory, program, rendered: { namespace, release, objects } }: PreparedChart,
): pulumi.Output<pulumi.Resource> {
  void wait.duringHelm();
  return installed.id.apply(async () => {
    remember(memory, namespace, release, objects);
    await passage.after();
    await wait.untilReady().catch((error: Error) => {
      if (!(error instanceof NotReady)) throw error;
      saveCauses(program, namespace, release, error.causes);
      throw failure(error.message);
    });
    forgetCauses(program, namespace, release);
    return component;
  });
}
