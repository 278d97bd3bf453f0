// What an update ended with, kept until one gets through: pods and their logs may be gone by the time somebody looks.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Cause } from "./situation.ts";

/** Why a release did not get ready, at that time. */
export interface Saved {
  release: string;
  /** ISO 8601. */
  at: string;
  /** Without a secret. */
  causes: Cause[];
}

const folderOf = (program: string, namespace: string) =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), program, "diagnosed", namespace);

/** Keeps why a release did not get ready. What cannot be written is not kept, and no reason to end otherwise. */
export function saveCauses(program: string, namespace: string, release: string, causes: Cause[]): void {
  const saved: Saved = { release, at: new Date().toISOString(), causes };
  try {
    const folder = folderOf(program, namespace);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, `${release}.json`), JSON.stringify(saved), { mode: 0o600 });
  } catch {
    // A read-only home, as some CI machines have.
  }
}

/** Of a release that is ready nothing is kept. */
export function forgetCauses(program: string, namespace: string, release: string): void {
  rmSync(join(folderOf(program, namespace), `${release}.json`), { force: true });
}

/** What the last updates of a namespace ended with, by release; a file that cannot be read is none. */
export function savedCauses(program: string, namespace: string): Saved[] {
  const folder = folderOf(program, namespace);
  try {
    return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Saved);
  } catch {
    return [];
  }
}
