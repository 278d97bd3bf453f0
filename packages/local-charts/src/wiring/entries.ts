// How the environment is reached from outside: node ports, Ingresses, HTTPRoutes, and where they lead.
import { isLoopback } from "../kubernetes/host.ts";
import { groupKind } from "../kubernetes/object.ts";
import type { Model } from "./model.ts";
import { nearest, type Problem } from "./problem.ts";
import type { Placed, Service } from "./workloads.ts";

/** A way in. */
export interface Entry {
  at: Placed;
  service: Service;
  /** `node port 30300`, or what the object is. */
  how: string;
}

interface Backend {
  field: string;
  service?: string;
  port?: number | string;
}
interface IngressSpec {
  defaultBackend?: IngressBackend;
  rules?: { host?: string; http?: { paths?: { backend: IngressBackend }[] } }[];
}
interface IngressBackend {
  service?: { name: string; port?: { name?: string; number?: number } };
}
interface RouteSpec {
  hostnames?: string[];
  rules?: { backendRefs?: { kind?: string; name: string; namespace?: string; port?: number }[] }[];
}

/** All ways in, and what is wrong with those that lead nowhere or have another address than the browser's. */
export function entriesOf(model: Model): { entries: Entry[]; problems: Problem[] } {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  for (const service of model.services) {
    for (const { nodePort } of service.ports) {
      if (nodePort) entries.push({ at: service, service, how: `node port ${nodePort}` });
    }
  }
  for (const at of model.all) {
    const { kind } = at.object;
    if (!["networking.k8s.io/Ingress", "gateway.networking.k8s.io/HTTPRoute"].includes(groupKind(at.object))) continue;
    for (const backend of kind === "Ingress" ? ofIngress(at) : ofRoute(at)) {
      const found = target(model, backend);
      if ("expected" in found) problems.push({ at, ...found });
      else entries.push({ at, service: found, how: kind });
    }
    problems.push(...wrongHost(model, at));
  }
  return { entries, problems: [...problems, ...wrongNodePort(model)] };
}

function ofIngress({ object }: Placed): Backend[] {
  const { defaultBackend, rules = [] } = object.spec as IngressSpec;
  const one = (field: string, { service }: IngressBackend): Backend => ({
    field,
    service: service?.name,
    port: service?.port?.name ?? service?.port?.number,
  });
  return [
    ...(defaultBackend ? [one("spec.defaultBackend", defaultBackend)] : []),
    ...rules.flatMap(({ http }, rule) =>
      (http?.paths ?? []).map(({ backend }, path) => one(`spec.rules[${rule}].http.paths[${path}].backend`, backend)),
    ),
  ];
}

function ofRoute({ object }: Placed): Backend[] {
  const { rules = [] } = object.spec as RouteSpec;
  return rules.flatMap(({ backendRefs = [] }, rule) =>
    backendRefs.flatMap(({ kind = "Service", namespace, name, port }, index) =>
      kind === "Service" && !namespace
        ? [{ field: `spec.rules[${rule}].backendRefs[${index}]`, service: name, port }]
        : [],
    ),
  );
}

function target({ services }: Model, { field, service: name = "", port }: Backend): Service | Omit<Problem, "at"> {
  const service = services.find((each) => each.name === name);
  const names = services.map((each) => each.name);
  if (!service) return { field, expected: `a rendered Service${nearest(name, names, "Service")}`, found: name };
  const fitting = service.ports.find((each) => (typeof port === "number" ? each.port : each.name) === port);
  if (fitting) return service;
  const ports = service.ports.map((each) => [each.name, each.port].filter(Boolean).join(" ")).join(", ");
  return { field, expected: `a port of Service ${name} (${ports})`, found: String(port ?? "none") };
}

/** Where browsers look for a release: at an address of its own, or at the page's. */
const entranceOf = ({ facts: { page, entrances = [] } }: Model, release: string) =>
  entrances.find((each) => each.release === release) ?? page;

/** The browser asks for the origin's host, and gets nothing where no rule knows it. */
function wrongHost(model: Model, at: Placed): Problem[] {
  const page = entranceOf(model, at.release);
  if (!page) return [];
  const { rules = [], hostnames } = at.object.spec as IngressSpec & RouteSpec;
  const hosts: (string | undefined)[] =
    hostnames ?? (at.object.kind === "Ingress" ? rules.map(({ host }) => host) : []);
  const { hostname } = new URL(page.origin);
  const fits = (host?: string) =>
    !host || host === hostname || (host.startsWith("*.") && hostname.endsWith(host.slice(1)));
  if (hosts.length === 0 || hosts.some(fits)) return [];
  const field = hostnames ? "spec.hostnames" : "spec.rules[0].host";
  const { originKey: key } = page;
  return [{ at, field, expected: `${hostname}, the host of ${key}`, found: hosts.join(", "), key }];
}

/** On this machine, the port of the browser's address is the node's. */
function wrongNodePort(model: Model): Problem[] {
  return model.services.flatMap((at) => {
    const page = entranceOf(model, at.release);
    if (!page || page.release !== at.release) return [];
    const { hostname, port } = new URL(page.origin);
    if (!isLoopback(hostname)) return [];
    return at.ports.flatMap(({ nodePort }, index): Problem[] => {
      if (!nodePort || String(nodePort) === port) return [];
      const expected = `port ${port || 80}, that of ${page.originKey}`;
      const key = page.nodePortKey;
      return [{ at, field: `spec.ports[${index}].nodePort`, expected, found: String(nodePort), key }];
    });
  });
}
