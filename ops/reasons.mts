// Why a deployment did not come to its end: Pulumi repeats Helm, and Helm says that it waited. The reason is in the cluster.
import { profile } from "../cluster/profile.mts";
import { ask } from "../tools/main.mts";
import { type ClusterObject, failing, unready } from "./unready.mts";

/** Lines of a container's log that are shown, and events of a Job's pods. */
const [LINES, EVENTS] = [5, 2];

/** Shows what of a namespace is not ready or has failed, and what it said last; nothing where all is well or nobody answers. */
export async function tellReasons(namespace: string): Promise<void> {
  const kubectl = (...args: string[]) => ask("kubectl", ["--context", profile, "--request-timeout=20s", ...args]);
  const kinds = "deployments,statefulsets,daemonsets,jobs,pods";
  const answer = await kubectl("get", kinds, "--all-namespaces", "--output", "json");
  if (answer === undefined) return;
  const { items } = JSON.parse(answer) as { items: ClusterObject[] };
  const { jobs, containers } = failing(items, namespace);
  // Pods of before the node's start are as good as others here.
  const lines = [...jobs.values(), ...unready(items, namespace, new Date(0))];
  if (lines.length === 0) return;
  console.error(`\nin ${namespace}:\n${lines.map((line) => `  ${line}`).join("\n")}`);
  for (const { pod, container, previous } of containers) {
    const options = ["--container", container, `--tail=${LINES}`, ...(previous ? ["--previous"] : [])];
    const log = await kubectl("--namespace", namespace, "logs", pod, ...options);
    if (log) console.error(`  log of ${pod}, container ${container}:\n${indented(log)}`);
  }
  // A Job that is given up takes the pods with it that have not ended; what went wrong with those stays among the events.
  const silent = [...jobs.keys()].filter((job) => !containers.some(({ pod }) => pod.startsWith(`${job}-`)));
  if (silent.length === 0) return;
  const warnings = ["events", "--field-selector", "type=Warning", "--sort-by", ".lastTimestamp", "--output", "json"];
  const events = JSON.parse((await kubectl("--namespace", namespace, "get", ...warnings)) ?? '{ "items": [] }') as {
    items: { reason: string; message: string; involvedObject: { name: string } }[];
  };
  for (const job of silent) {
    const own = events.items.filter(({ involvedObject }) => involvedObject.name.startsWith(`${job}-`));
    const texts = [...new Set(own.map(({ reason, message }) => `${reason}: ${message}`))].slice(-EVENTS);
    if (texts.length > 0) console.error(`  events of the pods of ${job}:\n${indented(texts.join("\n"))}`);
  }
}

const indented = (text: string) => text.replace(/^/gm, "    ");
