// What the addresses of browsers ask for that nothing gives them: a certificate, a name, a port that is published.
import { isIP } from "node:net";
import { isLoopback } from "local-charts/objects";
import { chainOf } from "./certificate.ts";
import type { Sections, Tls } from "./contract.ts";
import { ingressPorts, isServedByTraefik, profile, servicePorts } from "./minikube.ts";
import type { Problem } from "./problems.ts";
import { pageOf } from "./reach.ts";

/** An address of browsers, its key, and the node port that may lead there. */
interface Address {
  key: string;
  url: URL;
  portKey: string;
  nodePort?: number;
}

/** What is wrong with the addresses of an environment. Sections that are broken themselves are left out of `parsed`. */
export function addressProblems(parsed: Partial<Sections>): Problem[] {
  const { cluster, origin, backend } = parsed;
  if (!cluster || !origin) return [];
  const { name = "frontend", service } = pageOf(parsed) ?? {};
  const address = (key: string, origin: string, of: string, nodePort?: number): Address => ({
    ...{ key, url: new URL(origin), portKey: `${of}.service.nodePort`, nodePort },
  });
  const addresses = [
    address("origin", origin, name, service?.nodePort),
    ...(backend?.origin ? [address("backend.origin", backend.origin, "backend", backend.service.nodePort)] : []),
  ];
  return [
    ...addresses.flatMap((address) => [
      ...withoutName(cluster, address),
      ...withoutCertificate(cluster, address),
      ...notPublished(cluster, address),
      ...besideTraefik(cluster, address),
    ]),
    ...uselessCertificate(cluster, addresses),
    ...(parsed.tls ? wrongCertificate(parsed.tls, cluster, addresses) : []),
  ];
}

type Cluster = Sections["cluster"];

const problem = (key: string, text: string): Problem[] => [{ key: `todo:${key}`, text }];

/** An Ingress, as an HTTPRoute, is for a name: the API server takes no number for one. */
function withoutName({ ingressClass, gateway }: Cluster, { key, url }: Address): Problem[] {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if ((!ingressClass && !gateway) || isIP(host) === 0) return [];
  const [of, found, what] = ingressClass
    ? ["ingressClass", ingressClass, "an Ingress"]
    : ["gateway", gateway?.name, "an HTTPRoute"];
  const why = `because todo:cluster.${of} is ${found} and ${what} has a name for its host`;
  const fix = `\`pulumi config rm --path todo:cluster.${of} -s {stack}\` is for an address without one`;
  return problem(key, `expected a host name, ${why}, found ${url.origin}; ${fix}`);
}

/**
 * What a stack does not say of the certificate of an https origin behind an Ingress, in one sentence: the controller may have
 * one. Undefined where it says it, or needs none.
 */
export function withoutSecret({ environment, cluster, origin, tls }: SaidOfCertificate): string | undefined {
  const { ingressClass, tlsSecret } = cluster;
  if (!ingressClass || tls || tlsSecret !== undefined || new URL(origin).protocol !== "https:") return undefined;
  const set = `\`pulumi config set --path todo:cluster.tlsSecret NAME -s ${environment}\` names its Secret`;
  return `todo:origin is ${origin}, and nothing says where the Ingress has the certificate from; ${set}, and the value false says that the controller of ${ingressClass} has one`;
}

type SaidOfCertificate = Pick<Sections, "cluster" | "origin" | "tls"> & { environment: string };

/** All that is made here speaks plain HTTP. */
function withoutCertificate({ ingressClass, gateway }: Cluster, { key, url, nodePort }: Address): Problem[] {
  // A Gateway's listener has its own.
  if (url.protocol !== "https:" || gateway) return [];
  if (ingressClass) return [];
  // Elsewhere a proxy before the cluster may have a certificate.
  if (!isLoopback(url.hostname) && url.port !== String(nodePort)) return [];
  const why = "because the pods speak plain HTTP and nothing is before them that has a certificate";
  const fix = "todo:cluster.ingressClass and todo:cluster.tlsSecret are for https";
  return problem(key, `expected http://${url.host}, ${why}, found ${url.origin}; ${fix}`);
}

const overTls = (addresses: Address[]) => addresses.filter(({ url }) => url.protocol === "https:");

/** Why nobody would see a certificate; undefined where somebody does. */
function whyUseless({ ingressClass }: Cluster, addresses: Address[]): string | undefined {
  if (!ingressClass) return "there is no todo:cluster.ingressClass";
  const [{ key, url }] = addresses;
  return overTls(addresses).length > 0 ? undefined : `todo:${key} is ${url.origin}`;
}

function uselessCertificate(cluster: Cluster, addresses: Address[]): Problem[] {
  const { tlsSecret } = cluster;
  const why = whyUseless(cluster, addresses);
  if (!tlsSecret || !why) return [];
  const fix = "`pulumi config rm --path todo:cluster.tlsSecret -s {stack}`";
  return problem("cluster.tlsSecret", `expected none, because ${why}, found ${tlsSecret}; ${fix}`);
}

/** A certificate of the stack file that nobody would see, or that is of other hosts. */
function wrongCertificate({ certificate }: Tls, cluster: Cluster, addresses: Address[]): Problem[] {
  const { tlsSecret } = cluster;
  if (tlsSecret !== undefined) {
    const fix = "`pulumi config rm --path todo:cluster.tlsSecret -s {stack}`, or todo:tls";
    return problem("cluster.tlsSecret", `expected none, because of todo:tls, found ${tlsSecret}; ${fix}`);
  }
  const why = whyUseless(cluster, addresses);
  if (why) {
    const fix = "`pulumi config rm todo:tls -s {stack}`";
    return problem("tls.certificate", `expected none, because ${why}, found one; ${fix}`);
  }
  const [first] = chainOf(certificate) ?? [];
  return overTls(addresses)
    .filter(({ url }) => !first?.checkHost(url.hostname))
    .flatMap(({ key, url }) => {
      const names = first?.subjectAltName?.replaceAll("DNS:", "") ?? "no names";
      return problem(
        "tls.certificate",
        `expected one for ${url.hostname}, because todo:${key} is ${url.origin}, found ${names}`,
      );
    });
}

/** What another cluster publishes is not known here. */
function notPublished({ context }: Cluster, { url, portKey, nodePort }: Address): Problem[] {
  if (context !== profile || !isLoopback(url.hostname) || !nodePort || servicePorts.includes(nodePort)) return [];
  const ports = servicePorts.join(", ");
  return problem(
    portKey,
    `expected a port that ${profile} publishes on this machine for Services (${ports}), found ${nodePort}`,
  );
}

/** Who has no node port is at Traefik's, or at that of a controller which somebody else has installed. */
function besideTraefik(cluster: Cluster, { key, url, nodePort }: Address): Problem[] {
  const served = cluster.context === profile && isServedByTraefik(cluster);
  if (!served || nodePort || !isLoopback(url.hostname)) return [];
  const scheme = url.protocol === "https:" ? "https" : "http";
  const port = ingressPorts[scheme];
  if ([port, ...servicePorts].map(String).includes(url.port)) return [];
  const at = `${scheme}://${url.hostname}:${port}`;
  return problem(key, `expected ${at}, as ${profile} has Traefik there, found ${url.origin}`);
}
