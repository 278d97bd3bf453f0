// What a live object is besides what the chart says: pure.
import { type FieldChange, fieldChanges } from "../kubernetes/compare.ts";
import { isMap, type KubernetesObject, normalised } from "../kubernetes/object.ts";
import type { Path } from "../kubernetes/path.ts";
import { handsAt, type Manager, ownerOf } from "./managers.ts";

/** A field of a live object that is not as the chart has it. */
export interface Drift extends FieldChange {
  /** `before` is what the chart says, `after` what is there. */
  path: Path;
  /** `left` by an update that did not get to its end; `changed` by somebody since. */
  why: "left" | "changed";
  /** As the API server calls who did it: `kubectl-edit`. */
  by: string[];
}

/** How annotations begin in which a program notes what it has found out about an object's surroundings. */
export const NOTED = "noted.local-charts/";

/** Annotations of Helm's, of ours and of operations, which no chart has and nothing follows from. */
const BESIDE =
  /^(cluster-uid|noted\.local-charts\/.*|meta\.helm\.sh\/release-name(space)?|deployment\.kubernetes\.io\/revision|deprecated\.daemonset\.template\.generation|kubernetes\.io\/change-cause|kubectl\.kubernetes\.io\/(restartedAt|last-applied-configuration))$/;

/**
 * Fields of a live object that differ from the chart's.
 * @param said the object as the chart has it; better as the API server would make it today, with all that it fills in
 */
export function driftOf(said: KubernetesObject, live: KubernetesObject): Drift[] {
  const managers = (live.metadata as { managedFields?: Manager[] }).managedFields ?? [];
  const [wanted, found] = [comparable(said), comparable(live)];
  return fieldChanges(wanted, found).flatMap((change): Drift[] => {
    const { path, before, after } = change;
    if (path.at(-1) === "[order]") return [];
    // Where the chart has nothing of it, it is somebody's only if somebody set it.
    const owner = ownerOf(managers, path, found);
    if (owner === "controller" || (before === undefined && owner === "nobody")) return [];
    if (before === undefined && isEmpty(after)) return [];
    const why = owner === "helm" && before === undefined ? "left" : "changed";
    return [{ ...change, why, by: handsAt(managers, path, found) }];
  });
}

const isEmpty = (value: unknown) =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** Without what only the API server writes. */
function comparable(object: KubernetesObject): KubernetesObject {
  const { status: _, metadata, ...rest } = object;
  const { labels, annotations } = metadata;
  const kept = { ...rest, metadata: { name: "", labels, annotations } } as KubernetesObject;
  const plain = withoutBeside(normalised(textData(kept)), []);
  return withoutAllocated(plain as KubernetesObject);
}

/** Without those annotations, of pods too; a map of them that is empty then is not there. */
function withoutBeside(value: unknown, path: Path): unknown {
  if (!isMap(value)) return value;
  const own = path.at(-1) === "annotations";
  const kept = Object.entries(value)
    .filter(([key]) => !(own && BESIDE.test(key)))
    .map(([key, inner]) => [key, key === "containers" ? inner : withoutBeside(inner, [...path, key])] as const)
    .filter(([key, inner]) => key !== "annotations" || (isMap(inner) && Object.keys(inner).length > 0));
  return Object.fromEntries(kept);
}

/** What the API server chooses for a Service or a claim, and never changes. */
function withoutAllocated(object: KubernetesObject): KubernetesObject {
  const { spec } = object;
  if (!isMap(spec)) return object;
  const { clusterIP: _, clusterIPs: __, volumeName: ___, healthCheckNodePort: ____, ...rest } = spec;
  return { ...object, spec: rest };
}

/** A Secret's texts in the form in which it is kept. */
function textData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret" || !isMap(object.stringData)) return object;
  const { stringData, ...rest } = object;
  const data = Object.entries(stringData as Record<string, string>).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  return { ...rest, data: { ...(isMap(rest.data) ? rest.data : {}), ...Object.fromEntries(data) } } as KubernetesObject;
}
