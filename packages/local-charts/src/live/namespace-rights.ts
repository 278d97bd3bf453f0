// Who deploys with the rights of one namespace may not write that namespace's own object: it has the labels by which the
// cluster holds pods to Pod Security, and goes with all rights in it.
import * as pulumi from "@pulumi/pulumi";
import { clusterGet, clusterRequest, NotThere, Refused } from "../cluster/request.ts";
import { unseenText } from "../cluster/unseen.ts";

const PATIENCE_MS = 2_500;
const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/**
 * Whether this login may make and change a namespace. True where that cannot be asked, as what follows says why, and under a
 * test's mocks.
 * @param fix what is said of a namespace that has to be there and is not: the command that makes it
 * @throws pulumi.RunError where it may neither write the namespace nor see it
 */
export async function mayWriteNamespace(context: string, namespace: string, fix: string): Promise<boolean> {
  return pulumi.runtime.hasEngine() ? mayWriteNow(context, namespace, fix) : true;
}

/** What mayWriteNamespace does where there is an engine. */
export async function mayWriteNow(context: string, namespace: string, fix: string): Promise<boolean> {
  // A namespace is a part of itself to the API server: so a Role in it can allow to read it, and this has to ask the same.
  const resourceAttributes = { verb: "patch", resource: "namespaces", name: namespace, namespace };
  const body = {
    ...{ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview" },
    spec: { resourceAttributes },
  };
  try {
    const answer = await clusterRequest(context, REVIEWS, { milliseconds: PATIENCE_MS, method: "POST", body });
    if ((answer as { status?: { allowed?: boolean } }).status?.allowed !== false) return true;
    await clusterGet(context, `/api/v1/namespaces/${namespace}`, PATIENCE_MS);
    return false;
  } catch (error) {
    const isRefused = error instanceof Refused && error.status === 403;
    if (!isRefused && !(error instanceof NotThere)) return true;
    throw new pulumi.RunError(
      `cluster ${context}: expected namespace ${namespace}, as this login may not make it, found ${isRefused ? "that it may not see it either" : "none"}; nothing was changed; ${fix}`,
    );
  }
}

/**
 * Says in one sentence what this login may not look at and may not write, as far as that was tried.
 * @param written what mayWriteNamespace answered
 */
export function sayUnseen(context: string, namespace: string, written: boolean): void {
  const text = unseenAndUnwritten(context, namespace, written);
  if (text) void pulumi.log.info(text);
}

/** What sayUnseen says; undefined for nothing. */
export function unseenAndUnwritten(context: string, namespace: string, written: boolean): string | undefined {
  const texts = [
    unseenText(context),
    written
      ? undefined
      : `namespace ${namespace} is read and neither made, changed nor removed, as this login may do no more`,
  ];
  return texts.filter((text) => text !== undefined).join("; ") || undefined;
}
