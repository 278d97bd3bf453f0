// What the code in browsers is told to call: whether a browser gets there, and is let in.
import { isLoopback } from "../kubernetes/host.ts";
import { clusterName } from "./addresses.ts";
import type { BrowserVariable } from "./build-time.ts";
import type { Entry } from "./entries.ts";
import type { Model } from "./model.ts";

const URLS = /\bhttps?:\/\/[^\s"'<>,;]+/g;
/** Names of what serves the page's own requests; elsewhere a browser may call anybody's address. */
const API = /API|BACKEND|SERVER/;

/** A sentence for each address in variables for browsers that is not the page's own, and does not do what it says. */
export function browserCallWarnings(model: Model, variables: BrowserVariable[], entries: Entry[]): string[] {
  const { page } = model.facts;
  if (!page) return [];
  return variables.flatMap(({ name, place, text = "" }) =>
    (text.match(URLS) ?? []).flatMap((found) => {
      const url = URL.parse(found);
      if (!url || url.origin === page.origin) return [];
      const why = wrong(model, name, url, entries);
      return why ? [`${place}: ${why}`] : [];
    }),
  );
}

function wrong(model: Model, name: string, url: URL, entries: Entry[]): string | undefined {
  const { page, originVariables = [] } = model.facts;
  const own = `${page?.origin}, which is ${page?.originKey}`;
  if (isOfCluster(model, url.hostname)) {
    return `expected an address that a browser can open, such as ${own}, found ${url.origin}; names of Services exist inside the cluster only`;
  }
  const ours = entries.some((entry) => leadsTo(entry, url));
  if (isLoopback(url.hostname) && !ours) {
    return `expected ${own}, or an address that a node port or an Ingress opens, found ${url.origin}, where this environment has nothing`;
  }
  if (originVariables.some(({ release }) => release !== page?.release) || !(ours || API.test(name))) return undefined;
  return `expected ${own}, because no variable tells another service of it, which then refuses its browsers (CORS), found ${url.origin}`;
}

/** Whether pods alone can resolve a host. */
function isOfCluster({ namespace, services, facts }: Model, host: string): boolean {
  const found = isLoopback(host) ? undefined : clusterName(host, namespace, facts.namespacePrefix ?? namespace);
  return found !== undefined && (host.includes(".") || services.some(({ name }) => name === found.service));
}

/** Whether a way in is at an address: a node port on any host, an Ingress or a route at its own. */
function leadsTo({ at, service }: Entry, { hostname, port }: URL): boolean {
  const { rules = [], hostnames = [] } = (at.object.spec ?? {}) as {
    rules?: { host?: string }[];
    hostnames?: string[];
  };
  if (at === service) return service.ports.some(({ nodePort }) => nodePort !== undefined && String(nodePort) === port);
  return [...hostnames, ...rules.map(({ host }) => host)].includes(hostname);
}
