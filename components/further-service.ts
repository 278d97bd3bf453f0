import type * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, LocalChart, type Plain, type PreparedChart } from "local-charts";
import type { FurtherServiceSettings } from "../settings/services.ts";
import { type Place, releaseName } from "./release.ts";
import { type ServiceWiring, secretValues, serviceValues, timeoutOf } from "./service-values.ts";

/** A section of `todo:services`, and what it is wired to. */
export interface FurtherServiceArgs
  extends Place,
    ServiceWiring,
    Omit<FurtherServiceSettings, "externalPorts" | "metrics"> {
  /** Its key below `todo:services`: redis. */
  name: string;
  /** Whether it is installed behind the backend, which it needs, and not before it. */
  later: boolean;
}

/** A service beside the API and the pages. */
export class FurtherService extends LocalChart {
  constructor(name: string, chart: PreparedChart<"./helm/service">, opts: pulumi.ComponentResourceOptions) {
    super(name, chart, opts, "todo:index:Service");
  }
}

/** The chart with its values. */
export function furtherChart(args: FurtherServiceArgs): ChartArgs<"./helm/service"> {
  const { name, environment, namespace } = args;
  const place = { chart: "./helm/service", release: releaseName(name, environment), namespace } as const;
  return { ...place, values: furtherValues(args), timeoutSeconds: timeoutOf(args) };
}

/** Values of `helm/service`. As the services of a compose file it is reached by its own name, in each environment the same. */
export function furtherValues(args: FurtherServiceArgs): Record<string, Plain> {
  const { name, serviceName = name } = args;
  return { nameOverride: name, ...serviceValues({ ...args, serviceName }), ...secretValues(args) };
}
