// What of a release's objects is in the cluster, and how: Helm's record only says what was sent there once.
import { listPath, objectPath } from "../cluster/discovery.ts";
import { clusterGet, clusterRequest, NotThere, Refused } from "../cluster/request.ts";
import { hookEvents, type KubernetesObject } from "../kubernetes/object.ts";
import { digest } from "../render/chart.ts";
import { type Drift, driftOf } from "./drift.ts";

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

/** Looks at each object; hooks come and go, and do not count. @throws NoAnswer, or Error where nobody answers */
export async function lookAt(context: string, namespace: string, objects: KubernetesObject[]): Promise<Live> {
  const live: Live = { missing: [], drifted: [] };
  const looks = objects
    .filter((object) => hookEvents(object).length === 0)
    .map(async (object) => {
      try {
        const found = await clusterGet(context, await objectPath(context, object, namespace), PATIENCE_MS);
        const drift = await differences(context, namespace, object, found as KubernetesObject);
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

async function differences(
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

/** What the API server would make of an object today; undefined where it refuses to say. */
async function wouldBe(
  context: string,
  namespace: string,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  // Under another name, as what is there already would be in its way; so are the node ports that it has.
  const name = `dry-run-${digest([object])}`;
  const asked = withoutNodePorts({ ...object, metadata: { ...object.metadata, name } });
  try {
    const path = `${await listPath(context, asked, namespace)}?dryRun=All`;
    const made = await clusterRequest(context, path, { milliseconds: PATIENCE_MS, method: "POST", body: asked });
    return withNodePorts(made as KubernetesObject, object);
  } catch (error) {
    if (error instanceof Refused || error instanceof NotThere) return undefined;
    throw error;
  }
}

interface Ports {
  ports?: { nodePort?: number }[];
}

function withoutNodePorts(object: KubernetesObject): KubernetesObject {
  const { ports } = (object.spec ?? {}) as Ports;
  if (object.kind !== "Service" || !ports) return object;
  const free = ports.map(({ nodePort: _, ...port }) => port);
  return { ...object, spec: { ...(object.spec as object), ports: free } };
}

/** A node port is the one that is asked for, and any where none is. */
function withNodePorts(made: KubernetesObject, { spec }: KubernetesObject): KubernetesObject {
  const [free, asked] = [made.spec, spec] as Ports[];
  if (made.kind !== "Service" || !free?.ports) return made;
  const ports = free.ports.map(({ nodePort: _, ...port }, index) => {
    const nodePort = asked?.ports?.[index]?.nodePort;
    return { ...port, ...(nodePort && { nodePort }) };
  });
  return { ...made, spec: { ...(made.spec as object), ports } };
}
