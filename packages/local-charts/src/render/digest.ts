import { createHash } from "node:crypto";
import { digestForm, type KubernetesObject } from "../kubernetes/object.ts";

/**
 * Short hash of what the objects say to an API server; their order, and that of their keys, do not count. The label with
 * the chart's version does: it is part of the objects, and a new version of the chart is to be seen on them.
 */
export function digest(objects: KubernetesObject[]): string {
  const lines = objects.map((object) => JSON.stringify(sorted(digestForm(object)))).sort();
  return shortHash(lines.join("\n"));
}

/** Short hash of the fingerprints of the secrets that a chart uses: the pods restart when one of them changes. */
export function checksum(fingerprints: Record<string, string>): string {
  return shortHash(JSON.stringify(sorted(fingerprints)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
