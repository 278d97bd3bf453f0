// How long pods took to become ready.
import { run } from "../../tools/command.ts";

interface Pod {
  metadata: { creationTimestamp: string };
  status: { conditions?: { type: string; status: string; lastTransitionTime: string }[] };
}

/** Seconds from a pod's creation until it was ready, that 95 of 100 pods did not exceed; pods that are not ready do not count. */
export function readyWithin(pods: Pod[]): number | undefined {
  const seconds = pods.flatMap(({ metadata, status }) => {
    const ready = status.conditions?.find((condition) => condition.type === "Ready" && condition.status === "True");
    return ready ? [(Date.parse(ready.lastTransitionTime) - Date.parse(metadata.creationTimestamp)) / 1000] : [];
  });
  return seconds.sort((a, b) => a - b)[Math.ceil(seconds.length * 0.95) - 1];
}

/** All pods of a namespace. */
export async function podsOf(context: string, namespace: string): Promise<Pod[]> {
  const args = ["--context", context, "--namespace", namespace, "get", "pods", "--output", "json"];
  return JSON.parse(await run("kubectl", args)).items;
}
