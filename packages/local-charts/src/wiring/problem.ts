import { closest, distance } from "fastest-levenshtein";
import { shownPath } from "../render/chart.ts";
import type { WiringFacts } from "./facts.ts";
import type { Placed } from "./workloads.ts";

/** One thing that does not fit, at a field of an object. */
export interface Problem {
  at: Placed;
  field: string;
  expected: string;
  found: string;
  /** Key of the settings that it comes from, where that can be told. */
  key?: string;
  /** Default: to change the key, or to fix the chart. */
  fix?: string;
}

/** What is wrong, where, and the fix, in one sentence. */
export function problemText({ at, field, expected, found, key, fix }: Problem, { settingsFile }: WiringFacts): string {
  const chart = shownPath(at);
  const change = key && settingsFile ? `change ${key} in ${settingsFile}` : `fix ${chart} or the values it gets`;
  return `${chart}, ${nameOf(at)}, ${field}: expected ${expected}, found ${found}; ${fix ?? change}`;
}

/** `Deployment web-dev` */
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
