// What Pulumi made once it takes for being there: it looks again only when its own input changes, or in a refresh.
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { listPath, objectPath } from "../cluster/discovery.ts";
import { clusterGet, clusterRequest, NotThere } from "../cluster/request.ts";
import type { Say } from "../cluster/wait.ts";
import { failure } from "../failure.ts";
import { type KubernetesObject, title } from "../kubernetes/object.ts";
import { driftLines } from "./as-live.ts";
import { driftIn, liveOne } from "./look.ts";
import { type Manager, madeByUs } from "./managers.ts";

const PATIENCE_MS = 10_000;
const PREVIEW_MS = 2_500;
/** What is being taken away has to be gone first: a namespace takes as long as its pods. */
const ENDING_MS = 120_000;

/**
 * An object that Pulumi manages, once it is really there: what somebody has deleted since is made again, with a word about
 * it, and a preview says what would be. What comes behind it has this in `dependsOn`. Nothing under a test's mocks.
 * @param object all of it; may hold secrets
 */
export function ensured<T extends pulumi.CustomResource>(
  resource: T,
  context: string,
  object: pulumi.Input<KubernetesObject>,
): pulumi.Output<pulumi.Resource> {
  const itself = resource.urn.apply((): pulumi.Resource => resource);
  if (!pulumi.runtime.hasEngine()) return itself;
  const say: Say = (text, kind = "info") => void pulumi.log[kind](text, resource);
  if (pulumi.runtime.isDryRun()) {
    // Of what Pulumi would make there is no id yet, and nothing to look at.
    pulumi.all([resource.id, object]).apply(([, wanted]) => sayMissing(context, wanted as KubernetesObject, say));
    return itself;
  }
  return pulumi.all([resource.id, object]).apply(async ([, wanted]) => {
    const object = wanted as KubernetesObject;
    await ensureThere(context, object, say).catch((error: unknown) => {
      if (pulumi.RunError.isInstance(error)) throw error;
      const name = title(object, object.metadata.namespace ?? "");
      throw failure(
        `${name}: cluster ${context} could not be asked for it: ${(error as Error).message}; see that \`kubectl --context ${context} get nodes\` answers, then run this again`,
      );
    });
    return resource;
  });
}

/**
 * Resolves when nothing of an immutable object's name and of another content is in its way: one that was made for what had
 * this name before, and is kept while a pod could come back with it. What somebody else has made is left. Nothing in a preview,
 * nor under a test's mocks.
 * @param object all of it; may hold secrets
 */
export function wayFor(context: string, object: pulumi.Input<KubernetesObject>): pulumi.Output<void> {
  const way = pulumi.output(object).apply(async (wanted) => {
    if (!pulumi.runtime.isDryRun() && pulumi.runtime.hasEngine()) await makeWay(context, wanted as KubernetesObject);
  });
  return pulumi.unsecret(way);
}

/** What wayFor does. Where the cluster cannot be asked, what makes the object says so. */
export async function makeWay(context: string, wanted: KubernetesObject): Promise<void> {
  const namespace = wanted.metadata.namespace ?? "";
  try {
    const live = await liveOne(context, namespace, wanted);
    if (live?.immutable !== true) return;
    const drift = await driftIn(context, namespace, wanted, live);
    const managers = (live.metadata as { managedFields?: Manager[] }).managedFields ?? [];
    if (!drift.some(({ path: [field] }) => field === "data") || !madeByUs(managers)) return;
    const options = { milliseconds: PATIENCE_MS, method: "DELETE" } as const;
    await clusterRequest(context, await objectPath(context, wanted, namespace), options);
  } catch {}
}

/** What a preview says; nothing where the cluster cannot be asked, which others say. */
async function sayMissing(context: string, object: KubernetesObject, say: Say): Promise<void> {
  const namespace = object.metadata.namespace ?? "";
  try {
    const found = await clusterGet(context, await objectPath(context, object, namespace), PREVIEW_MS);
    await sayDrift(context, object, found as KubernetesObject, say);
  } catch (error) {
    if (error instanceof NotThere)
      say(`+ ${title(object, namespace)} is not in the cluster any more, and is made again`);
  }
}

/** @throws pulumi.RunError where it cannot be made */
export async function ensureThere(context: string, object: KubernetesObject, say: Say): Promise<void> {
  const namespace = object.metadata.namespace ?? "";
  const name = title(object, namespace);
  const deadline = Date.now() + ENDING_MS;
  let told = false;
  for (;;) {
    const found = await liveOne(context, namespace, object);
    const { deletionTimestamp } = (found?.metadata ?? {}) as { deletionTimestamp?: string };
    const ending = deletionTimestamp !== undefined;
    if (found && !ending) return sayDrift(context, object, found, say);
    if (!found) break;
    if (Date.now() > deadline) {
      throw failure(
        `${name} is being deleted for ${ENDING_MS / 1000} s; see what holds it (\`kubectl --context ${context} get ${object.kind.toLowerCase()} ${object.metadata.name} -o yaml\`, its finalizers), then run this again`,
      );
    }
    if (!told) say(`${name} is being deleted; waiting for its end`);
    told = true;
    await sleep(1_000);
  }
  const options = { milliseconds: PATIENCE_MS, method: "POST", body: object } as const;
  await clusterRequest(context, await listPath(context, object, namespace), options);
  say(`${name} was not there any more, and was made again`);
}

/** Names what somebody changed by hand: Pulumi looks at its own state only. */
async function sayDrift(context: string, object: KubernetesObject, live: KubernetesObject, say: Say): Promise<void> {
  const namespace = object.metadata.namespace ?? "";
  const drift = await driftIn(context, namespace, object, live);
  const lines = driftLines([{ object, live, drift }], namespace, ({ why }) => why === "changed", "the program");
  if (lines.length > 0) say(`changed in the cluster by hand, and left so: ${lines.join("; ")}`, "warn");
}
