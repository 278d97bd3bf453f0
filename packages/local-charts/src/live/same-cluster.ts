// Whether a stack's state and a context speak of the same cluster: another one may have come under the name of the old.
import * as pulumi from "@pulumi/pulumi";
import { clusterGet } from "../cluster/request.ts";
import { failure } from "../failure.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";

/** Annotation of a namespace: the uid of the cluster that it was made in, as its state keeps it. */
export const CLUSTER_UID = "cluster-uid";

const PATIENCE_MS = 2_500;

/**
 * What no two clusters share: the uid of the namespace kube-system. Undefined where that may not be asked, or nobody
 * answers, and under a test's mocks.
 */
export async function clusterUid(context: string): Promise<string | undefined> {
  if (!pulumi.runtime.hasEngine()) return undefined;
  try {
    const found = await clusterGet(context, "/api/v1/namespaces/kube-system", PATIENCE_MS);
    return (found as { metadata: { uid?: string } }).metadata.uid;
  } catch {
    return undefined;
  }
}

/**
 * Ends the program where an object that has CLUSTER_UID among its annotations was made in another cluster, before anything
 * is looked for in this one.
 * @param now what clusterUid answered
 * @throws pulumi.RunError
 */
export function inSameCluster(
  resource: pulumi.CustomResource & { metadata: pulumi.Output<{ annotations?: Record<string, string> }> },
  context: string,
  now: string | undefined,
): pulumi.Output<pulumi.Resource> {
  return resource.metadata.apply((metadata): pulumi.Resource => {
    const then = metadata?.annotations?.[CLUSTER_UID];
    if (then === undefined || now === undefined || then === now) return resource;
    throw failure(
      `cluster ${context}: expected the one that this stack was deployed to (kube-system ${then}), found another under that name (${now}); nothing was changed; point the context to the right one, or where that is gone for good, \`pulumi refresh -s ${pulumi.getStack()}\` has the state forget what was in it, and the same command again deploys everything here`,
    );
  });
}

/**
 * Ends the program where a namespace is there that was made by something else: what goes into it would get between other
 * things, and go with it. Nothing is said where it cannot be asked, nor under a test's mocks.
 * @param label one that everything of the program has, and its value
 * @returns its annotations; none where it is not there, or cannot be asked
 * @throws pulumi.RunError with the line that takes it over
 */
export async function assertOwnNamespace(
  context: string,
  namespace: string,
  label: [string, string],
): Promise<Record<string, string>> {
  if (!pulumi.runtime.hasEngine()) return {};
  const found = (await clusterGet(context, `/api/v1/namespaces/${namespace}`, PATIENCE_MS).catch(() => undefined)) as
    | KubernetesObject
    | undefined;
  const [name, value] = label;
  if (!found || found.metadata.labels?.[name] === value) return found?.metadata.annotations ?? {};
  throw new pulumi.RunError(
    `cluster ${context}: expected no namespace ${namespace}, or one of this program's (label ${name}=${value}), found one that something else has made; nothing was changed; give the stack another name, or take the namespace over with what is in it: \`kubectl --context ${context} label namespace ${namespace} ${name}=${value}\``,
  );
}
