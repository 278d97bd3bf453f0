// How pods of several nodes reach each other where no network plugin can be pulled: Minikube's bridge has one network for a
// single node, so each further one gets its own part of it, and all of them the ways to the others.
import { run } from "../../tools/command.ts";
import { profile } from "../profile.ts";

/** A node, as the cluster knows it. */
export interface Place {
  name: string;
  /** On the nodes' network. */
  address: string;
  /** Its part of the pods' network: `10.244.1.0/24` */
  pods: string;
}

/** Minikube's for the pods of a cluster whose nodes are on a bridge. */
const POD_NETWORK = "10.244.0.0/16";

/** Minikube's is 1-k8s.conflist, which it writes anew at each start; the first one by name counts. */
const FILE = "/etc/cni/net.d/0-nodes.conflist";

/** Connects the pods of all nodes; nothing where there is one. To be repeated after each start, as ways are lost by a stop. */
export async function connectNodes(names: string[]): Promise<void> {
  if (names.length < 2) return;
  const all =
    "jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=='InternalIP')].address} {.spec.podCIDR}{'\\n'}{end}";
  const lines = (await run("kubectl", ["--context", profile, "get", "nodes", "--output", all])).split("\n");
  const places = lines.map((line) => line.split(" ")).map(([name, address, pods]) => ({ name, address, pods }));
  for (const place of places) {
    await run("docker", ["exec", "--interactive", place.name, "sh", "-e"], {
      input: connecting(place, places),
      stdin: undefined,
    });
  }
  // Those that the first node has put into another one's part of the network before there was one.
  const others = places.filter(({ name }) => name !== profile);
  const misplaced = await podsAt(profile, others);
  for (const [namespace, pod] of misplaced)
    await run("kubectl", ["--context", profile, "--namespace", namespace, "delete", "pod", pod, "--wait=false"]);
}

/** What a node does to reach the pods of the others: a script of sh. */
export function connecting({ name, pods }: Place, all: Place[]): string {
  const [base] = pods.split("/");
  const host = (number: number) => base.replace(/\d+$/, String(number));
  const isFirst = name === profile;
  const range = isFirst
    ? // Pods from before keep their addresses, all over the network.
      { subnet: POD_NETWORK, rangeStart: host(2), rangeEnd: host(254), gateway: host(1) }
    : { subnet: pods };
  const ipam = { type: "host-local", ranges: [[range]] };
  const bridge = { type: "bridge", bridge: "bridge", isDefaultGateway: true, hairpinMode: true, ipMasq: isFirst, ipam };
  const plugins = [bridge, { type: "portmap", capabilities: { portMappings: true } }, { type: "firewall" }];
  const others = all.filter((other) => other.name !== name);
  const first = others.find((other) => other.name === profile);
  return [
    `cat >${FILE} <<'END'\n${JSON.stringify({ cniVersion: "0.4.0", name: "bridge", plugins })}\nEND`,
    ...others.filter((other) => other !== first).map((other) => `ip route replace ${other.pods} via ${other.address}`),
    ...(first ? [`ip route replace ${POD_NETWORK} via ${first.address}`] : ANSWER_FOR_OTHERS),
    // Among themselves pods are known by their own addresses, or no NetworkPolicy would know them.
    ...(isFirst ? [] : [once(`-s ${pods} ! -d ${POD_NETWORK} -j MASQUERADE`)]),
    "",
  ].join("\n");
}

/** Pods of the first node take the whole network for their own, and ask on the bridge for whoever is on another node. */
const ANSWER_FOR_OTHERS = ["sysctl -qw net.ipv4.conf.bridge.proxy_arp=1"];

const once = (rule: string) =>
  `iptables -w -t nat -C POSTROUTING ${rule} 2>/dev/null || iptables -w -t nat -A POSTROUTING ${rule}`;

/** Pods of a node whose addresses belong to other ones: namespace and name. */
async function podsAt(node: string, others: Place[]): Promise<[string, string][]> {
  const all = "jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.status.podIP}{'\\n'}{end}";
  const args = ["get", "pods", "--all-namespaces", "--field-selector", `spec.nodeName=${node}`, "--output", all];
  const lines = (await run("kubectl", ["--context", profile, ...args])).split("\n");
  return lines.flatMap((line): [string, string][] => {
    const [namespace, pod, address] = line.split(" ");
    // A node's part is a /24; pods on the host's network have the node's own address.
    const inPart = others.some(({ pods }) => address?.startsWith(pods.replace(/\d+\/24$/, "")));
    return inPart ? [[namespace, pod]] : [];
  });
}

/** Forgets the way to the pods of a node that has left. */
export async function forgetNode(pods: string, names: string[]): Promise<void> {
  for (const name of names) await run("docker", ["exec", name, "ip", "route", "flush", "exact", pods]);
}
