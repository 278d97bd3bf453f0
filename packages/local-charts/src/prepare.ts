import * as pulumi from "@pulumi/pulumi";
import { enforce, type Policy } from "./policy/enforce.ts";
import { changesOf, type Hints, previewedDescription, readDeployed, readLive } from "./preview/changes.ts";
import { readDefinitions } from "./preview/crds.ts";
import { memoryOf } from "./preview/last-known.ts";
import { assertTaken, lacking } from "./preview/refusals.ts";
import type { Report } from "./preview/report.ts";
import { type Quota, quotaProblems } from "./quota.ts";
import {
  type ChartArgs,
  type Charts,
  listOf,
  type Rendered,
  type RenderedChart,
  type RenderOptions,
  releaseKey,
  renderCharts,
} from "./render/chart.ts";
import { providerTemplate } from "./render/template.ts";
import { checkWiring } from "./wiring/check.ts";
import type { WiringFacts } from "./wiring/facts.ts";

/** What a chart's objects are checked against before anything changes. */
export interface Checks {
  /** Whether addresses, ports, keys of Secrets and NetworkPolicies fit together. */
  wiring: WiringFacts;
  /** Rules that the objects are held to; `{}`: standardRules, each broken one a warning. */
  policy: Policy;
  /** What all pods and volumes may take together. Default: no limit. */
  quota?: QuotaCheck;
}

/** The limits, and how messages name them. */
export interface QuotaCheck {
  /** A part that is not given has no limit. */
  limits: Partial<Quota>;
  /** Key of a part, as messages name it. Default: `quota.cpu`. */
  key?: (part: keyof Quota) => string;
  /** File that the keys stand in, as messages name it. */
  file?: string;
}

/** What prepareCharts is told. */
export interface PrepareOptions
  extends Omit<Checks, "wiring" | "policy">,
    Pick<RenderOptions, "explain" | "kubeVersion"> {
  /** The provider that will install the charts; it renders them too. */
  provider: pulumi.ProviderResource;
  /** The kubeconfig's context that the provider uses: the cluster that a preview compares with. */
  context: string;
  /**
   * What the check of the wiring has to be told. Default of its environment: the stack's name; of its namespace: that of all
   * charts; of the rest: nothing, so that a chart may refer to no Secret but those of the charts.
   */
  wiring?: Partial<WiringFacts>;
  /** Rules that the objects are held to. Default: standardRules, each broken one a warning. */
  policy?: Policy;
  /** Commands that messages may name. */
  hints?: Hints;
  /** The program's name, for the folder in which this machine notes what it has deployed. Default: the project's. */
  program?: string;
}

/**
 * A chart that was rendered, checked and compared: what LocalChart installs. Only prepareCharts makes one: outside of this
 * file there is its type alone.
 */
class PreparedChart<Chart extends string = string> {
  /** Its values, and the objects that they gave. */
  readonly rendered: RenderedChart<Chart>;
  /** In a preview, what would change. */
  readonly changes?: Report;
  /** As in PrepareOptions. */
  readonly hints: Hints;
  /** As in PrepareOptions. */
  readonly context: string;
  /** As in PrepareOptions. */
  readonly program: string;
  /** Folder of what this machine knows of releases. */
  readonly memory: string;
  /** In a preview, the release's: whether there is something to do follows from what was found in the cluster. */
  readonly description: string | undefined;
  /** Nominal: an object of the same shape is none. */
  readonly #prepared = true;

  constructor(
    rendered: RenderedChart<Chart>,
    changes: Report | undefined,
    { hints = {}, context, program = "" }: Pick<PrepareOptions, "hints" | "context" | "program">,
    memory: string,
    description: string | undefined,
  ) {
    this.rendered = rendered;
    this.changes = changes;
    this.hints = hints;
    this.context = context;
    this.program = program;
    this.memory = memory;
    this.description = description;
    void this.#prepared;
    Object.freeze(this);
  }
}

