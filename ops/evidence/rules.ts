import { chartRules } from "./charts";
import { imageRules } from "./images";
import { objectRules } from "./objects";
import type { Outcome, Rule, World } from "./rule";
import { runRules } from "./run";
import { serviceRules } from "./services";
import { treeRules } from "./tree";

/** All rules by their id. Some are proved in several parts: an id holds when all of its parts do. */
export const rules: Rule[] = [
  ...imageRules,
  ...objectRules,
  ...serviceRules,
  ...treeRules,
  ...chartRules,
  ...runRules,
].sort((a, b) => (order(a.id) < order(b.id) ? -1 : 1));

/** Containers, Kubernetes, Helm, AI helpers, then what has to be reached. */
function order(id: string): string {
  return `${["C-", "K-", "H-", "A-", "SC"].findIndex((start) => id.startsWith(start))}${id}`;
}

/** The outcome of each rule; a rule that cannot even be asked fails. */
export function judgeAll(world: World): { rule: Rule; outcome: Outcome }[] {
  return rules.map((rule) => {
    try {
      return { rule, outcome: rule.check(world) };
    } catch (error) {
      return { rule, outcome: { state: "fails", problems: [`could not be checked: ${(error as Error).message}`] } };
    }
  });
}
