import { isMap } from "../../components/preview/objects";
/** One field that differs; what a side lacks is undefined. */
export interface Difference {
  /** As one would write it in JavaScript: `spec.template.metadata.annotations["example.com/scrape"]`. */
  path: string;
  left?: unknown;
  right?: unknown;
}

/**
 * Where two values differ, in the order of the left one. Lists whose entries have a `name` of their own (containers,
 * variables, ports) are compared by name, for their order is not what somebody means by a difference.
 */
export function differences(left: unknown, right: unknown, path = ""): Difference[] {
  const named = mayBeNamed(left) && mayBeNamed(right);
  const [a, b] = named ? [byName(left), byName(right)] : [left, right];
  if (isMap(a) && isMap(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => differences(a[key], b[key], named ? `${path}[${key}]` : joined(path, key)));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const indices = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
    return indices.flatMap((index) => differences(a[index], b[index], `${path}[${index}]`));
  }
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ path, left, right }];
}

/** Each entry has a name of its own; so has each of none. */
function mayBeNamed(value: unknown): value is { name: string }[] {
  if (!Array.isArray(value)) return false;
  const names = value.map((entry) => (isMap(entry) ? entry.name : undefined));
  return names.every((name) => typeof name === "string") && new Set(names).size === names.length;
}

function byName(list: { name: string }[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ name, ...rest }) => [name, rest]));
}

function joined(path: string, key: string): string {
  if (!/^[\w$:-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
