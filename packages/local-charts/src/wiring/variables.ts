import type { ContainerSpec } from "../kubernetes/pods.ts";
import { expand, saysAddress } from "./addresses.ts";
import { HIDDEN } from "./facts.ts";
import type { Model } from "./model.ts";

/** The texts of a container's variables, expanded as Kubernetes does it. */
export interface Variables {
  /** By name; HIDDEN stands for what only a Secret knows. */
  texts: Map<string, string>;
  /** Those that hold an address, going by their name, that only a Secret knows. */
  hidden: string[];
  /** Those whose content a Secret has. */
  secret: Set<string>;
}

/** What a container finds in its environment; references to nothing are wiring/references.ts's business. */
export function variablesOf({ secrets, configMaps }: Model, { env = [], envFrom = [] }: ContainerSpec): Variables {
  const texts = new Map<string, string>();
  const hidden = new Set<string>();
  const fromSecret = new Set<string>();
  // The last of a name counts.
  const set = (name: string, text: string | undefined, secret = false) => {
    texts.set(name, text ?? HIDDEN);
    for (const [names, holds] of [
      [hidden, text === undefined && saysAddress(name)],
      [fromSecret, secret],
    ] as const) {
      if (holds) names.add(name);
      else names.delete(name);
    }
  };
  const ofSecret = (name: string, key: string) => secrets.get(name)?.get(key);
  for (const { prefix = "", secretRef, configMapRef } of envFrom) {
    for (const key of secrets.get(secretRef?.name ?? "")?.keys() ?? []) {
      set(prefix + key, ofSecret(secretRef?.name ?? "", key), true);
    }
    for (const [key, text] of Object.entries(configMaps.get(configMapRef?.name ?? "") ?? {})) set(prefix + key, text);
  }
  for (const { name, value, valueFrom } of env) {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
    if (secret?.name && secrets.get(secret.name)?.has(secret.key)) set(name, ofSecret(secret.name, secret.key), true);
    const text = map?.name ? configMaps.get(map.name)?.[map.key] : value && expand(value, texts);
    if (text !== undefined) set(name, text);
  }
  return { texts, hidden: [...hidden], secret: fromSecret };
}
