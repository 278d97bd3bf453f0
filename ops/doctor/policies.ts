// Whether a cluster enforces NetworkPolicies: tried, as the name of its network plugin does not say. In a namespace of its own,
// which goes afterwards.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../tools/command.ts";
import type { Verdict } from "./verdict.ts";

/** For two pods whose image is there. */
const TIMEOUT_MS = 60_000;
/** A policy takes a moment to reach a node. */
const TRIES = 10;

/**
 * Two pods call the API server; nothing is allowed to one of them.
 * @param image one with bash, which the cluster has or can pull
 */
export async function policiesVerdict(context: string, image: string): Promise<Verdict> {
  const what = "network policies";
  const namespace = `probe-${randomBytes(4).toString("hex")}`;
  const kubectl = (...args: string[]) => run("kubectl", ["--context", context, "--request-timeout=20s", ...args]);
  try {
    await kubectl("create", "namespace", namespace);
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects(image) });
    await run("kubectl", ["--context", context, "-n", namespace, "create", "-f", "-"], { input, stdin: undefined });
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const phases = "jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}";
      const said = await kubectl("-n", namespace, "get", "pods", "--output", phases);
      const [allowed, denied] = ["allowed", "denied"].map((name) => new RegExp(`${name}=(\\w+)`).exec(said)?.[1] ?? "");
      if (/Succeeded|Failed/.test(allowed) && /Succeeded|Failed/.test(denied)) return verdict(what, allowed, denied);
      if (Date.now() > deadline) {
        const found = `could not be tried, as a pod of ${image} did not start within ${TIMEOUT_MS / 1000} s (${said.trim()})`;
        return { is: "unknown", what, found };
      }
      await sleep(500);
    }
  } catch (error) {
    return { is: "unknown", what, found: `could not be tried: ${(error as Error).message.split("\n")[0]}` };
  } finally {
    await kubectl("delete", "namespace", namespace, "--wait=false", "--ignore-not-found").catch(() => {});
  }
}

function verdict(what: string, allowed: string, denied: string): Verdict {
  if (allowed === "Failed")
    return {
      is: "unknown",
      what,
      found: "could not be tried: a pod that everything is allowed reached nothing either",
    };
  if (denied === "Failed") return { is: "ok", what, found: "enforced: a pod that is allowed nothing reached nothing" };
  return {
    ...{ is: "warning", what, found: "not enforced: a pod that is allowed nothing reached the API server" },
    remedy:
      "a network plugin that enforces them, Calico say; todo:networkPolicies changes nothing in this cluster, and every pod reaches every other",
  };
}

function objects(image: string): object[] {
  const connect = "timeout 2 bash -c '</dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT' 2>/dev/null";
  const pod = (name: string, script: string) => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name, labels: { probe: name } } },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          ...{ name: "probe", image, imagePullPolicy: "IfNotPresent", command: ["bash", "-c", script] },
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  });
  return [
    {
      ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "denied" } },
      spec: { podSelector: { matchLabels: { probe: "denied" } }, policyTypes: ["Egress"], egress: [] },
    },
    pod("allowed", `for i in $(seq ${TRIES}); do ${connect} && exit 0; sleep 1; done; exit 1`),
    pod("denied", `for i in $(seq ${TRIES}); do ${connect} || exit 1; sleep 1; done; exit 0`),
  ];
}
