// A chart's own test, with all that is known when it fails.
import { helm, kubectl } from "./cluster";

/** Runs `helm test`. @throws Error with the test pod's log, its events, and the pods that it may have asked */
export function chartTest(release: string): void {
  try {
    helm("test", release, "--timeout", "60s");
  } catch (error) {
    throw new Error(`${(error as Error).message.trim()}\n${evidence(`${release}-test`)}`);
  }
}

function evidence(pod: string): string {
  const look = (...args: string[]) => {
    try {
      return kubectl(...args).trim();
    } catch (error) {
      return (error as Error).message.trim();
    }
  };
  const log = look("logs", pod, "--all-containers", "--timestamps", "--tail=30");
  const events = look("get", "events", "--field-selector", `involvedObject.name=${pod}`, "--sort-by=.lastTimestamp");
  return [`log of ${pod}:`, log, `events of ${pod}:`, events, "pods:", look("get", "pods", "--output", "wide")].join(
    "\n",
  );
}
