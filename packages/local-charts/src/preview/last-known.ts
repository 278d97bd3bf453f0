import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { redactObject } from "../redact/redact.ts";

/** What this machine last deployed, or saw deployed, of a release. */
export interface LastKnown {
  /** ISO 8601. */
  at: string;
  /** Without what looks like a credential. */
  objects: KubernetesObject[];
}

/** Where this machine keeps what it knows of releases, unless a program says otherwise. */
export const memoryOf = (program: string): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), program, "deployed");

/** undefined where this machine has never seen the release, or its note of it cannot be read. */
export function recall(memory: string, namespace: string, release: string): LastKnown | undefined {
  try {
    const note = JSON.parse(readFileSync(join(memory, namespace, `${release}.json`), "utf8"));
    return Array.isArray(note.objects) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Notes what is deployed, for a preview that finds no cluster. A note that cannot be written is none. */
export function remember(memory: string, namespace: string, release: string, objects: KubernetesObject[]): void {
  const note: LastKnown = { at: new Date().toISOString(), objects: objects.map(redactObject) };
  try {
    mkdirSync(join(memory, namespace), { recursive: true });
    writeFileSync(join(memory, namespace, `${release}.json`), JSON.stringify(note), { mode: 0o600 });
  } catch {
    // A read-only home, as some CI machines have: the next preview without a cluster says that it knows of nothing.
  }
}
