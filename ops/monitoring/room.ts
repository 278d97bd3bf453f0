// Whether what is to run finds room beside what runs: by requests, as the scheduler counts. Pure.
import { parseQuantity } from "local-charts/objects";

/** Cores, and bytes. */
export interface Amounts {
  cpu: number;
  memory: number;
}

interface Container {
  resources?: { requests?: Record<string, unknown> };
}

const NONE: Amounts = { cpu: 0, memory: 0 };

export const sum = (all: Amounts[]): Amounts =>
  all.reduce(({ cpu, memory }, each) => ({ cpu: cpu + each.cpu, memory: memory + each.memory }), NONE);

/** What containers ask for together. */
export const requestsOf = (containers: Container[]): Amounts =>
  sum(
    containers.map(({ resources: { requests = {} } = {} }) => ({
      cpu: parseQuantity(requests.cpu ?? 0) ?? 0,
      memory: parseQuantity(requests.memory ?? 0) ?? 0,
    })),
  );

/** What does not fit, a sentence for each; none where all does. @param has of all nodes @param taken by what runs */
export function lacks(needed: Amounts, has: Amounts, taken: Amounts): string[] {
  return (["cpu", "memory"] as const).flatMap((part) => {
    const free = has[part] - taken[part];
    // Sums of thousandths.
    if (needed[part] <= free + 1e-9) return [];
    const [want, left, all] = [needed[part], Math.max(free, 0), has[part]].map((each) => amount(part, each));
    return [
      `${part === "cpu" ? "CPU" : "memory"}: expected ${want} that no pod has asked for, found ${left} of ${all}`,
    ];
  });
}

const amount = (part: keyof Amounts, value: number) =>
  part === "cpu" ? `${Math.round(value * 1000)}m` : `${Math.round(value / 2 ** 20)} MiB`;
