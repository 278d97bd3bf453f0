// What of a release's objects is in the cluster, and how: Helm's record only says what was sent there once.
import { objectPath } from "../cluster/discovery.ts";
import { clusterGet, NotThere, Refused } from "../cluster/request.ts";
import { autoscaledIn } from "../kubernetes/autoscaler.ts";
import { hookEvents, type KubernetesObject } from "../kubernetes/object.ts";
import { pathText } from "../kubernetes/path.ts";
import { type Drift, driftOf } from "./drift.ts";
import { wouldBe } from "./dry-run.ts";

/** An object that is not as the chart has it. */
export interface Drifted {
  object: KubernetesObject;
  live: KubernetesObject;
  drift: Drift[];
}

/** What of the objects that were asked for is in the cluster. */
export interface Live {
  missing: KubernetesObject[];
  drifted: Drifted[];
}

const PATIENCE_MS = 10_000;

/** An object as it is there; undefined where it is not. @throws as clusterGet */
export async function liveOne(
  context: string,
  namespace: string,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    return (await clusterGet(context, await objectPath(context, object, namespace), PATIENCE_MS)) as KubernetesObject;
  } catch (error) {
    if (error instanceof NotThere) return undefined;
    throw error;
  }
}

/** Looks at each object; hooks come and go, and do not count. @throws NoAnswer, or Error where nobody answers */
export async function lookAt(context: string, namespace: string, objects: KubernetesObject[]): Promise<Live> {
  const live: Live = { missing: [], drifted: [] };
  const scaled = new Set(autoscaledIn(objects));
  const looks = objects
    .filter((object) => hookEvents(object).length === 0)
    .map(async (object) => {
      try {
        const found = await clusterGet(context, await objectPath(context, object, namespace), PATIENCE_MS);
        const all = await driftIn(context, namespace, object, found as KubernetesObject);
        // Whoever set the number first, it is the autoscaler's since.
        const drift = scaled.has(object) ? all.filter(({ path }) => pathText(path) !== "spec.replicas") : all;
        if (drift.length > 0) live.drifted.push({ object, live: found as KubernetesObject, drift });
      } catch (error) {
        if (error instanceof NotThere) live.missing.push(object);
        // Who may not see a kind hears nothing of it, neither good nor bad.
        else if (!(error instanceof Refused)) throw error;
      }
    });
  await Promise.all(looks);
  return live;
}

/** As driftOf, in which other forms of the same value, and what the API server fills in, do not count. */
export async function driftIn(
  context: string,
  namespace: string,
  object: KubernetesObject,
  live: KubernetesObject,
): Promise<Drift[]> {
  const first = driftOf(object, live);
  if (first.length === 0) return [];
  // Other forms of the same value, and what is filled in: only the API server knows them all, and rarely has to be asked.
  const made = await wouldBe(context, namespace, object);
  return made ? driftOf(made, live) : first.filter(({ before }) => before !== undefined);
}