export type { PreparedChart };

/** Charts by name, prepared. */
export type Prepared<T extends Charts> = {
  [Name in keyof Rendered<T>]: Rendered<T>[Name] extends RenderedChart<infer Chart>
    ? PreparedChart<Chart>
    : Rendered<T>[Name] extends RenderedChart<infer Chart> | undefined
      ? PreparedChart<Chart> | undefined
      : never;
};

/**
 * Renders all charts of a program with their final values, in preview too, and ends it where they do not render, do not
 * fit together, break a rule or find no room; asks the cluster meanwhile, and tells what would change there.
 * @param charts by any name that the program likes; an undefined one is left out
 * @throws pulumi.RunError with a sentence for each thing that is wrong
 */
export async function prepareCharts<const T extends Charts>(charts: T, options: PrepareOptions): Promise<Prepared<T>> {
  const { provider, context, hints = {}, explain, kubeVersion } = options;
  const wanted = listOf(charts);
  const wiring = factsOf(options.wiring ?? {}, wanted);
  const { environment } = wiring;
  const previews = pulumi.runtime.isDryRun();
  // Asked before the provider asks, which waits without a word for a cluster that does not answer. Under a test's mocks,
  // where there is no engine, an update has nobody to ask.
  const found =
    previews || pulumi.runtime.hasEngine()
      ? readDeployed(
          context,
          wanted.map(({ namespace }) => namespace),
          hints,
        )
      : undefined;
  const definitions = readDefinitions(context, wanted);
  const rendered = await renderCharts(charts, providerTemplate(provider), { environment, explain, kubeVersion });
  checkCharts(listOf(rendered as Record<string, RenderedChart | undefined>), {
    ...options,
    wiring,
    policy: options.policy ?? {},
  });
  const program = options.program ?? pulumi.getProject();
  const memory = memoryOf(program);
  const all = listOf(rendered as Record<string, RenderedChart | undefined>);
  const there = await found;
  const [lacks] = there ? await Promise.all([lacking(context, all, there), assertTaken(context, all, there)]) : [[]];
  for (const text of lacks) void pulumi.log.warn(text);
  // An update has no time to lose: what it finds it says when it comes to it.
  const live = previews && there ? await readLive(context, all, there) : undefined;
  const changes = live === undefined ? undefined : changesOf(all, live, memory, await definitions);
  const prepared = Object.entries(rendered as Record<string, RenderedChart>).map(([name, chart]) => [
    name,
    new PreparedChart(
      chart,
      changes?.get(releaseKey(chart)),
      { hints, context, program },
      memory,
      live === undefined ? undefined : previewedDescription(chart, live),
    ),
  ]);
  return Object.fromEntries(prepared);
}

function factsOf({ environment = pulumi.getStack(), namespace, ...rest }: Partial<WiringFacts>, charts: ChartArgs[]) {
  const [first = "", ...others] = new Set(charts.map((chart) => chart.namespace));
  if (namespace === undefined && others.length > 0) {
    const found = [first, ...others].join(", ");
    throw new pulumi.RunError(
      `prepareCharts: expected the namespace whose objects have to fit together, as the charts go to several (${found}), found none; set wiring.namespace`,
    );
  }
  return { environment, namespace: namespace ?? first, ...rest };
}

/** All checks of rendered charts, for programs and for whoever looks at them without one. @throws pulumi.RunError */
export function checkCharts(charts: RenderedChart[], { wiring, policy, quota }: Checks): void {
  checkWiring(wiring, charts);
  enforce(wiring.environment, policy, charts);
  if (!quota) return;
  const { limits, key = (part) => `quota.${part}`, file } = quota;
  const problems = quotaProblems(limits, charts).map(({ part, text }) => `  ${key(part)}: ${text}`);
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const where = file ?? `The quota of ${wiring.environment}`;
  throw new pulumi.RunError(`${where} has ${count}; nothing was changed.\n${problems.join("\n")}`);
}
