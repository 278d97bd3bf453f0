import { isLoopback } from "../kubernetes/host.ts";

// The addresses in a container's variables and arguments, as far as their text is known before anything runs.

/** Host and port that a text names. */
export interface Address {
  /** In lower case; may be a reference that Kubernetes could not resolve, `$(NAME)`. */
  host: string;
  /** That of the scheme where the text has none; undefined where it cannot be known. */
  port?: number;
}

const SCHEMES: Record<string, number> = {
  ...{ http: 80, https: 443, ws: 80, wss: 443, grpc: 443, postgres: 5432, postgresql: 5432, mysql: 3306 },
  ...{ redis: 6379, rediss: 6379, amqp: 5672, amqps: 5671, mongodb: 27017, nats: 4222, kafka: 9092 },
};
const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const NAME = `${LABEL}(?:\\.${LABEL})*\\.?`;
const REFERENCE = "\\$\\([^)]*\\)";
/** scheme://user:password@host:port; where the host ends, no letter of a name may follow. */
const URL_FORM = new RegExp(
  `\\b([a-z][a-z0-9+.-]*)://(?:[^\\s/@"'<>]*@)?(${NAME}|${REFERENCE})(?![a-z0-9_%{$-])(?::(${REFERENCE}|[^\\s/?#"',;<>)]*))?`,
  "gi",
);
const PAIR = new RegExp(`^(${NAME}):(\\d{1,5})$`, "i");
const HOST = new RegExp(`^${NAME}$`, "i");

/** Addresses of the URLs in a text. */
export function urlsIn(text: string): Address[] {
  return [...text.matchAll(URL_FORM)].map(([, scheme, host, port]) => ({
    host: normal(host),
    port: port === undefined || port === "" ? SCHEMES[scheme.toLowerCase().split("+")[0]] : numberOf(port),
  }));
}

/** `host:port`, or several with commas, as the whole of a text; what stands before a `=` is an option's name. */
export function pairsIn(text: string): Address[] {
  const items = text.replace(/^--?[\w.-]+=/, "").split(",");
  const found = items.map((item) => PAIR.exec(item.trim()));
  return found.flatMap((match) => (match ? [{ host: normal(match[1]), port: Number(match[2]) }] : []));
}

/** A host in a variable of its own, its port in the one whose name ends in PORT instead of HOST. */
export function hostIn(name: string, text: string, variables: Map<string, string>): Address | undefined {
  if (!/HOST$/.test(name) || !HOST.test(text)) return undefined;
  const port = variables.get(name.replace(/HOST$/, "PORT"));
  return { host: normal(text), ...(port && { port: numberOf(port) }) };
}

/**
 * Hosts that variables and words of a command name: of URLs, of `host:port`, and of variables whose name ends in HOST. For
 * a program that has to know, before anything is rendered, who calls whom.
 */
export function hostsIn(variables: Record<string, string>, words: string[] = []): string[] {
  const known = new Map(Object.entries(variables));
  const ofVariables = Object.entries(variables).flatMap(([name, text]) => hostIn(name, text, known) ?? []);
  const texts = [...Object.values(variables), ...words.map((word) => expand(word, known))];
  const inside = texts.flatMap((text) => [...urlsIn(text), ...pairsIn(text)]);
  return [...new Set([...ofVariables, ...inside].map(({ host }) => host))];
}

/**
 * Addresses that variables and words of a command name for certain: of URLs, of variables whose name ends in HOST, and of
 * `host:port` where the variable's name says that it is one. For a program that opens NetworkPolicies to them.
 */
export function addressesOf(variables: Record<string, string>, words: string[] = []): Address[] {
  const known = new Map(Object.entries(variables));
  const ofVariables = Object.entries(variables).flatMap(([name, text]) => [
    ...urlsIn(text),
    ...(saysAddress(name) ? pairsIn(text) : []),
    ...[hostIn(name, text, known) ?? []].flat(),
  ]);
  return [...ofVariables, ...words.flatMap((word) => urlsIn(expand(word, known)))];
}

/** Whether a variable's name, or an option's, says that it holds an address. */
export function saysAddress(name: string): boolean {
  return /(HOSTS?|ADDR|ADDRESS(ES)?|SERVERS?|ENDPOINTS?|BROKERS?|UPSTREAMS?|UR[IL]S?)$/i.test(name);
}

/** As Kubernetes expands `$(NAME)`: only what is known already. `$$`, which stands for `$`, is left: no host begins so. */
export function expand(text: string, known: Map<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (whole, name) => known.get(name) ?? whole);
}

/**
 * The Service and namespace that a host means inside a cluster; undefined for a host that is outside.
 * @param prefix how the names of all environments' namespaces begin: `shop-`
 */
export function clusterName(host: string, namespace: string, prefix: string): ClusterName | undefined {
  const labels = host.split(".");
  const svc = labels.indexOf("svc");
  if (svc >= 2) return { service: labels[svc - 2], namespace: labels[svc - 1] };
  if (labels.length === 1) return { service: host, namespace };
  if (labels.at(-1) === namespace) return { service: labels[labels.length - 2], namespace };
  return labels.length === 2 && labels[1].startsWith(prefix) ? { service: labels[0], namespace: labels[1] } : undefined;
}

export interface ClusterName {
  service: string;
  namespace: string;
}

/** The pod itself, or a number: nothing that a name leads to. */
export function isNumberOrLoopback(host: string): boolean {
  return isLoopback(host) || /^[\d.]+$/.test(host);
}

const normal = (host: string) => (host.startsWith("$(") ? host : host.toLowerCase().replace(/\.$/, ""));
const numberOf = (port: string) => (/^\d+$/.test(port) ? Number(port) : undefined);
