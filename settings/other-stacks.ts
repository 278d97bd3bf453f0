import type { Sections } from "./contract.ts";
import { profile, servicePorts } from "./minikube.ts";
import type { Problem } from "./problems.ts";
import { sectionsIn, servicesOf } from "./services.ts";
import { readStackFile, stackNames } from "./stack-files.ts";
import { mapOf } from "./yaml.ts";

/** What another stack file lays claim to, as it stands there: whether it is valid is seen when that stack is used. */
export interface OtherStack {
  /** Name of the file, e.g. Pulumi.staging.yaml. */
  file: string;
  context?: unknown;
  origin?: unknown;
  /** Of its backend, where browsers call that. */
  backendOrigin?: unknown;
  /** Of all its services. */
  nodePorts: unknown[];
}

/**
 * The other stack files in a folder.
 * One that is not valid YAML claims nothing here. It cannot be deployed either, and once it is fixed, its own run
 * finds what it shares with this stack.
 */
export function otherStacks(folder: string, stack: string): OtherStack[] {
  const others = stackNames(folder).filter((name) => name !== stack);
  return others.map((name) => {
    const file = `Pulumi.${name}.yaml`;
    const config = configIn(folder, name);
    const at = (key: string, ...path: string[]) =>
      path.reduce<unknown>((value, name) => mapOf(value)[name], config[`todo:${key}`]);
    return {
      file,
      context: at("cluster", "context"),
      origin: at("origin"),
      backendOrigin: at("backend", "origin"),
      nodePorts: sectionsIn(config).flatMap(({ section }) => mapOf(mapOf(section).service).nodePort ?? []),
    };
  });
}

function configIn(folder: string, stack: string): Record<string, unknown> {
  try {
    return readStackFile(folder, stack).config;
  } catch {
    return {};
  }
}

/** Two stacks at one address in the browser, or on one port of the same cluster's nodes. */
export function clashes(sections: Partial<Sections>, others: OtherStack[]): Problem[] {
  const { cluster, origin, backend } = sections;
  const problems: Problem[] = [];
  for (const [key, address] of Object.entries({ origin, "backend.origin": backend?.origin })) {
    const same = others.find((other) => address && originsOf(other).some((each) => hostOf(each) === hostOf(address)));
    if (!same) continue;
    const text = `expected an address of its own, found ${address}, which is also that of ${same.file}`;
    problems.push({ key: `todo:${key}`, text });
  }
  const neighbours = others.filter(({ context }) => cluster && context === cluster.context);
  for (const { key, settings } of servicesOf(sections)) {
    const { nodePort } = settings.service;
    const taken = nodePort && neighbours.find((other) => other.nodePorts.includes(nodePort));
    if (!taken) continue;
    const ports = new Set(others.flatMap((other) => [...other.nodePorts.map(String), ...originsOf(other).map(portOf)]));
    const usable = cluster?.context === profile ? servicePorts : [];
    let free = usable.find((port) => !ports.has(String(port))) ?? nodePort;
    while (ports.has(String(free))) free = free < 32767 ? free + 1 : 30000;
    const found = `found ${nodePort}, which ${taken.file} uses on ${cluster?.context} too; ${free} is free`;
    problems.push({ key: `todo:${key}.service.nodePort`, text: `expected a port of its own, ${found}` });
  }
  return problems;
}

const originsOf = ({ origin, backendOrigin }: OtherStack) => [origin, backendOrigin];

const portOf = (origin: unknown) => hostOf(origin)?.split(":").at(-1);

/** Host and port: http and https of one host are still one place. */
function hostOf(origin: unknown): string | undefined {
  return typeof origin === "string" && URL.canParse(origin) ? new URL(origin).host : undefined;
}
