// Who connects to whom: found in the variables and arguments of the rendered containers, never stated by hand.
import { distance } from "fastest-levenshtein";
import type { ContainerSpec } from "../pods";
import { type Address, clusterName, expand, hostIn, isNumberOrSelf, pairsIn, saysAddress, urlsIn } from "./addresses";
import { behind, type Model } from "./model";
import { containerPorts, type Service, type Workload } from "./objects";
import { keyOf, nearest, type Problem, wiredVariables } from "./problem";
import { variablesOf } from "./variables";

/** A connection that a container opens. */
export interface Edge {
  from: Workload;
  /** Variable, or place among the arguments, that the address stands in. */
  via: string;
  /** Where it leads inside the namespace. */
  service?: Service;
  /** Of the Service, or outside; undefined where only a Secret knows it. */
  port?: number;
  /** The pods behind the Service, each with the port of its container. */
  targets: { workload: Workload; port: number }[];
  /** Where it leads to another place; undefined where only a Secret knows it. */
  host?: string;
}

interface Said {
  field: string;
  via: string;
  addresses: Address[];
}

const OF_SECRET = "mend the Service, or the address that components/secrets.ts puts into the Secret";

/** All connections of an environment, and what is wrong with the addresses that lead to none. */
export function edgesOf(model: Model): { edges: Edge[]; problems: Problem[] } {
  const edges: Edge[] = [];
  const problems: Problem[] = [];
  for (const from of model.workloads) {
    for (const container of from.containers) {
      const { hidden, secret } = variablesOf(model, container);
      edges.push(...hidden.map((via) => ({ from, via, targets: [] })));
      for (const { field, via, addresses } of saidBy(model, container)) {
        for (const address of addresses) {
          if (isNumberOrSelf(address.host)) continue;
          const found = edgeTo(model, from, via, address);
          if ("from" in found) edges.push(found);
          else if (secret.has(via)) problems.push({ at: from, field, wayOut: OF_SECRET, ...found });
          else problems.push({ at: from, field, key: keyOf(model.parts, from, via), ...found });
        }
      }
    }
  }
  return { edges, problems };
}

/** The texts of a container that name an address. */
function saidBy(model: Model, container: ContainerSpec): Said[] {
  const { texts } = variablesOf(model, container);
  const where = `of container ${container.name}`;
  // A short `word:number` may be anything; it counts where the name or the word says that it is an address.
  const meant = (name: string, { host }: Address) =>
    saysAddress(name) || host.includes(".svc") || model.services.some((service) => resembles(host, service.name));
  const said: Said[] = [];
  for (const [name, text] of texts) {
    // What browsers send: their names are not those of the cluster.
    if (name === wiredVariables(model.parts).corsOrigins) continue;
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
  const { namespace, services, parts } = model;
  const found = port === undefined ? host : `${host}:${port}`;
  if (host.startsWith("$(")) return { expected: "a host whose variables are set before it is", found };
  // How the namespaces of all environments begin: todo-
  const { environment } = parts.backend;
  const family = namespace.endsWith(environment) ? namespace.slice(0, -environment.length) : namespace;
  const name = clusterName(host, namespace, family);
  if (!name) return { from, via, host, port, targets: [] };
  if (name.namespace !== namespace) {
    // Another team's namespace is left alone: what is in it cannot be known here.
    if (!name.namespace.startsWith(family)) return { from, via, host, port, targets: [] };
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
  const targets = behind(model, service).flatMap((workload) =>
    containerPorts(workload, at.targetPort ?? at.port).map(({ containerPort }) => ({ workload, port: containerPort })),
  );
  return { from, via, service, port: at.port, targets };
}

function resembles(word: string, name: string): boolean {
  return name.startsWith(`${word}-`) || distance(word, name) <= Math.max(2, name.length / 4);
}
