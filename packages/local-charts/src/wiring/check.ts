// Whether the objects of all charts of an environment fit together: what one names, another has.
// Not looked at: what an image does with its variables, and what is in the cluster already.
import * as pulumi from "@pulumi/pulumi";
import type { ChartObjects } from "../render/chart.ts";
import { browserCallWarnings } from "./browser-calls.ts";
import { browserVariables, buildTimeWarnings } from "./build-time.ts";
import { type Edge, edgesOf } from "./edges.ts";
import { type Entry, entriesOf } from "./entries.ts";
import type { WiringFacts } from "./facts.ts";
import { type Model, modelOf } from "./model.ts";
import { policyProblems } from "./network-policies.ts";
import { type Problem, problemText } from "./problem.ts";
import { referenceProblems } from "./references.ts";
import { requirementProblems } from "./requirements.ts";
import { serviceProblems } from "./services.ts";

/** How an environment is wired, and what is wrong with it. */
export interface Wiring {
  model: Model;
  /** Connections that containers open. */
  edges: Edge[];
  /** Ways in from outside. */
  entries: Entry[];
  problems: Problem[];
  /** What may be meant as it is, and has another effect than its name says; a sentence each. */
  warnings: string[];
}

/** All connections of the rendered objects, and all that is wrong with them. Pure. */
export function wiringOf(facts: WiringFacts, charts: ChartObjects[]): Wiring {
  const model = modelOf(facts, charts);
  const { edges, problems: addresses } = edgesOf(model);
  const { entries, problems: routes } = entriesOf(model);
  const requirements = requirementProblems(model, edges, addresses);
  const services = serviceProblems(model);
  const problems = [
    ...addresses,
    ...requirements,
    ...referenceProblems(model),
    ...services,
    ...routes,
    ...policyProblems(model, edges, entries, [...addresses, ...requirements, ...services]),
  ];
  const forBrowsers = browserVariables(model);
  const warnings = [...buildTimeWarnings(forBrowsers), ...browserCallWarnings(model, forBrowsers, entries)];
  return { model, edges, entries, problems, warnings };
}

/** What does not fit, a sentence each: where, what was expected and found, and the fix. */
export function wiringProblems(facts: WiringFacts, charts: ChartObjects[]): string[] {
  const { problems } = wiringOf(facts, charts);
  // One key may reach several containers, as a migration has its application's variables: the first stands for all.
  const first = new Map(
    problems.toReversed().map((problem) => {
      const { at, field, expected, found, key } = problem;
      const place = key ?? `${at.object.kind} ${at.object.metadata.name} ${field}`;
      return [`${place} ${expected} ${found}`, problem];
    }),
  );
  return [...first.values()].toReversed().map((problem) => problemText(problem, facts));
}

/** Throws one error with all that does not fit, and warns of what may not be meant. */
export function checkWiring(facts: WiringFacts, charts: ChartObjects[]): void {
  const problems = wiringProblems(facts, charts);
  for (const warning of wiringOf(facts, charts).warnings) pulumi.log.warn(warning);
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 place" : `${problems.length} places`;
  const head = `The charts of ${facts.environment} do not fit together in ${count}; nothing was changed.`;
  throw new pulumi.RunError([head, ...problems.map((problem) => `  ${problem}`)].join("\n"));
}
