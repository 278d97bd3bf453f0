import { isMap, type KubernetesObject } from "./object.ts";

/**
 * The objects that documents stand for in a cluster: those of a List one by one, as Helm installs them. What is no map is
 * left out.
 */
export function objectsOf(documents: unknown[]): KubernetesObject[] {
  return documents.flatMap((document): KubernetesObject[] => {
    if (!isMap(document)) return [];
    const { items, kind, apiVersion } = document;
    if (!Array.isArray(items)) return [named(document as KubernetesObject)];
    // An element of a ConfigMapList may leave out what the list says.
    const common = { apiVersion, kind: String(kind).replace(/List$/, "") };
    return objectsOf(items.map((item) => (isMap(item) ? { ...common, ...item } : item)));
  });
}

/** Hooks may leave the rest of their name to the API server. */
function named(object: KubernetesObject): KubernetesObject {
  const { name, generateName, annotations } = (object.metadata ?? {}) as Fields;
  if (name || !generateName || !isMap(annotations) || !annotations["helm.sh/hook"]) return object;
  return { ...object, metadata: { ...object.metadata, name: `${generateName}*` } };
}
type Fields = Record<string, unknown>;

/** A value without the fields that are null: to the API server, they are not there. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)])) as T;
}
