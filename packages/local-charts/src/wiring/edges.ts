// Who connects to whom: found in the variables and arguments of the rendered containers, never stated by hand.
import { distance } from "fastest-levenshtein";
import type { ContainerSpec } from "../kubernetes/pods.ts";
import {
  type Address,
  clusterName,
  expand,
  hostIn,
  isNumberOrLoopback,
  pairsIn,
  saysAddress,
  urlsIn,
} from "./addresses.ts";
import { type Model, selectedBy } from "./model.ts";
import { nearest, type Problem } from "./problem.ts";
import { variablesOf } from "./variables.ts";
import { containerPorts, type Service, type ServicePort, type Workload } from "./workloads.ts";

/** A connection that a container opens. */
export interface Edge {
  from: Workload;
  /** Variable, or place among the arguments, that the address stands in. */
  via: string;
  /** Where it leads inside the namespace. */
  service?: Service;
  /** Of the Service, or outside; undefined where only a Secret knows it. */
  port?: number;
  /** The pods that the Service selects, each with the port of its container. */
  targets: { workload: Workload; port: number }[];
  /** Where it leads to another place; undefined where only a Secret knows it. */
  host?: string;
}

interface Said {
  field: string;
  via: string;
  addresses: Address[];
}

const OF_SECRET = "fix the Service, or the address that the program puts into the Secret";

/** All connections of an environment, and what is wrong with the addresses that lead to none. */
export function edgesOf(model: Model): { edges: Edge[]; problems: Problem[] } {
  const edges: Edge[] = [];
  const problems: Problem[] = [];
  for (const from of model.workloads) {
    for (const container of from.containers) {
      const { texts, hidden, secret } = variablesOf(model, container);
      // What is stated stands for what cannot be read; a Job before the application reads the same.
      const stated = from.test ? [] : statedBy(model, from);
      edges.push(...(stated.length > 0 ? stated : hidden.map((via) => ({ from, via, targets: [] }))));
      for (const { field, via, addresses } of addressesIn(model, from, container, texts)) {
        for (const address of addresses) {
          if (isNumberOrLoopback(address.host)) continue;
          const found = edgeTo(model, from, via, address);
          if ("from" in found) edges.push(found);
          else if (secret.has(via)) problems.push({ at: from, field, fix: OF_SECRET, ...found });
          else problems.push({ at: from, field, key: model.facts.keyOf?.(from.release, via), ...found });
        }
      }
    }
  }
  return { edges, problems };
}

/** The connections of a workload that the program states. */
function statedBy(model: Model, from: Workload): Edge[] {
  const { connections = [] } = model.facts;
  return connections
    .filter(({ release }) => release === from.release)
    .flatMap(({ to, key: via }) =>
      model.services
        .filter(({ release }) => release === to)
        .flatMap((service) => service.ports.map((port) => ({ from, via, ...leading(model, service, port) }))),
    );
}

/** The texts of a container that name an address. */
function addressesIn(
  model: Model,
  { release }: Workload,
  container: ContainerSpec,
  texts: Map<string, string>,
): Said[] {
  const where = `of container ${container.name}`;
  // A short `word:number` may be anything; it counts where the name or the word says that it is an address.
  const meant = (name: string, { host }: Address) =>
    saysAddress(name) || host.includes(".svc") || model.services.some((service) => resembles(host, service.name));
  const said: Said[] = [];
  for (const [name, text] of texts) {
    // What browsers send: their names are not those of the cluster.
    if (model.facts.originVariables?.some((each) => each.release === release && each.variable === name)) continue;
    const host = hostIn(name, text, texts);
    const pairs = pairsIn(text).filter((address) => meant(name, address));
    const hosts = host && (host.port || meant("", host)) ? [host] : [];
    said.push({ field: `env ${name} ${where}`, via: name, addresses: [...urlsIn(text), ...pairs, ...hosts] });
  }
  for (const part of ["command", "args"] as const) {
    for (const [index, raw] of (container[part] ?? []).entries()) {
      const text = expand(raw, texts);
      const option = /^--?([\w.-]+)=/.exec(text)?.[1] ?? "";
      const pairs = pairsIn(text).filter((address) => meant(option, address));
      // `$(…)` that is left is the shell's.
      const urls = urlsIn(text).filter(({ host }) => !host.startsWith("$("));
      said.push({ field: `${part}[${index}] ${where}`, via: `${part}[${index}]`, addresses: [...urls, ...pairs] });
    }
  }
  return said;
}

function edgeTo(
  model: Model,
  from: Workload,
  via: string,
  { host, port }: Address,
): Edge | Pick<Problem, "expected" | "found"> {
  const { namespace, services, facts } = model;
  const found = port === undefined ? host : `${host}:${port}`;
  if (host.startsWith("$(")) return { expected: "a host whose variables are set before it is", found };
  const prefix = facts.namespacePrefix ?? namespace;
  const neighbours = facts.neighbours?.filter((each) => each.host.toLowerCase() === host) ?? [];
  const neighbour = neighbours.find((each) => port === undefined || port === each.port);
  if (neighbour) return { from, via, host, port: neighbour.port, targets: [] };
  if (neighbours.length > 0) {
    return { expected: neighbours.map((each) => `port ${each.port}, that of ${each.key}`).join(", or "), found };
  }
  const name = clusterName(host, namespace, prefix);
  if (!name) return { from, via, host, port, targets: [] };
  if (name.namespace !== namespace) {
    // Another team's namespace is left alone: what is in it cannot be known here.
    if (!name.namespace.startsWith(prefix)) return { from, via, host, port, targets: [] };
    return { expected: `a Service of this environment's namespace, ${namespace}`, found };
  }
  const service = services.find((each) => each.name === name.service);
  if (!service) {
    const known = services.map((each) => each.name);
    return { expected: `a Service of namespace ${namespace}${nearest(name.service, known, "Service")}`, found };
  }
  const at = port === undefined ? service.ports[0] : service.ports.find((each) => each.port === port);
  if (!at) {
    const ports = service.ports.map((each) => each.port).join(", ");
    return { expected: `a port of Service ${service.name} (${ports})`, found };
  }
  return { from, via, ...leading(model, service, at) };
}

/** Where a port of a Service leads. */
function leading(model: Model, service: Service, { port, targetPort = port }: ServicePort) {
  const targets = selectedBy(model, service).flatMap((workload) =>
    containerPorts(workload, targetPort).map(({ containerPort }) => ({ workload, port: containerPort })),
  );
  return { service, port, targets };
}

function resembles(word: string, name: string): boolean {
  return name.startsWith(`${word}-`) || distance(word, name) <= Math.max(2, name.length / 4);
}
