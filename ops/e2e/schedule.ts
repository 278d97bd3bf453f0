// Which suites run, and when one may start.
import { Failure } from "../../tools/program.ts";
import type { Result } from "./results.ts";
import { nameOf, type Suite } from "./suites.ts";

/** More would wait for each other's processors. */
const AT_ONCE = 2;

/** The first of the waiting suites that disturbs none of those that run. */
export function startable(waiting: Suite[], running: Suite[]): Suite | undefined {
  if (running.length >= AT_ONCE) return undefined;
  return waiting.find((suite) => running.every((other) => !disturb(suite, other)));
}

/** Whether two suites must not run at the same time. */
function disturb(one: Suite, other: Suite): boolean {
  const touches = ({ changes, reads = [] }: Suite, what: string) => changes.includes(what) || reads.includes(what);
  if (one.alone || other.alone) return true;
  return one.changes.some((what) => touches(other, what)) || other.changes.some((what) => touches(one, what));
}

export interface Wanted {
  /** Those too that are guarded by faster ones. */
  all: boolean;
  /** Names; empty: no choice by name. */
  only: string[];
  /** Those too that have passed on this commit. */
  again: boolean;
}

/**
 * What is to be run, and what need not be, as it has passed on this commit: the run of all suites goes on where one was
 * broken off.
 * @param passed the results of this commit without a failure
 * @throws Failure for a name that no suite has
 */
export function choose(suites: Suite[], { all, only, again }: Wanted, passed: Result[]) {
  const names = suites.map(nameOf);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`ONLY: expected names out of ${names.join(",")}, found ${unknown.join(",")}; nothing was run`);
  }
  const wanted = suites.filter((suite) => (only.length > 0 ? only.includes(nameOf(suite)) : all || !suite.guardedBy));
  if (!all || again || only.length > 0) return { run: wanted, kept: [] };
  const kept = passed.filter(({ suite }) => wanted.map(nameOf).includes(suite));
  return { run: wanted.filter((suite) => !kept.some((result) => result.suite === nameOf(suite))), kept };
}
