import type { ContainerSpec } from "../pods";
import { expand, saysAddress } from "./addresses";
import type { Model } from "./model";

/** The texts of a container's variables, expanded as Kubernetes does it. */
export interface Variables {
  /** By name; HIDDEN stands for what only a Secret knows. */
  texts: Map<string, string>;
  /** Those that hold an address, going by their name, that only a Secret knows. */
  hidden: string[];
  /** Those whose content a Secret has. */
  secret: Set<string>;
}

/** No host and no port look like this. */
const HIDDEN = "***";

/** What a container finds in its environment; references to nothing are wiring/references.ts's business. */
export function variablesOf({ secrets, configMaps }: Model, { env = [], envFrom = [] }: ContainerSpec): Variables {
  const texts = new Map<string, string>();
  const hidden: string[] = [];
  const fromSecret = new Set<string>();
  const set = (name: string, text: string | undefined) => {
    texts.set(name, text ?? HIDDEN);
    if (text === undefined && saysAddress(name)) hidden.push(name);
  };
  const ofSecret = (name: string, key: string) => {
    const source = secrets.get(name)?.get(key);
    return source?.from === "password" ? source.text(HIDDEN) : undefined;
  };
  for (const { prefix = "", secretRef, configMapRef } of envFrom) {
    for (const key of secrets.get(secretRef?.name ?? "")?.keys() ?? []) {
      set(prefix + key, ofSecret(secretRef?.name ?? "", key));
      fromSecret.add(prefix + key);
    }
    for (const [key, text] of Object.entries(configMaps.get(configMapRef?.name ?? "") ?? {})) set(prefix + key, text);
  }
  for (const { name, value, valueFrom } of env) {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
    if (secret?.name && secrets.get(secret.name)?.has(secret.key)) {
      set(name, ofSecret(secret.name, secret.key));
      fromSecret.add(name);
    }
    const text = map?.name ? configMaps.get(map.name)?.[map.key] : value && expand(value, texts);
    if (text !== undefined) set(name, text);
  }
  return { texts, hidden, secret: fromSecret };
}
