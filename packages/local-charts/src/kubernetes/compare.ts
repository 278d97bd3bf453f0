import { isDefault } from "./defaults.ts";
import type { KubernetesObject } from "./object.ts";
import { familyName, hookEvents, identity, isMap, normalised } from "./object.ts";
import type { Path } from "./path.ts";

/** A field that differs; `before` or `after` is undefined where the field is not there. */
export interface FieldChange {
  path: Path;
  before?: unknown;
  after?: unknown;
}

/** What happens to one object of a release. */
export interface ObjectChange {
  what: "added" | "changed" | "removed";
  before?: KubernetesObject;
  after?: KubernetesObject;
  /** Empty for an object that is added or removed. */
  fields: FieldChange[];
  /** When Helm runs it; empty for an object that it installs. */
  hook: string[];
}

/**
 * What differs between the objects that are deployed and those that would be, both in full: hooks are compared with
 * hooks, as Helm keeps them apart. In the order of the objects; what is removed comes last.
 */
export function compare(before: KubernetesObject[], after: KubernetesObject[], namespace: string): ObjectChange[] {
  const named = (object: KubernetesObject, name: string) => {
    const kind = hookEvents(object).length > 0 ? "hook " : "";
    return kind + identity({ ...object, metadata: { ...object.metadata, name } }, namespace);
  };
  const families = repeated([before, after], (object) => named(object, familyName(object)));
  const name = (object: KubernetesObject) => {
    const family = named(object, familyName(object));
    return families.has(family) ? named(object, object.metadata.name) : family;
  };
  // Helm takes several hooks of one name, which then differ in when they run.
  const shared = repeated([before, after], name);
  const key = (object: KubernetesObject) =>
    shared.has(name(object)) ? `${name(object)} ${hookEvents(object).join()}` : name(object);
  const byKey = (objects: KubernetesObject[]) =>
    new Map(objects.map((object) => [key(object), withoutNamespace(normalised(object), namespace)]));
  const [old, fresh] = [byKey(before), byKey(after)];
  const changes = [...fresh].flatMap(([name, object]): ObjectChange[] => {
    const was = old.get(name);
    const hook = hookEvents(object);
    if (!was) return [{ what: "added", after: object, fields: [], hook }];
    const fields = fieldChanges(was, object);
    return fields.length > 0 ? [{ what: "changed", before: was, after: object, fields, hook }] : [];
  });
  const gone = [...old].filter(([name]) => !fresh.has(name));
  return [
    ...changes,
    ...gone.map(
      ([, object]): ObjectChange => ({ what: "removed", before: object, fields: [], hook: hookEvents(object) }),
    ),
  ];
}

/** Names that several objects of one list have. */
function repeated(lists: KubernetesObject[][], name: (object: KubernetesObject) => string): Set<string> {
  const names = lists.map((objects) => objects.map(name));
  return new Set(names.flatMap((all) => all.filter((each, index) => all.indexOf(each) !== index)));
}

/** An object without a namespace is in that of its release; the provider's Helm writes it down, and Helm's record does not. */
function withoutNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const { namespace: own, ...metadata } = object.metadata;
  return own === namespace ? { ...object, metadata } : object;
}

/** The fields in which two values differ; elements of lists are matched by what Kubernetes tells them apart by. */
export function fieldChanges(before: unknown, after: unknown, path: Path = []): FieldChange[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => fieldChanges(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  const one = before === undefined || after === undefined ? (before ?? after) : undefined;
  const same = JSON.stringify(before) === JSON.stringify(after) || (one !== undefined && isDefault(path, one));
  return same ? [] : [{ path, before, after }];
}

function listChanges(before: unknown[], after: unknown[], path: Path): FieldChange[] {
  const nameOf = elementName([...before, ...after], [before, after]);
  if (!nameOf) {
    const maps = before.length === after.length && [...before, ...after].every(isMap);
    if (maps) return before.flatMap((element, index) => fieldChanges(element, after[index], [...path, `[${index}]`]));
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  const [old, fresh] = [before, after].map((list) => new Map(list.map((element) => [nameOf(element), element])));
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const changes = names.flatMap((name) => fieldChanges(old.get(name), fresh.get(name), [...path, `[${name}]`]));
  // The order counts, too: variables refer to earlier ones.
  const [oldOrder, freshOrder] = [
    [...old.keys()].filter((name) => fresh.has(name)),
    [...fresh.keys()].filter((name) => old.has(name)),
  ];
  const moved = JSON.stringify(oldOrder) !== JSON.stringify(freshOrder);
  return moved ? [...changes, { path: [...path, "[order]"], before: oldOrder, after: freshOrder }] : changes;
}

/** What Kubernetes tells the elements of its lists apart by; the first that does it in a list counts. */
const NAMES: ((element: Record<string, unknown>) => unknown)[] = [
  (element) => element.name,
  (element) => element.mountPath,
  (element) => element.containerPort && `${element.containerPort}/${element.protocol ?? "TCP"}`,
  (element) => element.port && `${element.port}/${element.protocol ?? "TCP"}`,
  (element) => element.key,
  (element) => element.host,
  (element) => element.topologyKey,
  (element) => isMap(element.metadata) && element.metadata.name,
];

/** What stands at a path of fieldChanges; elements of lists are found by one of their names, or their index. */
export function elementAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (isMap(value)) return value[step];
    if (!Array.isArray(value)) return undefined;
    const wanted = step.slice(1, -1);
    // The other list decided about the way, too; so any way counts, the usual ones first.
    const found = NAMES.map((name) => value.find((each) => isMap(each) && String(name(each)) === wanted));
    return found.find((each) => each !== undefined) ?? value[Number(wanted)];
  }, object);
}

/**
 * Sets what stands at a path of fieldChanges, or takes it away where the value is undefined; nothing where the way there
 * is not.
 */
export function setAt(object: unknown, path: Path, value: unknown): void {
  const parent = elementAt(object, path.slice(0, -1));
  const step = path.at(-1) ?? "";
  if (isMap(parent)) {
    if (value === undefined) delete parent[step];
    else parent[step] = value;
  } else if (Array.isArray(parent)) {
    const index = parent.indexOf(elementAt(parent, [step]));
    if (value === undefined) parent.splice(index, index < 0 ? 0 : 1);
    else if (index >= 0) parent[index] = value;
    else parent.push(value);
  }
}

/** How the elements of a list are told apart; undefined where nothing does. */
function elementName(all: unknown[], lists: unknown[][]): ((element: unknown) => string) | undefined {
  if (!all.every(isMap)) return undefined;
  const way = NAMES.find((name) =>
    lists.every((list) => {
      const names = (list as Record<string, unknown>[]).map(name);
      return names.every((text) => text && typeof text !== "object") && new Set(names).size === names.length;
    }),
  );
  return way && ((element) => String(way(element as Record<string, unknown>)));
}
