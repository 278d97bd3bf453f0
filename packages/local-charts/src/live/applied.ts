// Objects made what they shall be by server-side apply, whatever is there: for what is neither Helm's nor Pulumi's.
import { objectPath } from "../cluster/discovery.ts";
import { clusterRequest } from "../cluster/request.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";

const PATIENCE_MS = 10_000;

/**
 * Applies objects, one after the other.
 * @param manager as the API server calls who did it
 * @throws Error in a few words where it does not take one
 */
export async function applied(
  context: string,
  namespace: string,
  objects: KubernetesObject[],
  manager: string,
): Promise<void> {
  for (const body of objects) {
    const path = `${await objectPath(context, body, namespace)}?force=true&fieldManager=${manager}`;
    const options = { milliseconds: PATIENCE_MS, method: "PATCH", type: "application/apply-patch+yaml", body } as const;
    await clusterRequest(context, path, options);
  }
}
