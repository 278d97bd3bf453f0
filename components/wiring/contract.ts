// What the two services agree on: who may call the backend, where the frontend's server finds it, what is read at run time.
import { releaseName } from "../render-chart";
import { backendUrl } from "../todo-backend";
import type { Edge } from "./edges";
import type { Model } from "./model";
import type { Workload } from "./objects";
import { keyOf, type Problem, wiredVariables } from "./problem";
import { variablesOf } from "./variables";

/** @param reported what is wrong with addresses; that is not said twice */
export function contractProblems(model: Model, edges: Edge[], reported: Problem[]): Problem[] {
  return [
    ...ofCors(model),
    ...ofApi(model, edges, reported),
    ...model.workloads.flatMap((workload) => fixedAtBuild(model, workload)),
  ];
}

/** The workloads of a service of this environment that answer requests. */
function serving({ workloads, parts }: Model, chart: string): Workload[] {
  const release = releaseName(chart, parts.backend.environment);
  return workloads.filter((workload) => workload.release === release && workload.lasting);
}

function ofCors(model: Model): Problem[] {
  const name = wiredVariables(model.parts).corsOrigins;
  if (name === false) return [];
  const { origin } = model.parts.frontend;
  const key = keyOf(model.parts, serving(model, "todo-backend")[0] ?? { release: "" }, name) ?? "todo:origin";
  return serving(model, "todo-backend").flatMap((at): Problem[] => {
    const [container] = at.pod.containers;
    const text = variablesOf(model, container).texts.get(name);
    const field = `env ${name} of container ${container.name}`;
    const expected = `${origin}, the origin of the browser,`;
    if (text === undefined) return [{ at, field, expected: expected.slice(0, -1), found: "no such variable" }];
    // As a list with commas, or as JSON.
    const origins = text.split(/[\s,"[\]]+/).filter(Boolean);
    const wide = origins.find((each) => each.includes("*"));
    if (origins.includes(origin) && !wide) return [];
    return [{ at, field, expected: `${expected} and no *`, found: `"${text}"`, key }];
  });
}

function ofApi(model: Model, edges: Edge[], reported: Problem[]): Problem[] {
  const name = wiredVariables(model.parts).apiUrl;
  if (name === false) return [];
  const { backend } = model.parts;
  return serving(model, "todo-frontend").flatMap((at): Problem[] => {
    const [container] = at.pod.containers;
    const text = variablesOf(model, container).texts.get(name);
    const field = `env ${name} of container ${container.name}`;
    const expected = `the address of the backend's Service, ${backendUrl(backend)}`;
    if (text === undefined) return [{ at, field, expected, found: "no such variable" }];
    if (reported.some((problem) => problem.at === at && problem.field === field)) return [];
    const own = edges.filter(({ from, via }) => from === at && via === name);
    if (own.some(({ service }) => service?.release === releaseName("todo-backend", backend.environment))) return [];
    const [{ service, host }] = [...own, {} as Partial<Edge>];
    return [{ at, field, expected, found: service?.name ?? host ?? (text === "" ? "an empty text" : "no Service") }];
  });
}

function fixedAtBuild(model: Model, at: Workload): Problem[] {
  return at.containers.flatMap((container) => {
    const names = [...variablesOf(model, container).texts.keys(), ...(container.env ?? []).map(({ name }) => name)];
    const found = [...new Set(names)].filter((name) => name.startsWith("NEXT_PUBLIC_"));
    return found.map((name) => ({
      at,
      field: `env ${name} of container ${container.name}`,
      expected: "a variable that is read at run time",
      found: "one that Next.js fixes at build time",
      key: keyOf(model.parts, at, name),
    }));
  });
}
