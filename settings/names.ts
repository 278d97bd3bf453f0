// The names that a stack gives to services and neighbours, and what they lead to: none twice, and none that means another.
import { clusterName } from "local-charts/objects";
import type { Sections } from "./contract.ts";
import { otherMeaning } from "./fields.ts";
import { isPodItself, LAPTOP, POD_ITSELF } from "./hosts.ts";
import type { Problem } from "./problems.ts";
import {
  callName,
  services as ownServices,
  type ServiceSections,
  type StackService,
  serviceNameOf,
  serviceNames,
  servicesOf,
} from "./services.ts";

type Named = ServiceSections & Partial<Pick<Sections, "neighbours" | "database">>;

/** What is wrong with the names of services and neighbours. */
export function nameProblems(stack: string, sections: Named): Problem[] {
  const { services = {}, neighbours = {} } = sections;
  const all = servicesOf(sections);
  return [
    ...Object.keys(services).map((name) => [`todo:services.${name}`, wrongName(name)] as const),
    ...sameName(stack, all, sections.database?.mode === "inside"),
    ...Object.keys(neighbours).map((name) => [`todo:neighbours.${name}`, wrongNeighbour(name, services)] as const),
    ...Object.entries(neighbours)
      .filter(([name]) => !wrongNeighbour(name, services))
      .map(([name, { host }]) => [`todo:neighbours.${name}.host`, wrongHost(host, stack, all)] as const),
  ].flatMap(([key, text]) => (text ? [{ key, text }] : []));
}

/** Services whose Services would have one name. */
function sameName(stack: string, all: StackService[], inside: boolean): [key: string, text: string][] {
  const owners = new Map(inside ? [[`todo-postgres-${stack}`, "the database"]] : []);
  return all.flatMap((one): [string, string][] => {
    const name = serviceNameOf(one, stack);
    const owner = owners.get(name);
    owners.set(name, `todo:${one.key}`);
    return owner
      ? [[`todo:${one.key}.serviceName`, `expected a name of its own, found ${name}, which ${owner} has too`]]
      : [];
  });
}

/** Services on one port of the nodes. */
export function nodePortProblems(sections: ServiceSections): Problem[] {
  const owners = new Map<number, string>();
  return servicesOf(sections).flatMap(({ key, settings }): Problem[] => {
    const { nodePort } = settings.service;
    if (nodePort === undefined) return [];
    const owner = owners.get(nodePort);
    owners.set(nodePort, key);
    const text = `expected a port of its own, found ${nodePort}, which todo:${owner} has too`;
    return owner ? [{ key: `todo:${key}.service.nodePort`, text }] : [];
  });
}

/** What is wrong with the names in `connectsTo`. */
export function connectionProblems(sections: Named): Problem[] {
  const all = servicesOf(sections);
  return all.flatMap((one) => {
    const known = [...all.filter((other) => other !== one).map(callName), ...Object.keys(sections.neighbours ?? {})];
    return one.settings.connectsTo.flatMap((name): Problem[] => {
      const key = `todo:${one.key}.connectsTo`;
      const other = all.find((each) => callName(each) === name);
      if (other && other !== one && other.settings.port === undefined) {
        return [{ key, text: `expected a service with a port, found "${name}"; set todo:${other.key}.port` }];
      }
      if (known.includes(name)) return [];
      const names = known.length > 0 ? known.join(" or ") : "none, as there is nothing else";
      return [{ key, text: `expected ${names}, found "${name}"; todo:services and todo:neighbours have further ones` }];
    });
  });
}

/** A release is named by it and the stack, of which Helm takes 53 characters. */
const SERVICE_NAME = /^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/;
const NEIGHBOUR_NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

function wrongName(name: string): string | undefined {
  const why = otherMeaning(name);
  if (!SERVICE_NAME.test(name) || why) {
    const form = "a name of lower-case letters, digits and -, at most 22, such as worker";
    return `expected ${form}, found "${name}"${why ? `; ${why}` : ""}`;
  }
  const own = [...serviceNames, "postgres", "environment"];
  const charts = ["todo-postgres", ...Object.values(ownServices).map(({ chart }) => chart)];
  if (!own.includes(name) && !charts.some((chart) => name.startsWith(chart))) return undefined;
  return `expected a name that is not the application's own (${own.join(", ")}, ${charts.join(", ")}), found "${name}"`;
}

function wrongNeighbour(name: string, services: object): string | undefined {
  if (!NEIGHBOUR_NAME.test(name)) {
    return `expected a name of lower-case letters, digits and -, such as redis, found "${name}"`;
  }
  const owner = Object.hasOwn(services, name) ? `services.${name}` : serviceNames.find((each) => each === name);
  return owner && `expected a name of its own, found that of todo:${owner}, which needs no neighbour`;
}

function wrongHost(host: string, stack: string, all: StackService[]): string | undefined {
  if (isPodItself(host)) return `expected another host, found ${host}, ${POD_ITSELF}; ${LAPTOP}`;
  const namespace = `todo-${stack}`;
  const found = clusterName(host.toLowerCase(), namespace, "todo-");
  const owner = all.find((one) => found?.namespace === namespace && serviceNameOf(one, stack) === found.service);
  return owner && `expected another host, found ${host}, that of todo:${owner.key}, which needs no neighbour`;
}
