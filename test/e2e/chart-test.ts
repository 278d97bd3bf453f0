// A chart's own test, with all that is known when it fails.
import { dev, type Place } from "./cluster.ts";
import { look } from "./evidence.ts";

/** Runs `helm test`. @throws Error with the test pod's log, its events, and the pods that it may have asked */
export function chartTest(release: string, { stack, helm }: Pick<Place, "stack" | "helm"> = dev): void {
  try {
    helm("test", release, "--timeout", "180s");
  } catch (error) {
    throw new Error(`${(error as Error).message.trim()}\n${evidence(`todo-${stack}`, `${release}-test`)}`);
  }
}

function evidence(namespace: string, pod: string): string {
  const log = look(namespace, "logs", pod, "--all-containers", "--timestamps", "--tail=30");
  const about = ["--field-selector", `involvedObject.name=${pod}`, "--sort-by=.lastTimestamp"];
  const events = look(namespace, "get", "events", ...about);
  const pods = look(namespace, "get", "pods", "--output", "wide");
  return [`log of ${pod}:`, log, `events of ${pod}:`, events, "pods:", pods].join("\n");
}
