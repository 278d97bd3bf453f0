// What the program says that has to hold between releases: who may call from a browser, and who calls whom.
import type { Edge } from "./edges.ts";
import type { Model } from "./model.ts";
import type { Problem } from "./problem.ts";
import { variablesOf } from "./variables.ts";
import type { Workload } from "./workloads.ts";

/** @param reported what is wrong with addresses; that is not said twice */
export function requirementProblems(model: Model, edges: Edge[], reported: Problem[]): Problem[] {
  return [...ofOrigin(model), ...ofCalls(model, edges, reported)];
}

/** The workloads of a release that answer requests. */
function serving({ workloads }: Model, name: string): Workload[] {
  return workloads.filter(({ release, longRunning }) => release === name && longRunning);
}

function ofOrigin(model: Model): Problem[] {
  const { page, originVariables = [], keyOf } = model.facts;
  if (!page) return [];
  const { origin, originKey } = page;
  return originVariables.flatMap(({ release, variable }) =>
    serving(model, release).flatMap((at): Problem[] => {
      const [container] = at.pod.containers;
      const text = variablesOf(model, container).texts.get(variable);
      const field = `env ${variable} of container ${container.name}`;
      const expected = `${origin}, the origin of the browser,`;
      if (text === undefined) return [{ at, field, expected: expected.slice(0, -1), found: "no such variable" }];
      // As a list with commas, or as JSON.
      const origins = text.split(/[\s,"[\]]+/).filter(Boolean);
      const wide = origins.find((each) => each.includes("*"));
      if (origins.includes(origin) && !wide) return [];
      const key = keyOf?.(release, variable) ?? originKey;
      return [{ at, field, expected: `${expected} and no *`, found: `"${text}"`, key }];
    }),
  );
}

function ofCalls(model: Model, edges: Edge[], reported: Problem[]): Problem[] {
  const { calls = [] } = model.facts;
  return calls.flatMap(({ release, variable, to, url }) =>
    serving(model, release).flatMap((at): Problem[] => {
      const [container] = at.pod.containers;
      const text = variablesOf(model, container).texts.get(variable);
      const field = `env ${variable} of container ${container.name}`;
      const expected = `the address of the Service of ${to}, ${url}`;
      if (text === undefined) return [{ at, field, expected, found: "no such variable" }];
      if (reported.some((problem) => problem.at === at && problem.field === field)) return [];
      const own = edges.filter(({ from, via }) => from === at && via === variable);
      if (own.some(({ service }) => service?.release === to)) return [];
      const [{ service, host }] = [...own, {} as Partial<Edge>];
      return [{ at, field, expected, found: service?.name ?? host ?? (text === "" ? "an empty text" : "no Service") }];
    }),
  );
}
