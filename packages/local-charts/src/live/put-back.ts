// Makes live objects what they were deployed as, where somebody changed or deleted them.
import { listPath, objectPath } from "../cluster/discovery.ts";
import { clusterGet, clusterRequest, Refused } from "../cluster/request.ts";
import { setAt } from "../kubernetes/compare.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import type { Live } from "./look.ts";

const PATIENCE_MS = 10_000;
const TRIES = 5;
/** Of what is immutable. */
const FIXED = ["data", "stringData", "binaryData", "immutable"];

/**
 * What of a namespace's objects lookAt found gone or changed is made again, and set back.
 * @param release by which Helm knows its own; none for what Helm has not made
 * @throws Error in a few words where the API server does not take it
 */
export async function putBack(
  context: string,
  namespace: string,
  { missing, drifted }: Live,
  release?: string,
): Promise<void> {
  const send = (path: string, method: "POST" | "PUT" | "DELETE", body?: unknown) =>
    clusterRequest(context, path, { milliseconds: PATIENCE_MS, method, body });
  const create = async (object: KubernetesObject) =>
    send(await listPath(context, object, namespace), "POST", release ? ofRelease(object, release, namespace) : object);
  await Promise.all(missing.map(create));
  const changed = drifted.map(async ({ object, live, drift }) => {
    const path = await objectPath(context, object, namespace);
    // What cannot be changed was deleted and made by somebody, and so is it here.
    if (live.immutable === true && drift.some(({ path: [field] }) => FIXED.includes(field))) {
      await send(path, "DELETE");
      await create(object);
      return;
    }
    let now = structuredClone(live);
    for (let tries = 1; ; tries += 1) {
      // From the end, so that an index stays what it was.
      for (const { path: field, before } of drift.toReversed()) setAt(now, field, before);
      try {
        await send(path, "PUT", now);
        return;
      } catch (error) {
        // Its status has changed since it was looked at, say.
        if (!(error instanceof Refused && error.status === 409) || tries === TRIES) throw error;
        now = (await clusterGet(context, path, PATIENCE_MS)) as KubernetesObject;
      }
    }
  });
  await Promise.all(changed);
}

/** An object as Helm marks its own. */
function ofRelease(object: KubernetesObject, release: string, namespace: string): KubernetesObject {
  const { labels, annotations } = object.metadata;
  const marks = { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace };
  const metadata = {
    ...object.metadata,
    labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
    annotations: { ...annotations, ...marks },
  };
  return { ...object, metadata };
}
