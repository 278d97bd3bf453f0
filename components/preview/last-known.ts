import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../render-chart";
import { redactObject } from "./redact";

/** What this machine last deployed, or saw deployed, of a release. */
export interface LastKnown {
  /** ISO 8601. */
  at: string;
  /** Without what looks like a credential. */
  objects: KubernetesObject[];
}

const folder = (namespace: string) =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "todo-on-minikube", "deployed", namespace);

/** undefined where this machine has never seen the release, or its note of it cannot be read. */
export function recall(namespace: string, release: string): LastKnown | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(namespace), `${release}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/** Notes what is deployed, for a preview that finds no cluster. A note that cannot be written is none. */
export function remember(namespace: string, release: string, objects: KubernetesObject[]): void {
  const note: LastKnown = { at: new Date().toISOString(), objects: objects.map(redactObject) };
  try {
    mkdirSync(folder(namespace), { recursive: true });
    writeFileSync(join(folder(namespace), `${release}.json`), JSON.stringify(note), { mode: 0o600 });
  } catch {
    // A read-only home, as some CI machines have: the next preview without a cluster says that it knows of nothing.
  }
}
