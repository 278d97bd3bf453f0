import * as pulumi from "@pulumi/pulumi";
import { type ChartObjects, chartName } from "../render/chart.ts";
import type { Breach, Rule, RuleFacts } from "./rule.ts";
import { standardRules } from "./rules.ts";

/** What an environment's objects are held to. */
export interface Policy extends RuleFacts {
  /** Default: standardRules. */
  rules?: Rule[];
  /** `mandatory`: a broken rule ends preview and update before anything changes. `advisory`: it is a warning, the default. */
  enforcement?: "mandatory" | "advisory";
  /** What may be otherwise, each with its reason. */
  exceptions?: Exception[];
  /** File of the exceptions, as messages name it. Default: "the list of exceptions". */
  exceptionsFile?: string;
  /** How messages call the setting that makes it mandatory. Default: "the policy". */
  enforcementKey?: string;
  /** Findings that the program has already decided about, by a setting of its own. */
  isDecided?: (finding: Finding) => boolean;
}

/** Something that may be as it is although a rule says otherwise. */
export interface Exception {
  /** Id of the rule. */
  rule: string;
  /** The chart's name. */
  chart: string;
  /** What the finding is about: `Deployment web-dev`. */
  object: string;
  /** Only this container. */
  container?: string;
  /** Why; for whoever reads the list. */
  reason: string;
}

/** A breach of a rule by what an environment would really get. */
export interface Finding extends Breach {
  /** Id of the rule. */
  rule: string;
  /** The chart's name. */
  chart: string;
}

/** `pinned-images web, Deployment web-dev, container web: expected …` */
export const findingText = ({ rule, chart, where, text }: Finding) => `${rule} ${chart}, ${where}: ${text}`;

/** Everything in the rendered objects that breaks a rule, exceptions or not. */
export function findings(charts: ChartObjects[], { rules = standardRules, isDecided, ...facts }: Policy): Finding[] {
  const all = charts.flatMap((chart) =>
    rules.flatMap(({ id, check }) =>
      check(chart.objects, facts).map((breach) => ({ rule: id, chart: chartName(chart), ...breach })),
    ),
  );
  return all.filter((finding) => !isDecided?.(finding));
}

/**
 * The findings that no exception covers, and the exceptions that cover nothing any more: a list that only grows would
 * one day allow what nobody decided.
 */
export function applyExceptions(found: Finding[], exceptions: Exception[]) {
  const covers = (one: Exception, { rule, chart, where }: Finding) => {
    const place = one.container === undefined ? where.split(", container ")[0] : where;
    const covered = one.container === undefined ? one.object : `${one.object}, container ${one.container}`;
    return one.rule === rule && one.chart === chart && place === covered;
  };
  return {
    open: found.filter((finding) => !exceptions.some((one) => covers(one, finding))),
    stale: exceptions.filter((one) => !found.some((finding) => covers(one, finding))),
  };
}

/** Findings that are shown one by one; the rest is counted. */
const SHOWN = 20;

/**
 * Holds an environment to the rules before anything changes: throws one report where they are mandatory, warns where they
 * are advisory. An exception that covers nothing is an error in either case.
 */
export function enforce(environment: string, policy: Policy, charts: ChartObjects[]): void {
  const { enforcement, exceptions = [], exceptionsFile = "the list of exceptions" } = policy;
  const { open, stale } = applyExceptions(findings(charts, policy), exceptions);
  if (stale.length > 0) {
    const lines = stale.map(
      ({ rule, chart, object, container }) =>
        `  ${rule} ${chart}, ${object}${container ? `, container ${container}` : ""}: covers nothing in ${environment}; remove it`,
    );
    throw new pulumi.RunError(`${exceptionsFile} is out of date; nothing was changed.\n${lines.join("\n")}`);
  }
  if (open.length === 0) return;
  const more = open.length > SHOWN ? [`  and ${open.length - SHOWN} more`] : [];
  const lines = [...open.slice(0, SHOWN).map((finding) => `  ${findingText(finding)}`), ...more].join("\n");
  const count = open.length === 1 ? "1 rule is" : `${open.length} rules are`;
  const report = `${count} broken by what ${environment} would get`;
  const fix = `fix it, or add an entry with a reason to ${exceptionsFile}`;
  if (enforcement === "mandatory") throw new pulumi.RunError(`${report}; nothing was changed; ${fix}.\n${lines}`);
  const key = policy.enforcementKey ?? "the policy";
  pulumi.log.warn(`${report}; where ${key} is mandatory this ends here.\n${lines}`);
}
