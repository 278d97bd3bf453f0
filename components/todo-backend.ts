import type * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, LocalChart, type Plain, type PreparedChart } from "local-charts";
import { POSTGRES_PORT } from "../settings/database-url.ts";
import { type BackendSettings, services } from "../settings/services.ts";
import { type Place, release } from "./release.ts";
import { metricsPort, named, type ServiceWiring, secretValues, serviceValues, timeoutOf } from "./service-values.ts";

/** The section `todo:backend` of the settings, and what it is wired to. */
export interface TodoBackendArgs
  extends Place,
    ServiceWiring,
    Omit<BackendSettings, "chatRequired" | "externalPorts" | "origin" | "paths" | "metrics"> {
  /** Origins from which browsers may call; exactly these. */
  corsOrigins: string[];
  /** Whether a Job brings the schema up to date before each install and upgrade. */
  migrate: boolean;
  /** Service of a database that lets a new pod in a moment after its start, which a migration has to wait for. Default: none. */
  databaseService?: string;
}

/** The API of the Todo application. */
export class TodoBackend extends LocalChart {
  constructor(name: string, chart: PreparedChart<"./helm/todo-backend">, opts: pulumi.ComponentResourceOptions) {
    super(name, chart, opts, "todo:index:TodoBackend");
  }
}

/** The chart with its values. */
export function backendChart(args: TodoBackendArgs): ChartArgs<"./helm/todo-backend"> {
  const timeout = timeoutOf(args, args.migrate ? args.migration.deadlineSeconds : 0);
  return release("todo-backend", args, backendValues(args), timeout);
}

/** Values of `helm/todo-backend`. */
export function backendValues(args: TodoBackendArgs): Record<string, Plain> {
  return {
    ...serviceValues({ ...args, env: backendVariables(args) }),
    ...secretValues(args, services.backend.secretKeys),
    ...(args.databaseService && {
      waitForDatabase: {
        ...{ enabled: true, pods: "migration", host: args.databaseService, port: POSTGRES_PORT },
        // So that what it gave up with is said before the Job's time is over.
        timeoutSeconds: Math.ceil(args.migration.deadlineSeconds / 2),
      },
    }),
    migration: {
      enabled: args.migrate,
      ...(args.migration.command && { command: args.migration.command }),
      activeDeadlineSeconds: args.migration.deadlineSeconds,
    },
  };
}

/** All variables that are no secrets: what the settings say, under the names that the image has for it, and its own. */
export function backendVariables(
  args: Omit<TodoBackendArgs, Exclude<keyof ServiceWiring, "metrics">>,
): Record<string, string> {
  const { variables, pool, env } = args;
  const own = named(variables, {
    environment: args.environment,
    host: "0.0.0.0",
    port: String(args.port),
    metricsPort: metricsPort(args),
    corsOrigins: args.corsFormat === "json" ? JSON.stringify(args.corsOrigins) : args.corsOrigins.join(","),
    poolSize: String(pool.size),
    maxOverflow: String(pool.overflow),
    poolTimeout: String(pool.timeoutSeconds),
    chatMaxMessages: String(args.chatMaxMessages),
    openaiBaseUrl: args.openaiBaseUrl,
  });
  return { ...own, ...env };
}
