// What Pulumi itself has made in an environment, beside the charts: from its state.
import { isMap, type KubernetesObject } from "local-charts/objects";

/** `pulumi stack export`, as far as it is read here. */
export interface State {
  deployment: { resources?: { type: string; inputs?: Record<string, unknown> }[] };
}

/** By which Pulumi marks what stands in its state as a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * The objects of a state, and the names of those that cannot be compared, as their content is encrypted.
 * @param state with its secrets in clear, where they are to be compared
 */
export function madeObjects({ deployment }: State): { objects: KubernetesObject[]; sealed: string[] } {
  const made = (deployment.resources ?? []).filter(
    ({ type, inputs }) => type.startsWith("kubernetes:") && typeof inputs?.kind === "string",
  );
  const objects = made.map(({ inputs }) => opened(inputs) as KubernetesObject);
  const isSealed = (object: KubernetesObject) => JSON.stringify(object).includes(SEALED);
  return {
    objects: objects.filter((object) => !isSealed(object)),
    sealed: objects.filter(isSealed).map(({ kind, metadata }) => `${kind} ${metadata?.name}`),
  };
}

const SEALED = "[sealed]";

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (!isMap(value)) return value;
  if (SIGNATURE in value) return typeof value.plaintext === "string" ? JSON.parse(value.plaintext) : SEALED;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
}
