import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings.ts";
import { ENFORCED } from "./namespace.ts";
import { releaseName } from "./release.ts";

/** Labels of pods. */
type Pods = Record<string, string>;

/** What is said where policies are made that hold nothing. @param annotations of the namespace */
export function unenforced(
  { networkPolicies, environment }: Pick<Settings, "networkPolicies" | "environment">,
  annotations: Record<string, string>,
): string | undefined {
  if (networkPolicies !== "wired" || annotations[ENFORCED] !== "no") return undefined;
  return `todo:networkPolicies is wired, and when it was last tried this cluster enforced no NetworkPolicy, so that every pod reaches every other; a network plugin that enforces them mends it (Calico, say), and \`make doctor ENV=${environment}\` tries again`;
}

export function warnUnenforced(settings: Settings, annotations: Record<string, string>): void {
  const text = unenforced(settings, annotations);
  if (text) void pulumi.log.warn(text);
}

/** The connections of a service's pods: no others are possible, but those of `helm test` and to DNS. */
export interface NetworkPolicyArgs {
  /** Default of the frontend: everybody. */
  allowFrom?: Pods[];
  /** Where who may come is: `anywhere`, so that browsers and controllers may. Default of the others: in the namespace. */
  allowFromScope?: "anywhere";
  allowTo?: { matchLabels: Pods; port: number }[];
  /** On any host. */
  allowExternalPorts?: number[];
}

/** A connection that the pods of one service open to those of another; services by the first half of their releases' names. */
export interface Connection {
  from: string;
  /** Where not the service's own pods connect, but others of its chart: `-migration`. */
  part?: string;
  to: string;
  /** Of the containers that are connected to. */
  port: number;
}

/** Who may connect to the pods of a service. The check of the wiring holds the rendered policies to what variables name. */
export function incoming(connections: Connection[], service: string, environment: string): NetworkPolicyArgs {
  const own = connections.filter(({ to }) => to === service);
  return { allowFrom: own.map(({ from, part }) => pods(from, environment, part)) };
}

/** To whom the pods of a service may connect, those of its migration among them. */
export function outgoing(
  connections: Connection[],
  service: string,
  environment: string,
  allowExternalPorts: number[],
): NetworkPolicyArgs {
  const own = connections.filter(({ from }) => from === service);
  // Both may have the same.
  const distinct = new Map(own.map(({ to, port }) => [`${to}:${port}`, { to, port }]));
  const allowTo = [...distinct.values()].map(({ to, port }) => ({ matchLabels: pods(to, environment), port }));
  return { allowTo, allowExternalPorts };
}

/** Labels of the pods of a service, or of a part of its chart. */
export function pods(service: string, environment: string, part = ""): Pods {
  return {
    "app.kubernetes.io/name": `${service}${part}`,
    "app.kubernetes.io/instance": releaseName(service, environment),
  };
}
