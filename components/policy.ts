import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { EXCEPTIONS_FILE, type Exception } from "./policy/exceptions";
import type { Breach } from "./policy/rule";
import { rules } from "./policy/rules";
import type { RenderedChart } from "./render-chart";

/** A breach of a rule by what an environment would really get. */
export interface Finding extends Breach {
  rule: string;
  chart: string;
}

/** `C-003 todo-backend, Deployment todo-backend-dev, container todo-backend: expected …` */
export const sentence = ({ rule, chart, where, text }: Finding) => `${rule} ${chart}, ${where}: ${text}`;

/** Everything in the rendered objects that breaks a rule, exceptions or not. */
export function findings(charts: RenderedChart[]): Finding[] {
  return charts.flatMap(({ chart, objects }) =>
    rules.flatMap(({ id, check }) => check(objects).map((breach) => ({ rule: id, chart, ...breach }))),
  );
}

/**
 * The findings that no exception covers, and the exceptions that cover nothing any more: a list that only grows would
 * one day allow what nobody decided.
 */
export function judge(environment: string, found: Finding[], exceptions: Exception[]) {
  const here = exceptions.filter(
    ({ environments }) => environments === undefined || environments.includes(environment),
  );
  const covers = (one: Exception, { rule, chart, where }: Finding) => {
    const object = `${one.object}-${environment}`;
    const place = one.container === undefined ? where.split(", container ")[0] : where;
    const covered = one.container === undefined ? object : `${object}, container ${one.container}`;
    return one.rule === rule && one.chart === chart && place === covered;
  };
  return {
    open: found.filter((finding) => !here.some((one) => covers(one, finding))),
    stale: here.filter((one) => !found.some((finding) => covers(one, finding))),
  };
}

/** Findings that are shown one by one; the rest is counted. */
const SHOWN = 20;

/**
 * Holds an environment to the rules before anything changes: throws one report where policy is mandatory, warns where it
 * is advisory. An exception that covers nothing is an error in either case.
 */
export function enforce(
  { environment, policy, backend }: Pick<Settings, "environment" | "policy"> & { backend?: { ready: string | false } },
  charts: RenderedChart[],
  exceptions: Exception[],
): void {
  // A stack that says so has decided that its image is asked one question for both.
  const declared = ({ rule, chart }: Finding) =>
    rule === "K-006" && chart === "todo-backend" && backend?.ready === false;
  const found = findings(charts).filter((finding) => !declared(finding));
  const { open, stale } = judge(environment, found, exceptions);
  if (stale.length > 0) {
    const lines = stale.map(
      ({ rule, chart, object }) => `  ${rule} ${chart}, ${object}: covers nothing in ${environment}; remove it`,
    );
    throw new pulumi.RunError(`${EXCEPTIONS_FILE} is out of date; nothing was changed.\n${lines.join("\n")}`);
  }
  if (open.length === 0) return;
  const more = open.length > SHOWN ? [`  and ${open.length - SHOWN} more`] : [];
  const lines = [...open.slice(0, SHOWN).map((finding) => `  ${sentence(finding)}`), ...more].join("\n");
  const count = open.length === 1 ? "1 rule is" : `${open.length} rules are`;
  const report = `${count} broken by what ${environment} would get`;
  const wayOut = `mend it, or add an entry with a reason to ${EXCEPTIONS_FILE}`;
  if (policy === "mandatory") throw new pulumi.RunError(`${report}; nothing was changed; ${wayOut}.\n${lines}`);
  pulumi.log.warn(`${report}; where todo:policy is mandatory this ends here.\n${lines}`);
}
