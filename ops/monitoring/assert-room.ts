// Asked before anything is installed: a pod that finds no room waits, and with it whoever has asked for it.
import { parseQuantity } from "local-charts/objects";
import { memoryMiB, profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { isMonitoring, monitoringNeeds } from "./needs.ts";
import { lacks, requestsOf, sum } from "./room.ts";

interface Listed {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: { containers: { resources?: { requests?: Record<string, unknown> } }[] };
  status: { phase?: string; allocatable?: Record<string, string> };
}

/** @throws Failure with what does not fit, and how there is more */
export async function assertMonitoringFits(): Promise<void> {
  const ask = ["--context", profile, "--request-timeout=20s", "get", "nodes,pods", "--all-namespaces"];
  const { items } = JSON.parse(await run("kubectl", [...ask, "--output", "json"])) as { items: Listed[] };
  const nodes = items.filter(({ kind }) => kind === "Node");
  const runs = items.filter(
    (item) => item.kind === "Pod" && !["Succeeded", "Failed"].includes(item.status.phase ?? "") && !isMonitoring(item),
  );
  const has = nodes.map(({ status: { allocatable = {} } }) => ({
    cpu: parseQuantity(allocatable.cpu) ?? 0,
    // A node that is a container may say that it has all of the machine's.
    memory: Math.min(parseQuantity(allocatable.memory) ?? 0, memoryMiB * 2 ** 20),
  }));
  const found = lacks(
    monitoringNeeds(nodes.length),
    sum(has),
    sum(runs.map(({ spec }) => requestsOf(spec?.containers ?? []))),
  );
  if (found.length === 0) return;
  throw new Failure(
    `monitoring does not fit into the cluster beside what runs:\n${found.map((line) => `    ${line}`).join("\n")}\n  nothing was installed; remove an environment (\`make down ENV=…\`), add a node (\`make cluster NODES=2\`), or raise \`cpus\` and \`memoryMiB\` in cluster/profile.ts, and have \`make clean\` and \`make up\` make the cluster anew, data and all`,
  );
}
