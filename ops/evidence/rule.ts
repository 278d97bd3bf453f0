import type { EvidenceInput } from "./input.ts";

/** One thing that was looked at, and how it stands. `open`: nothing wrong was found, and nothing was proved either. */
export interface Line {
  state: State;
  text: string;
}
export type State = "holds" | "fails" | "open";

export const open = (text: string): Line => ({ state: "open", text });

export const broken = (texts: string[]): Line[] => texts.map((text) => ({ state: "fails", text }));

/** What was looked at there, or else all that is wrong with it. */
export function verdict(where: string, proof: string, ...problems: (string | false | undefined)[]): Line[] {
  const wrong = problems.flatMap((text) => (text ? [`${where}: ${text}`] : []));
  return wrong.length > 0 ? broken(wrong) : [{ state: "holds", text: `${where}: ${proof}` }];
}

/** What proves a rule, or a part of it. */
export interface Proof {
  /** As docs/evidence.md says it. */
  by: string;
  /** File or folder of whoever knows. */
  where: string;
  /** A line for each thing that was looked at; where there was none, nothing is proved, and the rule fails. */
  collect(input: EvidenceInput): Line[];
}

export interface ProjectRule {
  id: string;
  text: string;
  /** All of them have to hold. */
  proofs: Proof[];
}

/** A rule, and what was found of each of its proofs. */
export interface Result {
  rule: ProjectRule;
  state: State;
  found: { by: string; state: State; texts: string[] }[];
}

/** A rule stands as its worst proof does, and a proof as its worst lines, which are the ones that are told. */
export function evaluate(rule: ProjectRule, input: EvidenceInput): Result {
  const found = rule.proofs.map(({ by, collect }) => {
    const lines = collected(collect, input);
    const state = worst(lines);
    return { by, state, texts: lines.filter((line) => line.state === state).map(({ text }) => text) };
  });
  return { rule, state: worst(found), found };
}

const worst = (all: { state: State }[]) =>
  (["fails", "open", "holds"] as const).find((state) => all.some((one) => one.state === state)) ?? "fails";

function collected(collect: Proof["collect"], input: EvidenceInput): Line[] {
  try {
    const lines = collect(input);
    return lines.length > 0 ? lines : broken(["expected something to look at, found nothing"]);
  } catch (error) {
    return broken([`could not be looked at: ${(error as Error).message}`]);
  }
}
