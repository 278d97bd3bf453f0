import { closest, distance } from "fastest-levenshtein";
import { BACKEND_SOURCES, FRONTEND_SOURCES, reservedNames } from "../../settings/variables";
import type { Parts } from "../parts";
import { releaseName } from "../render-chart";
import type { Placed } from "./objects";

/** One thing that does not fit, at a field of an object. */
export interface Problem {
  at: Placed;
  field: string;
  expected: string;
  found: string;
  /** Key of the stack file that it comes from, where that can be told. */
  key?: string;
  /** Default: to change the key, or to mend the chart. */
  wayOut?: string;
}

/** What is wrong, where, and the way out, in one sentence. */
export function sentence({ at, field, expected, found, key, wayOut }: Problem, environment: string): string {
  const where = `helm/${at.chart}, ${nameOf(at)}, ${field}`;
  const change = key ? `change ${key} in Pulumi.${environment}.yaml` : `mend helm/${at.chart} or the values it gets`;
  return `${where}: expected ${expected}, found ${found}; ${wayOut ?? change}`;
}

/** `Deployment todo-backend-dev` */
export function nameOf({ object }: Placed): string {
  return `${object.kind} ${object.metadata.name}`;
}

/** Most names that a sentence lists. */
const LISTED = 5;

/** ", nearest x" for a name that is none; it may be a part of x. Where none is near, those that there are. */
export function nearest(word: string, known: string[], what: string): string {
  if (known.length === 0) return ` (there is no ${what})`;
  const longer = known.filter((name) => name.includes(word));
  const near = closest(word, longer.length > 0 ? longer : known);
  if (longer.length > 0 || distance(word, near) <= Math.max(3, near.length / 3)) return `, nearest ${near}`;
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : "";
  return ` (${known.slice(0, LISTED).join(", ")}${more})`;
}

/**
 * Names of the variables that the wiring goes through: the origins that the backend lets in, and the address that the
 * frontend's server calls; false where an image has none.
 */
export function wiredVariables({ backend, frontend }: Parts) {
  return { corsOrigins: backend.variables.corsOrigins, apiUrl: frontend.variables.apiUrl };
}

/** Key of the stack file that sets a variable of a container; undefined where the program or a chart makes the value. */
export function keyOf({ backend, frontend }: Parts, { release }: Placed, variable: string): string | undefined {
  const own = (chart: string) => release === releaseName(chart, backend.environment);
  const known = own("todo-backend")
    ? {
        ...reservedNames(backend.variables, BACKEND_SOURCES),
        ...prefixed("todo:backend.env", backend.env),
        ...prefixed("todo:backend.secretKeys", backend.secretKeys ?? {}),
      }
    : own("todo-frontend")
      ? {
          ...reservedNames(frontend.variables, FRONTEND_SOURCES),
          ...prefixed("todo:frontend.env", frontend.env),
        }
      : {};
  const key = (known as Record<string, string>)[variable];
  return key?.startsWith("todo:") ? key : undefined;
}

function prefixed(section: string, map: Record<string, string>) {
  return Object.fromEntries(Object.keys(map).map((name) => [name, `${section}.${name}`]));
}
