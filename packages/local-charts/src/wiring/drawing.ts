import type { ContainerSpec } from "../kubernetes/pods.ts";
import type { Wiring } from "./check.ts";
import { selectedBy } from "./model.ts";
import { nameOf } from "./problem.ts";
import type { Placed, Workload } from "./workloads.ts";

/** The wiring of an environment as a Mermaid flowchart: the connections and Secrets of all pods but those of tests. */
export function drawing({ model, edges, entries }: Wiring): string {
  const { namespace, facts } = model;
  const { release: page, origin } = facts.page ?? {};
  const drawn = model.workloads.filter(({ test }) => !test);
  const arrows = new Map<string, { from: string; to: string; labels: Set<string>; dotted: boolean }>();
  const outside = new Map<string, string>();
  const arrow = (from: string, to: string, label: string, dotted = false) => {
    const key = `${from} ${to}`;
    if (!arrows.has(key)) arrows.set(key, { from, to, labels: new Set(), dotted });
    arrows.get(key)?.labels.add(label);
  };

  const open = entries.flatMap(({ service, how }) =>
    selectedBy(model, service).map((workload) => ({ workload, label: [origin, how].filter(Boolean).join(", ") })),
  );
  const pages = drawn.filter(({ release, longRunning }) => release === page && longRunning);
  const forwarded = pages.map((workload) => ({ workload, label: `${origin}, port-forward` }));
  for (const { workload, label } of open.length > 0 ? open : forwarded) {
    arrow("browser", idOf(workload), label, open.length === 0);
  }
  for (const { from, via, port, host, targets } of edges.filter((edge) => drawn.includes(edge.from))) {
    for (const target of targets) arrow(idOf(from), idOf(target.workload), `${via}, port ${port}`);
    if (targets.length > 0) continue;
    const id = host ? `outside_${plain(host)}` : `address_${plain(via)}`;
    outside.set(id, host ?? `address in the Secret's ${via}`);
    arrow(idOf(from), id, port ? `${via}, port ${port}` : via);
  }
  const secrets = new Set<string>();
  for (const workload of drawn) {
    for (const { name, key, optional } of workload.containers.flatMap(secretsOf)) {
      secrets.add(name);
      // Whether it is there is one person's configuration; the drawing is everybody's.
      arrow(`secret_${plain(name)}`, idOf(workload), optional ? `${key}, where set` : key, true);
    }
  }

  const text = ({ from, to, labels, dotted }: { from: string; to: string; labels: Set<string>; dotted: boolean }) => {
    const label = `"${[...labels].join("<br/>")}"`;
    return dotted ? `  ${from} -. ${label} .-> ${to}` : `  ${from} -- ${label} --> ${to}`;
  };
  return [
    "flowchart LR",
    "  browser([Browser])",
    `  subgraph namespace [namespace ${namespace}]`,
    ...drawn.map((workload) => `    ${idOf(workload)}["${labelOf(workload)}"]`),
    ...[...secrets].map((name) => `    secret_${plain(name)}[/"Secret ${name}"/]`),
    "  end",
    ...[...outside].map(([id, label]) => `  ${id}(["${label}"])`),
    ...[...arrows.values()].map(text),
  ].join("\n");
}

const plain = (name: string) => name.replace(/[^A-Za-z0-9]/g, "_");
const idOf = (placed: Placed) => plain(nameOf(placed));

function labelOf(workload: Workload): string {
  const ports = workload.containers
    .flatMap((container) => container.ports ?? [])
    .map((port) => `:${port.containerPort}`);
  return [nameOf(workload), ...ports].join(" ");
}

function secretsOf({ env = [] }: ContainerSpec) {
  return env.flatMap(({ valueFrom }) => {
    const { name, key, optional = false } = valueFrom?.secretKeyRef ?? {};
    return name && key ? [{ name, key, optional }] : [];
  });
}
