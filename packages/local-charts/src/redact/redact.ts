import { elementAt } from "../kubernetes/compare.ts";
import { isMap, type KubernetesObject } from "../kubernetes/object.ts";
import type { Path } from "../kubernetes/path.ts";
import { isSecretName, REDACTED, redactText } from "./credentials.ts";

/** What cannot be told from the text of a value: which object it is in, and the map that holds it. */
interface Place {
  kind: string;
  /** The map around the value, for `{name, value}` pairs. */
  around?: Record<string, unknown>;
  /** The element before it in a list: a flag, perhaps. */
  previous?: unknown;
}

/** An object with no value of a secret in it, and nothing that looks like a credential. */
export function redactObject(object: KubernetesObject): KubernetesObject {
  return redactValue(object, [], { kind: object.kind }) as KubernetesObject;
}

/** The value of one field of an object. */
export function redactField(object: KubernetesObject, path: Path, value: unknown): unknown {
  const around = elementAt(object, path.slice(0, -1));
  return redactValue(value, path, { kind: object.kind, ...(isMap(around) && { around }) });
}

function redactValue(value: unknown, path: Path, place: Place): unknown {
  if (isHidden(path, place)) return hide(value);
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) {
    return value.map((inner, index) =>
      redactValue(inner, [...path, `[${index}]`], { kind: place.kind, previous: value[index - 1] }),
    );
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    redactValue(inner, [...path, key], { kind: place.kind, around: value }),
  ]);
  return Object.fromEntries(entries);
}

/** Keys stay, all that is below them goes. */
function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
  return value === undefined || value === null || value === "" || typeof value === "boolean" ? value : REDACTED;
}

function isHidden(path: Path, { kind, around, previous }: Place): boolean {
  const [top] = path;
  if (kind === "Secret" && (top === "data" || top === "stringData")) return true;
  if (String(previous ?? "").startsWith("-") && isSecretName(String(previous).replace(/^-+/, ""))) return true;
  const last = path.at(-1) ?? "";
  if (last === "value" && typeof around?.name === "string") return isSecretName(around.name);
  // A map under such a name is a reference to a Secret, not its content.
  return typeof around?.[last] === "string" && isSecretName(last);
}
