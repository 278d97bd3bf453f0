import * as pulumi from "@pulumi/pulumi";
import type { FrontendSettings } from "../settings/contract";
import { localChart } from "./local-chart";
import { literal, named } from "./named";
import type { NetworkPolicyArgs } from "./network-policies";
import type { ChartArgs, KubernetesObject, Plain } from "./render-chart";
import { scalingValues } from "./scaling";

const CHART = "todo-frontend";

/** The section `todo:frontend` of the settings, and what it is wired to. */
export interface TodoFrontendArgs extends Omit<FrontendSettings, "externalPorts"> {
  /** Name of the stack. */
  environment: string;
  namespace: string;
  /** Address of the backend inside the cluster; the server forwards `/api` to it. */
  apiUrl: string;
  /** What the browser's address bar shows. */
  origin: string;
  /** Makes an Ingress of this class for the origin's host. Default: no Ingress. */
  ingressClass?: string;
  /** Default: none, so that its pods may connect to all, and all to them. */
  networkPolicy?: NetworkPolicyArgs;
}

/** The pages of the Todo application. */
export class TodoFrontend extends pulumi.ComponentResource {
  /** @param objects the chart's, rendered for these arguments */
  constructor(
    name: string,
    args: TodoFrontendArgs,
    objects: KubernetesObject[],
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("todo:index:TodoFrontend", name, {}, opts);
    localChart(name, { ...frontendChart(args), objects }, { parent: this, dependsOn: opts.dependsOn });
    this.registerOutputs({});
  }
}

/** The chart with its values. */
export function frontendChart(args: TodoFrontendArgs): ChartArgs {
  const { environment, namespace } = args;
  return { chart: CHART, environment, namespace, values: frontendValues(args) };
}

/** Values of `helm/todo-frontend`. */
export function frontendValues(args: TodoFrontendArgs): Record<string, Plain> {
  const { image, port, service, resources, health, testCommand, ingressClass, networkPolicy } = args;
  const probe = { path: health };
  return {
    image: { ...image },
    ...scalingValues(args),
    containerPort: port,
    service: { type: service.type, port, ...(service.nodePort && { nodePort: service.nodePort }) },
    resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
    probes: { startup: probe, liveness: probe, readiness: probe },
    env: literal({ ...ownVariables(args), ...args.env }),
    ...(args.writablePaths && { writablePaths: args.writablePaths }),
    ...(networkPolicy && { networkPolicy: { enabled: true, ...networkPolicy } }),
    ...(testCommand !== undefined && { test: testCommand ? { command: testCommand } : { enabled: false } }),
    ...(ingressClass && { ingress: { enabled: true, className: ingressClass, host: new URL(args.origin).hostname } }),
  };
}

/** What the settings say, under the names that the image has for it. */
function ownVariables({ variables, apiUrl, port }: TodoFrontendArgs): Record<string, string> {
  return named(variables, { apiUrl, port: String(port), host: "0.0.0.0", mode: "production" });
}
