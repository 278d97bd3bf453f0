// How browsers reach an environment: which service serves the pages, by which way, and what of the ways contradicts itself.
import { isLoopback } from "local-charts/objects";
import type { Sections } from "./contract.ts";
import type { Problem } from "./problems.ts";
import { NONE, type ServiceName } from "./services.ts";

type Ways = Pick<Sections, "cluster">;

/** The service whose pages people open, and its settings: where there is no frontend, the backend. */
export function pageOf({ frontend, backend }: Pick<Sections, ServiceName>) {
  if (frontend) return { name: "frontend", ...{ service: frontend.service, port: frontend.port } } as const;
  return backend && ({ name: "backend", ...{ service: backend.service, port: backend.port } } as const);
}

/** Whether Ingresses or HTTPRoutes are made: the key that says so. */
const controllerKey = ({ cluster }: Ways): string | undefined => {
  if (cluster.ingressClass) return "cluster.ingressClass";
  return cluster.gateway && "cluster.gateway";
};

/** Whether the page is on this machine and nothing but a port-forward leads to it: no node port, no Ingress, no Gateway. */
export function isForwarded(sections: Pick<Sections, "origin" | "cluster" | ServiceName>): boolean {
  const { origin } = sections;
  return (
    isLoopback(new URL(origin).hostname) && pageOf(sections)?.service.type === "ClusterIP" && !controllerKey(sections)
  );
}

/**
 * What is wrong with the ways in. Sections that are broken themselves are left out of `parsed`.
 * @param given as in contradictions
 */
export function reachProblems(parsed: Partial<Sections>, given: ReadonlySet<string>): Problem[] {
  const { cluster, origin, backend } = parsed;
  const problems: Problem[] = [];
  const refuse = (key: string, text: string) => problems.push({ key: `todo:${key}`, text });
  if (cluster?.ingressClass && cluster.gateway) {
    const why = `because todo:cluster.ingressClass is ${cluster.ingressClass}`;
    const fix = "`pulumi config rm --path todo:cluster.gateway -s {stack}`, or todo:cluster.ingressClass";
    refuse("cluster.gateway", `expected none, ${why}, found ${cluster.gateway.name}; ${fix}`);
  }
  const withoutPages = given.has(`frontend.${NONE}`);
  const page = parsed.frontend || withoutPages ? pageOf(parsed) : undefined;
  if (origin && page?.service.nodePort) {
    refuseOtherPort("origin", origin, `${page.name}.service.nodePort`, page.service.nodePort, refuse);
  }
  if (origin && page && cluster && isForwarded({ ...parsed, cluster, origin })) {
    const { port } = new URL(origin);
    if (Number(port) >= 30000 && Number(port) <= 32767) {
      const why = "those are node ports, which the cluster may hold, so that nothing can forward them";
      const fix = `todo:${page.name}.service.type NodePort opens one`;
      refuse("origin", `expected a port outside of 30000 to 32767, found ${origin}; ${why}; ${fix}`);
    }
  }
  if (!backend || !cluster) return problems;
  const controller = controllerKey({ cluster });
  const { service, paths } = backend;
  if (backend.origin && withoutPages) {
    const fix = "`pulumi config rm --path todo:backend.origin -s {stack}`";
    refuse(
      "backend.origin",
      `expected none, because todo:frontend is none and all is at todo:origin, found one; ${fix}`,
    );
  } else if (backend.origin && backend.origin === origin) {
    const fix = "todo:backend.paths leads some paths of todo:origin to the backend";
    refuse("backend.origin", `expected another address than todo:origin, found ${origin}; ${fix}`);
  } else if (backend.origin && origin && controller && !paths && sameHost(backend.origin, origin)) {
    const why = `because todo:${controller} leads all of that to the pages`;
    const fix = "todo:backend.paths leads some paths of it to the backend";
    refuse("backend.origin", `expected another host than that of todo:origin, ${why}, found ${backend.origin}; ${fix}`);
  } else if (backend.origin && service.type !== "NodePort" && !controller) {
    const ways = "todo:backend.service.type NodePort, todo:cluster.ingressClass or todo:cluster.gateway is one";
    refuse("backend.origin", `expected a way that leads there, found none; ${ways}`);
  } else if (backend.origin && service.nodePort && !controller) {
    refuseOtherPort("backend.origin", backend.origin, "backend.service.nodePort", service.nodePort, refuse);
  }
  if (paths && withoutPages) {
    const why = "because todo:frontend is none and all of todo:origin is led to the backend";
    const fix = "`pulumi config rm --path todo:backend.paths -s {stack}`";
    refuse("backend.paths", `expected none, ${why}, found ${paths.join(", ")}; ${fix}`);
  } else if (paths && !controller) {
    const why = "because neither todo:cluster.ingressClass nor todo:cluster.gateway is set";
    const fix = "`pulumi config rm --path todo:backend.paths -s {stack}`";
    refuse("backend.paths", `expected none, ${why}, found ${paths.join(", ")}; ${fix}`);
  }
  return problems;
}

/** Whether a controller, which knows no ports, takes two addresses for one. */
const sameHost = (one: string, other: string) => new URL(one).hostname === new URL(other).hostname;

/** On this machine, the port of the browser's address is the node's. */
function refuseOtherPort(
  key: string,
  origin: string,
  portKey: string,
  nodePort: number,
  refuse: (key: string, text: string) => void,
): void {
  const { hostname, port } = new URL(origin);
  if (!isLoopback(hostname) || port === String(nodePort)) return;
  refuse(key, `expected port ${nodePort}, which todo:${portKey} opens here, found ${origin}`);
}
