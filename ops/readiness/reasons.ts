// Why a deployment did not come to its end: Pulumi repeats Helm, and Helm says that it waited. The reason is in the cluster.
import { profile } from "../../cluster/profile.ts";
import { isAboutSchema, migrationHint } from "../../components/schema.ts";
import { tryRun } from "../../tools/command.ts";
import { type ClusterObject, controllerOf } from "./cluster-object.ts";
import { deadlineOfJob, deadlineOfStart } from "./deadlines.ts";
import { type FailingContainer, failing } from "./failing.ts";
import { answerOf, unansweredProbes } from "./probes.ts";
import { hiding } from "./secret-values.ts";
import { unready } from "./unready.ts";

/** Lines of a container's log that are shown, letters of each, and events of a pod. */
const [LINES, LETTERS, EVENTS] = [10, 500, 2];

interface Event {
  reason: string;
  message: string;
  involvedObject: { name: string };
}

/**
 * Shows what of a stack's namespace is not ready or has failed, and what it said last, without any secret; nothing where all
 * is well or nobody answers.
 */
export async function tellReasons(stack: string): Promise<void> {
  const namespace = `todo-${stack}`;
  const kinds = "deployments,statefulsets,daemonsets,jobs,pods";
  const answer = await kubectl("get", kinds, "--all-namespaces", "--output", "json");
  if (answer === undefined) return;
  const { items } = JSON.parse(answer) as { items: ClusterObject[] };
  const { jobs, containers } = failing(items, namespace);
  // Pods of before the node's start are as good as others here.
  const lines = [
    ...[...jobs].map(([name, line]) => line + deadlineOfJob(name, line)),
    ...unready(items, namespace, new Date(0)),
  ];
  if (lines.length === 0) return;
  const hide = await hiding(namespace, items);
  const show = (title: string, text = "") =>
    console.error(hide(text ? `  ${title}:\n${indented(text)}` : `  ${title}`));
  console.error(hide(`\nin ${namespace}:\n${lines.map((line) => `  ${line}`).join("\n")}`));

  const spoken = new Set<string>();
  for (const container of containers) {
    const { pod, container: name, previous } = container;
    const log = await logOf(namespace, container);
    if (!log) continue;
    spoken.add(pod);
    show(`log of ${pod}, container ${name}${previous ? ", of its last run" : ""}`, log);
  }
  for (const asked of unansweredProbes(items, namespace)) {
    const answer = await answerOf(asked);
    spoken.add(asked.pod);
    show(`${asked.what} probe of ${asked.pod}: GET ${asked.path} at port ${asked.port} was answered with ${answer}`);
    if (isAboutSchema(answer)) show(migrationHint(stack, true));
  }

  const events = await warnings(namespace);
  const pods = unreadyPods(items, namespace);
  for (const pod of pods) {
    const late = events.some((event) => isOf(event, pod) && event.message.startsWith("Startup probe failed"));
    if (late) show(deadlineOfStart(pod));
  }
  // A Job that is given up takes the pods with it that have not ended; what went wrong with those stays among the events.
  const gone = [...jobs.keys()].filter((job) => !containers.some(({ pod }) => pod.startsWith(`${job}-`)));
  const silent = [...gone.map((job) => `${job}-`), ...pods.filter((pod) => !spoken.has(pod))];
  for (const name of silent) {
    const own = events.filter((event) => event.involvedObject.name.startsWith(name) && !repeats(event));
    const texts = [...new Set(own.map(({ reason, message }) => `${reason}: ${message}`))].slice(-EVENTS);
    const whose = name.endsWith("-") ? `the pods of ${name.slice(0, -1)}` : name;
    if (texts.length > 0) show(`events of ${whose}`, texts.join("\n"));
  }
}

const kubectl = (...args: string[]) => tryRun("kubectl", ["--context", profile, "--request-timeout=20s", ...args]);

/** The end of a container's log; where the run before is not kept any more, of the present one. */
async function logOf(namespace: string, { pod, container, previous }: FailingContainer): Promise<string | undefined> {
  const options = ["--namespace", namespace, "logs", pod, "--container", container, `--tail=${LINES}`];
  const log = (previous && (await kubectl(...options, "--previous"))) || (await kubectl(...options));
  return log?.replace(new RegExp(`^(.{${LETTERS}}).+$`, "gm"), "$1…");
}

async function warnings(namespace: string): Promise<Event[]> {
  const query = ["events", "--field-selector", "type=Warning", "--sort-by", ".lastTimestamp", "--output", "json"];
  const answer = await kubectl("--namespace", namespace, "get", ...query);
  return (JSON.parse(answer ?? '{ "items": [] }') as { items: Event[] }).items;
}

/** The kubelet reports why an image does not come, and then, as an event of its own, that it did not. */
const repeats = ({ message }: Event) => /^Error: \w*Image\w*$/.test(message);

const isOf = ({ involvedObject }: Event, pod: string) => involvedObject.name === pod;

/** Pods that stay and are not ready; those of Jobs end. */
function unreadyPods(objects: ClusterObject[], namespace: string): string[] {
  return objects
    .filter(({ kind, metadata, status }) => {
      const here = kind === "Pod" && metadata.namespace === namespace && !metadata.deletionTimestamp;
      const ready = status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      return here && !ready && controllerOf(metadata) && controllerOf(metadata)?.kind !== "Job";
    })
    .map(({ metadata }) => metadata.name);
}

const indented = (text: string) => text.replace(/^/gm, "    ");
