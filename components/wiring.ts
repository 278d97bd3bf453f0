// Whether the objects of all charts of an environment fit together: what one names, another has.
// Not looked at: what an image does with its variables, and what is in the cluster already.
import * as pulumi from "@pulumi/pulumi";
import type { Parts } from "./parts";
import type { RenderedChart } from "./render-chart";
import { contractProblems } from "./wiring/contract";
import { type Edge, edgesOf } from "./wiring/edges";
import { type Entry, entriesOf } from "./wiring/entries";
import { type Model, modelOf } from "./wiring/model";
import { policyProblems } from "./wiring/policies";
import { type Problem, sentence } from "./wiring/problem";
import { referenceProblems } from "./wiring/references";
import { serviceProblems } from "./wiring/services";

/** How an environment is wired, and what is wrong with it. */
export interface Wiring {
  model: Model;
  /** Connections that containers open. */
  edges: Edge[];
  /** Ways in from outside. */
  entries: Entry[];
  problems: Problem[];
}

/** All connections of the rendered objects, and all that is wrong with them. Pure. */
export function wiringOf(parts: Parts, charts: RenderedChart[]): Wiring {
  const model = modelOf(parts, charts);
  const { edges, problems: addresses } = edgesOf(model);
  const { entries, problems: routes } = entriesOf(model);
  const problems = [
    ...addresses,
    ...contractProblems(model, edges, addresses),
    ...referenceProblems(model),
    ...serviceProblems(model),
    ...routes,
    ...policyProblems(model, edges, entries),
  ];
  return { model, edges, entries, problems };
}

/** What does not fit, a sentence each: where, what was expected and found, and the way out. */
export function wiringProblems(parts: Parts, charts: RenderedChart[]): string[] {
  const { problems } = wiringOf(parts, charts);
  // One key may reach several containers, as the migration has the backend's variables: the first stands for all.
  const first = new Map(
    problems.toReversed().map((problem) => {
      const { at, field, expected, found, key } = problem;
      const place = key ?? `${at.object.kind} ${at.object.metadata.name} ${field}`;
      return [`${place} ${expected} ${found}`, problem];
    }),
  );
  return [...first.values()].toReversed().map((problem) => sentence(problem, parts.backend.environment));
}

/** Throws one error with all that does not fit. */
export function checkWiring(parts: Parts, charts: Record<string, RenderedChart>): void {
  const problems = wiringProblems(parts, Object.values(charts));
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 place" : `${problems.length} places`;
  const head = `The charts of ${parts.backend.environment} do not fit together in ${count}; nothing was changed.`;
  throw new pulumi.RunError([head, ...problems.map((problem) => `  ${problem}`)].join("\n"));
}
