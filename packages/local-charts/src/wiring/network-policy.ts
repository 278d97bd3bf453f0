// What a NetworkPolicy says, and what its rules mean for pods of its own namespace.

import { groupKind, hookEvents, type KubernetesObject } from "../kubernetes/object.ts";
import { fits, type Selector } from "../kubernetes/selector.ts";
import type { Model } from "./model.ts";
import { containerPorts, type Placed, type Texts, type Workload } from "./workloads.ts";

export type Direction = "Ingress" | "Egress";
interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: unknown;
}
interface Port {
  port?: number | string;
  endPort?: number;
  protocol?: string;
}
export interface AllowRule {
  /** Undefined: everybody. */
  peers?: Peer[];
  /** Undefined: every port. */
  ports?: Port[];
}
export interface NetworkPolicy extends Placed {
  subjects: Workload[];
  /** Selected by their labels, but the policy is not there while they run. */
  missed: Workload[];
  /** Undefined: does not say anything about this direction. */
  rules: Record<Direction, AllowRule[] | undefined>;
}

/** The port of DNS. */
export const DNS = 53;

export function policyOf(model: Model, placed: Placed): NetworkPolicy[] {
  if (groupKind(placed.object) !== "networking.k8s.io/NetworkPolicy") return [];
  const {
    podSelector = {},
    policyTypes,
    ingress,
    egress,
  } = (placed.object.spec ?? {}) as {
    podSelector?: Selector;
    policyTypes?: Direction[];
    ingress?: { from?: Peer[]; ports?: Port[] }[];
    egress?: { to?: Peer[]; ports?: Port[] }[];
  };
  const types = policyTypes ?? ["Ingress", ...(egress ? ["Egress"] : [])];
  const filled = <T>(list?: T[]) => (list && list.length > 0 ? list : undefined);
  const selected = model.workloads.filter(({ labels }) => fits(podSelector, labels));
  const subjects = selected.filter(({ object }) => inForce(placed.object, object));
  const missed = selected.filter((workload) => !subjects.includes(workload));
  const rules = {
    Ingress: (ingress ?? []).map(({ from, ports }) => ({ peers: filled(from), ports: filled(ports) })),
    Egress: (egress ?? []).map(({ to, ports }) => ({ peers: filled(to), ports: filled(ports) })),
  };
  const said = (direction: Direction) => (types.includes(direction) ? rules[direction] : undefined);
  return [{ ...placed, subjects, missed, rules: { Ingress: said("Ingress"), Egress: said("Egress") } }];
}

/**
 * Whether a policy is there while the pods of another object run. Helm runs what is a hook before an installation or an
 * upgrade while the release's own policies are not there yet, or are those of the previous revision; a policy that is a
 * hook itself is there for the hooks of the same events and, where it is deleted after them, for nobody else.
 * (https://helm.sh/docs/topics/charts_hooks/)
 */
export function inForce(policy: KubernetesObject, workload: KubernetesObject): boolean {
  const [itsEvents, events] = [hookEvents(policy), hookEvents(workload)];
  const early = events.some((event) => event === "pre-install" || event === "pre-upgrade");
  if (itsEvents.length === 0) return !early;
  if (events.length > 0 && events.every((event) => itsEvents.includes(event))) return true;
  return !early && !policy.metadata.annotations?.["helm.sh/hook-delete-policy"]?.includes("hook-succeeded");
}

/** The policies that isolate a workload in a direction. */
export const isolating = (policies: NetworkPolicy[], workload: Workload, direction: Direction) =>
  policies.filter(({ subjects, rules }) => rules[direction] && subjects.includes(workload));

/** Whether the peers may be outside of the namespace. */
export function leaves(peers: Peer[] | undefined): boolean {
  return !peers || peers.some(({ ipBlock, namespaceSelector }) => ipBlock || namespaceSelector);
}

/** Whether one of the peers is a pod of this namespace with these labels. */
export function meets({ namespace }: Model, peers: Peer[] | undefined, labels: Texts): boolean {
  if (!peers) return true;
  const here = { "kubernetes.io/metadata.name": namespace };
  return peers.some(
    ({ podSelector, namespaceSelector, ipBlock }) =>
      !ipBlock && fits(podSelector ?? {}, labels) && (!namespaceSelector || fits(namespaceSelector, here)),
  );
}

/** Whether a list of ports has the one of a container, by number, range or name. */
export function opens(ports: Port[] | undefined, workload: Workload, number: number): boolean {
  return (
    !ports ||
    ports.some((each) =>
      typeof each.port === "string"
        ? containerPorts(workload, each.port).some(({ containerPort }) => containerPort === number)
        : covers(each, number),
    )
  );
}

/** An unknown number is covered by any port but that of DNS. */
export function covers({ port, endPort, protocol = "TCP" }: Port, number: number | undefined): boolean {
  if (protocol !== "TCP") return false;
  if (port === undefined) return true;
  if (number === undefined) return port !== DNS;
  return typeof port === "number" && port <= number && number <= (endPort ?? port);
}
