// Nodes beside the first, for trying what a cluster of several does: spreading, and the drain of a node.
import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../tools/command.ts";
import { Failure } from "../tools/program.ts";
import type { Progress, Step } from "../tools/steps.ts";
import { imagesOf, nodeNames } from "./node.ts";
import { type ClusterRecord, memoryMiB, profile } from "./profile.ts";
import { assertRoom, roomOf } from "./room.ts";

const kubectl = ["--context", profile];

/** More would each want the memory of another cluster. */
const MOST = 3;

/** @throws Failure for what is no number of nodes */
export function nodesWanted(given: string): number {
  const wanted = Number(given);
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST) return wanted;
  throw new Failure(`NODES: expected a number of nodes from 1 to ${MOST}, found ${given}`);
}

/** Steps that give the running cluster so many nodes; the first one always stays. */
export async function nodeSteps(wanted: number, record: ClusterRecord): Promise<Step[]> {
  const present = await nodeNames();
  if (present.length < wanted) assertRoom(await roomOf(record.engine), wanted);
  const names = Array.from({ length: wanted - present.length }, (_, i) => nameOf(present.length + 1 + i));
  return [
    ...names.map((name) => ({
      title: `node ${name}: joining, with ${memoryMiB} MiB of its own`,
      run: (report: Progress) => add(name, record, report),
    })),
    ...present.slice(wanted).map((name) => ({
      title: `node ${name}: leaving`,
      run: (report: Progress) => remove(name, record, report),
    })),
  ];
}

/** As Minikube calls them. */
const nameOf = (number: number) => `${profile}-m${String(number).padStart(2, "0")}`;

async function add(name: string, record: ClusterRecord, report: Progress): Promise<string> {
  await withoutPublishedPorts(() =>
    run("minikube", ["node", "add", "--profile", profile], {
      report,
      hint: `\`minikube -p ${profile} node delete ${name.slice(profile.length + 1)}\` removes what there is of it`,
    }),
  );
  // What a pod may need there: Kubernetes' own where those cannot be pulled, and what was built for the first node.
  const [first] = await nodeNames();
  const images = [...(await imagesOf(first))].filter((image) => record.images === "made" || /^localhost\//.test(image));
  report(`${images.length} images`);
  const copy = `docker exec "$1" ctr -n k8s.io images export - "\${@:3}" | docker exec -i "$2" ctr -n k8s.io images import --digests=false - >&2`;
  if (images.length > 0) await run("bash", ["-o", "pipefail", "-c", copy, "copy", first, name, ...images], { report });
  if (record.images === "made") await (await import("./offline/node-network.ts")).connectNodes(await nodeNames());
  const ready = [...kubectl, "wait", `node/${name}`, "--for=condition=Ready", "--timeout=180s"];
  await run("kubectl", ready, { report, hint: `\`kubectl --context ${profile} describe node ${name}\` says more` });
  await answerNamesOnEach((await nodeNames()).length);
  return `node ${name}: ready`;
}

/** A volume of a node, as far as it is looked at. */
export interface Volume {
  spec: {
    claimRef?: { namespace: string; name: string };
    nodeAffinity?: { required: { nodeSelectorTerms: { matchExpressions?: { values?: string[] }[] }[] } };
  };
}

/** @throws Failure where data would go with a node */
export function assertNoVolumes(node: string, volumes: Volume[]): void {
  const there = volumes.flatMap(({ spec: { claimRef, nodeAffinity } }) => {
    const terms = nodeAffinity?.required.nodeSelectorTerms ?? [];
    const isThere = terms.some(({ matchExpressions = [] }) =>
      matchExpressions.some(({ values }) => values?.includes(node)),
    );
    return isThere && claimRef ? [`${claimRef.namespace}/${claimRef.name}`] : [];
  });
  if (there.length === 0) return;
  throw new Failure(
    `node ${node}: expected no volume that would go with it, found ${there.join(", ")}; nothing was changed; \`make backup ENV=…\` and \`make down ENV=…\` of these environments first, and \`make restore\` once they are up again`,
  );
}

async function remove(name: string, record: ClusterRecord, report: Progress): Promise<string> {
  const part = [...kubectl, "get", "node", name, "--output", "jsonpath={.spec.podCIDR}"];
  const pods = await run("kubectl", part);
  assertNoVolumes(
    name,
    JSON.parse(await run("kubectl", [...kubectl, "get", "persistentvolumes", "--output", "json"])).items,
  );
  const evict = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=120s"];
  await run("kubectl", [...kubectl, "drain", name, ...evict], {
    report,
    hint: `a volume or a disruption budget may hold a pod there; \`kubectl --context ${profile} get pods -A --field-selector spec.nodeName=${name}\` shows which`,
  });
  await run("minikube", ["node", "delete", name, "--profile", profile], { report });
  if (record.images === "made") await (await import("./offline/node-network.ts")).forgetNode(pods, await nodeNames());
  await answerNamesOnEach((await nodeNames()).length);
  return `node ${name}: gone`;
}

/**
 * Minikube leaves one CoreDNS pod, whose node's drain would leave everybody without names for seconds; and so would that of a
 * node where both came to be, as nothing moves a pod back to a node that has returned: a drain has to wait for the one before
 * it takes the other.
 */
async function answerNamesOnEach(nodes: number): Promise<void> {
  const dns = [...kubectl, "--namespace", "kube-system"];
  await run("kubectl", [...dns, "scale", "deployment/coredns", `--replicas=${nodes}`]);
  const budget = {
    ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "coredns" } },
    spec: { maxUnavailable: 1, selector: { matchLabels: { "k8s-app": "kube-dns" } } },
  };
  if (nodes > 1) {
    const apply = ["apply", "--server-side", "--filename", "-"];
    await run("kubectl", [...dns, ...apply], { input: JSON.stringify(budget), stdin: undefined });
  } else await run("kubectl", [...dns, "delete", "poddisruptionbudget", "coredns", "--ignore-not-found"]);
  await run("kubectl", [...dns, "rollout", "status", "deployment/coredns", "--timeout=120s"]);
}

/** Minikube would publish the first node's ports on every other one, where Docker finds them taken. */
async function withoutPublishedPorts(work: () => Promise<unknown>): Promise<void> {
  const home = process.env.MINIKUBE_HOME ?? homedir();
  const file = join(home.endsWith(".minikube") ? home : join(home, ".minikube"), "profiles", profile, "config.json");
  const edit = (ports: string[]) => {
    const config = JSON.parse(readFileSync(file, "utf8")) as { ExposedPorts: string[] };
    writeFileSync(file, JSON.stringify({ ...config, ExposedPorts: ports }, undefined, "\t"));
    return config.ExposedPorts;
  };
  const ports = edit([]);
  try {
    await work();
  } finally {
    edit(ports);
  }
}
