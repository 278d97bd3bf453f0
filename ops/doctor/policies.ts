// Whether a cluster enforces NetworkPolicies: tried, as the name of its network plugin does not say. In a namespace of its own,
// which goes afterwards.
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fullName } from "../../cluster/engine-images.ts";
import { imagesInNode } from "../../cluster/node.ts";
import { ENFORCED } from "../../components/namespace.ts";
import { run, tryRun } from "../../tools/command.ts";
import type { Step } from "../../tools/steps.ts";
import type { Verdict } from "./verdict.ts";

const what = "network policies";

/** For two pods whose image is there. */
const TIMEOUT_MS = 60_000;
/** Beside an update, which is not to wait for them. */
const MOST_BESIDE_MS = 30_000;
/** A policy takes a moment to reach a node. */
const TRIES = 10;
const IN_A_ROW = 3;

/**
 * Begins to try it beside an update, unless the environment's namespace says already what came of it, or the image is not there.
 * @returns the step that waits for what comes of it, has the namespace keep that, which every later update reads, and says it
 */
export async function beginTrial(context: string, namespace: string, image: string): Promise<Step | undefined> {
  const annotation = `jsonpath={.metadata.annotations.${ENFORCED.replaceAll(".", "\\.")}}`;
  const place = ["--context", context, "--request-timeout=5s", "get", "namespace", namespace];
  if (await tryRun("kubectl", [...place, "--output", annotation])) return undefined;
  if (!(await imagesInNode()).has(fullName(image))) return undefined;
  const trial = policiesVerdict(context, image, MOST_BESIDE_MS);
  return {
    title: `${what}: trying whether the cluster enforces them`,
    run: async () => {
      const verdict = await trial;
      await keepVerdict(context, namespace, verdict);
      return [`${verdict.what}: ${verdict.found}`, verdict.remedy].filter(Boolean).join("; ");
    },
  };
}

/** Has an environment's namespace say what came of it; where it may not be written to, nobody knows the next time. */
export async function keepVerdict(context: string, namespace: string, { is }: Verdict): Promise<void> {
  const value = { ok: "yes", warning: "no", wrong: undefined, unknown: undefined }[is];
  if (!value) return;
  const place = ["--context", context, "--request-timeout=5s", "annotate", "namespace", namespace];
  await tryRun("kubectl", [...place, `${ENFORCED}=${value}`, "--overwrite"]);
}

/**
 * Two pods call the API server; nothing is allowed to one of them.
 * @param image one with bash, which the cluster has or can pull
 * @param patience milliseconds for them to start
 */
export async function policiesVerdict(context: string, image: string, patience = TIMEOUT_MS): Promise<Verdict> {
  const namespace = `probe-${randomBytes(4).toString("hex")}`;
  const kubectl = (...args: string[]) => run("kubectl", ["--context", context, "--request-timeout=20s", ...args]);
  try {
    await kubectl("create", "namespace", namespace);
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects(image) });
    await run("kubectl", ["--context", context, "-n", namespace, "create", "-f", "-"], { input, stdin: undefined });
    const deadline = Date.now() + patience;
    for (;;) {
      const phases = "jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}";
      const said = await kubectl("-n", namespace, "get", "pods", "--output", phases);
      const [allowed, denied] = ["allowed", "denied"].map((name) => new RegExp(`${name}=(\\w+)`).exec(said)?.[1] ?? "");
      if (/Succeeded|Failed/.test(allowed) && /Succeeded|Failed/.test(denied)) return enforcement(allowed, denied);
      if (Date.now() > deadline) {
        const found = `could not be tried, as a pod of ${image} did not start within ${patience / 1000} s (${said.trim()})`;
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

/** What the ends of both pods come to, as Kubernetes calls them: `Failed` for one that reached nothing. */
export function enforcement(allowed: string, denied: string): Verdict {
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

/**
 * Fails when it is kept from connecting several times in a row: one failure may be a busy node's.
 * @param pause seconds between two tries
 */
export const deniedScript = (connect: string, pause: number) =>
  `failed=0; for i in $(seq ${TRIES}); do if ${connect}; then failed=0; else failed=$((failed + 1)); fi; [ $failed -lt ${IN_A_ROW} ] || exit 1; sleep ${pause}; done; exit 0`;

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
    pod("denied", deniedScript(connect, 1)),
  ];
}
