// Whether what leads to pods arrives: Services, probes, routes, autoscalers, budgets.
import type { ContainerSpec } from "../pods";
import { behind, type Model } from "./model";
import { containerPorts, fits, type Placed, type Selector, type Service } from "./objects";
import { nameOf, nearest, type Problem } from "./problem";

export function serviceProblems(model: Model): Problem[] {
  return [
    ...model.services.flatMap((service) => ofService(model, service)),
    ...nodePortsTwice(model.services),
    ...probes(model),
    ...model.all.flatMap((placed) => ofObject(model, placed)),
  ];
}

function ofService(model: Model, service: Service): Problem[] {
  if (!service.selector) return [];
  const found = behind(model, service);
  const at = { at: service };
  if (found.length === 0) {
    const labels = texts(service.selector);
    return [{ ...at, field: "spec.selector", expected: "labels of a rendered workload's pods", found: labels }];
  }
  const passing = found.find(({ lasting }) => !lasting);
  if (passing && found.some(({ lasting }) => lasting)) {
    const expected = "pods that stay as long as the release";
    return [{ ...at, field: "spec.selector", expected, found: `those of ${nameOf(passing)} too` }];
  }
  return service.ports.flatMap(({ targetPort, port }, index) => {
    const target = targetPort ?? port;
    const deaf = found.find((workload) => containerPorts(workload, target).length === 0);
    if (!deaf) return [];
    const expected = `a port of the containers of ${nameOf(deaf)} (${portsOf(deaf.containers)})`;
    return [{ ...at, field: `spec.ports[${index}].targetPort`, expected, found: String(target) }];
  });
}

function nodePortsTwice(services: Service[]): Problem[] {
  const owners = new Map<string, Service>();
  return services.flatMap((service) =>
    service.ports.flatMap(({ nodePort, protocol = "TCP" }, index): Problem[] => {
      if (!nodePort) return [];
      const owner = owners.get(`${nodePort}/${protocol}`);
      owners.set(`${nodePort}/${protocol}`, service);
      if (!owner) return [];
      // The frontend's is the one node port that a stack file sets.
      const key = [owner, service].some(({ chart }) => chart === "todo-frontend") && "todo:frontend.service.nodePort";
      const found = `${nodePort}, which ${nameOf(owner)} has too`;
      const field = `spec.ports[${index}].nodePort`;
      return [{ at: service, field, expected: "a node port of its own", found, ...(key && { key }) }];
    }),
  );
}

function probes(model: Model): Problem[] {
  return model.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const { startupProbe, livenessProbe, readinessProbe, lifecycle } = container;
      const { postStart, preStop } = lifecycle ?? {};
      const actions = { startupProbe, livenessProbe, readinessProbe, postStart, preStop };
      return Object.entries(actions).flatMap(([name, action]): Problem[] => {
        const port = portOf(action);
        // A name is looked for in the container itself, a number in all that share the pod's address.
        const among = typeof port === "number" ? workload.containers : [container];
        if (port === undefined || containerPorts({ ...workload, containers: among }, port).length > 0) return [];
        const field = `${name} of container ${container.name}`;
        return [{ at: workload, field, expected: `a port of the container (${portsOf(among)})`, found: String(port) }];
      });
    }),
  );
}

type Action = Pick<NonNullable<ContainerSpec["livenessProbe"]>, "httpGet" | "tcpSocket" | "grpc">;
const portOf = (action?: Action) => (action?.httpGet ?? action?.tcpSocket ?? action?.grpc)?.port;

function ofObject(model: Model, placed: Placed): Problem[] {
  const { kind, spec } = placed.object;
  const problem = (field: string, expected: string, found: string): Problem[] => [
    { at: placed, field, expected, found },
  ];
  if (kind === "HorizontalPodAutoscaler") {
    const { kind: wanted, name } = (spec as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
    const names = model.workloads
      .filter(({ object }) => object.kind === wanted)
      .map(({ object }) => object.metadata.name);
    if (names.includes(name)) return [];
    return problem("spec.scaleTargetRef", `a rendered ${wanted}${nearest(name, names, wanted)}`, name);
  }
  if (kind === "PodDisruptionBudget") {
    const { selector } = spec as { selector: Selector };
    if (model.workloads.some(({ labels }) => fits(selector, labels))) return [];
    return problem("spec.selector", "labels of a rendered workload's pods", texts(selector.matchLabels ?? {}));
  }
  if (kind === "StatefulSet") {
    const { serviceName } = spec as { serviceName?: string };
    const names = model.services.map(({ name }) => name);
    if (!serviceName || names.includes(serviceName)) return [];
    return problem("spec.serviceName", `a rendered Service${nearest(serviceName, names, "Service")}`, serviceName);
  }
  return [];
}

const texts = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map((pair) => pair.join("="))
    .join(", ");

function portsOf(containers: { ports?: { name?: string; containerPort: number }[] }[]): string {
  const ports = containers.flatMap((container) => container.ports ?? []);
  return (
    ports.map(({ name, containerPort }) => (name ? `${name} ${containerPort}` : containerPort)).join(", ") || "none"
  );
}
