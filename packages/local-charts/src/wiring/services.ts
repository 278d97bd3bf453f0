// Whether what leads to pods arrives: Services, probes, routes, autoscalers, budgets.

import { groupKind } from "../kubernetes/object.ts";
import type { ContainerSpec } from "../kubernetes/pods.ts";
import { fits, type Selector } from "../kubernetes/selector.ts";
import { type Model, selectedBy } from "./model.ts";
import { nameOf, nearest, type Problem } from "./problem.ts";
import { containerPorts, type Placed, type Service } from "./workloads.ts";

export function serviceProblems(model: Model): Problem[] {
  return [
    ...model.services.flatMap((service) => ofService(model, service)),
    ...nodePortsTwice(model),
    ...probes(model),
    ...model.all.flatMap((placed) => ofObject(model, placed)),
  ];
}

function ofService(model: Model, service: Service): Problem[] {
  if (!service.selector) return [];
  const found = selectedBy(model, service);
  const at = { at: service };
  if (found.length === 0) {
    const labels = texts(service.selector);
    return [{ ...at, field: "spec.selector", expected: "labels of a rendered workload's pods", found: labels }];
  }
  const temporary = found.find(({ longRunning }) => !longRunning);
  if (temporary && found.some(({ longRunning }) => longRunning)) {
    const expected = "pods that stay as long as the release";
    return [{ ...at, field: "spec.selector", expected, found: `those of ${nameOf(temporary)} too` }];
  }
  return service.ports.flatMap(({ targetPort, port }, index) => {
    const target = targetPort ?? port;
    const closed = found.find((workload) => containerPorts(workload, target).length === 0);
    if (!closed) return [];
    const expected = `a port of the containers of ${nameOf(closed)} (${portsOf(closed.containers)})`;
    return [{ ...at, field: `spec.ports[${index}].targetPort`, expected, found: String(target) }];
  });
}

function nodePortsTwice({ services, facts: { page } }: Model): Problem[] {
  const owners = new Map<string, Service>();
  return services.flatMap((service) =>
    service.ports.flatMap(({ nodePort, protocol = "TCP" }, index): Problem[] => {
      if (!nodePort) return [];
      const owner = owners.get(`${nodePort}/${protocol}`);
      owners.set(`${nodePort}/${protocol}`, service);
      if (!owner) return [];
      const key = [owner, service].some(({ release }) => release === page?.release) && page?.nodePortKey;
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
  const { spec = {} } = placed.object;
  const kind = groupKind(placed.object);
  const problem = (field: string, expected: string, found: string): Problem[] => [
    { at: placed, field, expected, found },
  ];
  if (kind === "autoscaling/HorizontalPodAutoscaler") {
    const { kind: wanted, name } = (spec as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
    const names = model.all.filter(({ object }) => object.kind === wanted).map(({ object }) => object.metadata.name);
    if (names.includes(name)) return [];
    return problem("spec.scaleTargetRef", `a rendered ${wanted}${nearest(name, names, wanted)}`, name);
  }
  if (kind === "policy/PodDisruptionBudget") {
    const { selector } = spec as { selector?: Selector };
    // Without one it is a budget of no pods.
    if (!selector) return [];
    if (model.workloads.some(({ labels }) => fits(selector, labels))) return [];
    return problem("spec.selector", "labels of a rendered workload's pods", texts(selector.matchLabels ?? {}));
  }
  if (kind === "apps/StatefulSet") {
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
