import type { KubernetesObject } from "../render-chart";
import { isDefault } from "./defaults";

/** A field of an object: names of keys, and for an element of a list `[its name]`, or `[its index]` where it has none. */
export type Path = string[];

type Fields = Record<string, unknown>;

/** Which object of a cluster an object is: Helm takes two of the same group, kind, namespace and name for one. */
export function identity({ apiVersion, kind, metadata }: KubernetesObject, releaseNamespace: string): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return [group, kind, metadata.namespace ?? releaseNamespace, metadata.name].join("/");
}

/** As a person says it: `Deployment todo-backend-dev`; with its namespace where that is not the release's. */
export function title({ kind, metadata }: KubernetesObject, releaseNamespace: string): string {
  const elsewhere = metadata.namespace !== undefined && metadata.namespace !== releaseNamespace;
  return `${kind} ${elsewhere ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

/** When Helm runs an object as a hook; empty for one that it installs. */
export function hookEvents({ metadata }: KubernetesObject): string[] {
  const events = metadata.annotations?.["helm.sh/hook"] ?? "";
  return events.split(",").flatMap((event) => event.trim() || []);
}

/**
 * An object as the API server understands it: no nulls, no empty maps of labels or annotations, amounts in one unit.
 * Labels of the chart's version and checksums stay: they are part of the object, and a change of them is rolled out.
 */
export function normalised(object: KubernetesObject): KubernetesObject {
  const { labels, annotations, ...names } = object.metadata;
  const kept = Object.entries({ labels, annotations }).filter(([, map]) => map && Object.keys(map).length > 0);
  return plain({ ...object, metadata: { ...names, ...Object.fromEntries(kept) } }, []) as KubernetesObject;
}

/** What a digest is made of: two texts of an object that the API server takes for the same are one here. */
export function settled(object: KubernetesObject): KubernetesObject {
  return withoutDefaults(normalised(object), []) as KubernetesObject;
}

function withoutDefaults(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutDefaults(inner, [...path, "[]"]));
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !isDefault([...path, key], inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutDefaults(inner, [...path, key])]));
}

function plain(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((inner, index) => plain(inner, [...path, `[${index}]`]));
  if (!isMap(value)) return isAmount(path) ? amount(value) : value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, plain(inner, [...path, key])]));
}

export function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields that the API server reads as a quantity, and so stores in one form: "0.5" and "500m" are the same to it. */
function isAmount(path: Path): boolean {
  return (
    /^(requests|limits|capacity|hard|default|defaultRequest)$/.test(path.at(-2) ?? "") || path.at(-1) === "sizeLimit"
  );
}

const UNITS: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** A quantity in the largest unit that leaves a whole number; what is none stays as it is. */
function amount(value: unknown): unknown {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)$/.exec(String(value));
  if (!match || Number.isNaN(Number(match[1]))) return value;
  const total = Number(match[1]) * UNITS[match[2]];
  if (total === 0) return "0";
  const binary = ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"];
  const units = total >= 1024 ? [...binary, ""] : ["", "m", "u", "n"];
  const whole = (unit: string) => {
    const count = total / UNITS[unit];
    return Math.abs(count) > 0.5 && Math.abs(count - Math.round(count)) < 1e-6;
  };
  const unit = units.find(whole) ?? "";
  return whole(unit) ? `${Math.round(total / UNITS[unit])}${unit}` : value;
}
