// How the environment is reached from outside: node ports, Ingresses, HTTPRoutes, and where they lead.
import type { Model } from "./model";
import type { Placed, Service } from "./objects";
import { nearest, type Problem } from "./problem";

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
    if (kind !== "Ingress" && kind !== "HTTPRoute") continue;
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

/** The browser asks for the origin's host, and gets nothing where no rule knows it. */
function wrongHost({ parts }: Model, at: Placed): Problem[] {
  const { rules = [], hostnames } = at.object.spec as IngressSpec & RouteSpec;
  const hosts: (string | undefined)[] =
    hostnames ?? (at.object.kind === "Ingress" ? rules.map(({ host }) => host) : []);
  const { hostname } = new URL(parts.frontend.origin);
  const fits = (host?: string) =>
    !host || host === hostname || (host.startsWith("*.") && hostname.endsWith(host.slice(1)));
  if (hosts.length === 0 || hosts.some(fits)) return [];
  const field = hostnames ? "spec.hostnames" : "spec.rules[0].host";
  return [{ at, field, expected: `${hostname}, the host of todo:origin`, found: hosts.join(", "), key: "todo:origin" }];
}

/** On this machine, the port of the browser's address is the node's. */
function wrongNodePort({ parts, services }: Model): Problem[] {
  const { hostname, port } = new URL(parts.frontend.origin);
  if (!/^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return [];
  return services.flatMap((at) =>
    at.ports.flatMap(({ nodePort }, index): Problem[] => {
      if (!nodePort || at.chart !== "todo-frontend" || String(nodePort) === port) return [];
      const expected = `port ${port || 80}, that of todo:origin`;
      const key = "todo:frontend.service.nodePort";
      return [{ at, field: `spec.ports[${index}].nodePort`, expected, found: String(nodePort), key }];
    }),
  );
}
