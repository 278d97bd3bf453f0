import type { ChartArgs, Plain } from "local-charts";

/** `todo-backend-dev`; also the name of the chart's Service and Deployment. */
export function releaseName(chart: string, environment: string): string {
  return `${chart}-${environment}`;
}

/** Where a component goes. */
export interface Place {
  /** Name of the stack. */
  environment: string;
  namespace: string;
}

/**
 * A chart of `helm/` as the release of an environment.
 * @param timeoutSeconds as in ChartArgs
 */
export function release<Chart extends string>(
  chart: Chart,
  { environment, namespace }: Place,
  values: Record<string, Plain>,
  timeoutSeconds?: number,
): ChartArgs<`./helm/${Chart}`> {
  const place = { chart: `./helm/${chart}`, release: releaseName(chart, environment), namespace } as const;
  return { ...place, values, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}

/** A Secret in the cluster as charts get to know it: by name, never by value. */
export interface SecretReference {
  name: string;
  /** For each key that it has: a text that changes when the value does. */
  fingerprints: Record<string, string>;
}
