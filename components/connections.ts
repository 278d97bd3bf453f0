// Who connects to whom inside an environment, from the variables and commands of its services: before anything is rendered,
// as the values of NetworkPolicies follow from it. The check of the wiring reads the rendered objects for itself.
import { addressesOf, hostsIn } from "local-charts";
import { clusterName, isLoopback } from "local-charts/objects";
import type { Sections } from "../settings/contract.ts";
import { POSTGRES_PORT } from "../settings/database-url.ts";
import { callName, type StackService } from "../settings/services.ts";
import type { Connection } from "./network-policies.ts";
import { POSTGRES_CHART } from "./todo-postgres.ts";

/** A service, as far as it connects to others. */
export interface Party extends StackService {
  /** Name of its Service. */
  serviceName: string;
  /** All that are no secrets. */
  variables: Record<string, string>;
  /** Whether it reads the address of the database. */
  stores: boolean;
  /** Whether a Job with its variables runs before it. */
  migrates: boolean;
  /** What that runs instead of what its image has for it. */
  migrationCommand: string[];
}

/** @param database name of the Service of the database that is deployed here; undefined where none is */
export function connectionsOf(parties: Party[], database: string | undefined, namespace: string): Connection[] {
  return parties.flatMap((party) => {
    const leadingBy = (words: string[]) => {
      const named = servicesNamed(hostsIn(party.variables, words), namespace);
      const stores = database !== undefined && (party.stores || named.includes(database));
      const others = parties.flatMap((other): { to: string; port: number }[] => {
        const { port } = other.settings;
        const stated = party.settings.connectsTo.includes(callName(other));
        return port && (named.includes(other.serviceName) || stated) ? [{ to: other.name, port }] : [];
      });
      return [...(stores ? [{ to: POSTGRES_CHART, port: POSTGRES_PORT }] : []), ...others].map((each) => ({
        from: party.name,
        ...each,
      }));
    };
    const before = party.migrates
      ? leadingBy(party.migrationCommand).map((each) => ({ ...each, part: MIGRATION }))
      : [];
    return [...leadingBy(wordsOf(party)), ...before];
  });
}

/** What stands behind the name of a service whose migration it is. */
const MIGRATION = "-migration";

/** The neighbours that a service connects to. */
export function neighboursOf(party: Party, neighbours: Sections["neighbours"]): { host: string; port: number }[] {
  const hosts = hostsIn(party.variables, [...wordsOf(party), ...party.migrationCommand]);
  return Object.entries(neighbours).flatMap(([name, neighbour]) =>
    hosts.includes(neighbour.host.toLowerCase()) || party.settings.connectsTo.includes(name) ? [neighbour] : [],
  );
}

/** Ports of addresses outside the namespace that the variables and the command of a service name, whatever the host. */
export function portsOutside(party: Party, namespace: string): number[] {
  return addressesOf(party.settings.env, [...wordsOf(party), ...party.migrationCommand]).flatMap(({ host, port }) =>
    port === undefined || isLoopback(host) || clusterName(host, namespace, "todo-")?.namespace === namespace
      ? []
      : [port],
  );
}

/** Services of the namespace that hosts mean. */
function servicesNamed(hosts: string[], namespace: string): string[] {
  return hosts.flatMap((host) => {
    const found = clusterName(host, namespace, "todo-");
    return found?.namespace === namespace ? [found.service] : [];
  });
}

/** The words that the containers of a service run. */
const wordsOf = ({ settings }: Party) => [...(settings.command ?? []), ...(settings.args ?? [])];
