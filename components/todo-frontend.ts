import type * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, LocalChart, type Plain, type PreparedChart } from "local-charts";
import type { FrontendSettings } from "../settings/services.ts";
import { type Place, release } from "./release.ts";
import { metricsPort, named, type ServiceWiring, secretValues, serviceValues, timeoutOf } from "./service-values.ts";

/** The section `todo:frontend` of the settings, and what it is wired to. */
export interface TodoFrontendArgs extends Place, ServiceWiring, Omit<FrontendSettings, "externalPorts" | "metrics"> {
  /** Address of the backend inside the cluster, to which the server forwards `/api`; undefined where there is none. */
  apiUrl?: string;
  /** What the browser's address bar shows. */
  origin: string;
}

/** The pages of the Todo application. */
export class TodoFrontend extends LocalChart {
  constructor(name: string, chart: PreparedChart<"./helm/todo-frontend">, opts: pulumi.ComponentResourceOptions) {
    super(name, chart, opts, "todo:index:TodoFrontend");
  }
}

/** The chart with its values. */
export function frontendChart(args: TodoFrontendArgs): ChartArgs<"./helm/todo-frontend"> {
  return release("todo-frontend", args, frontendValues(args), timeoutOf(args));
}

/** Values of `helm/todo-frontend`. */
export function frontendValues(args: TodoFrontendArgs): Record<string, Plain> {
  return { ...serviceValues({ ...args, env: frontendVariables(args) }), ...secretValues(args) };
}

/** All variables that are no secrets: what the settings say, under the names that the image has for it, and its own. */
export function frontendVariables(
  args: Omit<TodoFrontendArgs, Exclude<keyof ServiceWiring, "metrics">>,
): Record<string, string> {
  const { variables, apiUrl, port, origin, env } = args;
  return {
    ...named(variables, {
      apiUrl,
      port: String(port),
      metricsPort: metricsPort(args),
      host: "0.0.0.0",
      mode: "production",
      origin,
    }),
    ...env,
  };
}
