// What a proposed value would do, tried on a copy of the stack files: nothing that is deployed from is touched.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redactText } from "local-charts/objects";
import { stackFile, stackNames } from "../../settings/stack-files.ts";
import { readSettings } from "../../settings.ts";
import { root } from "../../tools/places.ts";
import { imageVerdicts } from "../doctor/environment.ts";
import { changedReleases, releaseLines } from "../pr-report/markdown.ts";
import { type EnvironmentSnapshot, snapshot } from "../pr-report/snapshot.ts";
import { edited, patchOf } from "./edit.ts";

export type Trial =
  /** Why it must not be. */
  | { refusal: string }
  /** What it would change, line by line, and the edit as `git apply` takes it. */
  | { changes: string[]; patch: string };

interface Where {
  /** Folder of the stack files. */
  from?: string;
  /** What is said of images that are not there; by default the node is asked. */
  images?: (stack: string, folder: string) => Promise<string[]>;
}

export async function tried(
  stack: string,
  path: string[],
  value: string,
  { from = root, images = missingImages }: Where = {},
): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), "todo-proposal-"));
  try {
    for (const name of stackNames(from)) cpSync(stackFile(from, name), stackFile(folder, name));
    const file = stackFile(folder, stack);
    const before = readFileSync(file, "utf8");
    const after = edited(before, path, value);
    if (after === before) return { refusal: `todo:${path.join(".")} has that value already` };
    writeFileSync(file, after);
    const [old, fresh] = await Promise.all([snapshot(stack, from), snapshot(stack, folder)]);
    const refusal = refusalOf(old, fresh) ?? (await images(stack, folder)).join("; ");
    if (refusal) return { refusal: redactText(refusal) };
    return { changes: changesOf(old, fresh), patch: patchOf(`Pulumi.${stack}.yaml`, before, after) };
  } catch (error) {
    return { refusal: redactText((error as Error).message) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refusalOf(old: EnvironmentSnapshot, { problem, findings }: EnvironmentSnapshot): string | undefined {
  if (problem) return problem;
  const broken = findings.filter((finding) => !old.findings.includes(finding));
  return broken.length > 0 ? broken.join("; ") : undefined;
}

async function missingImages(stack: string, folder: string): Promise<string[]> {
  const { database } = readSettings(folder, stack, { assumeSecrets: true });
  const verdicts = await imageVerdicts(stack, database.mode, folder);
  return verdicts.flatMap(({ is, what, found }) => (is === "wrong" ? [`${what}: ${found}`] : []));
}

function changesOf(old: EnvironmentSnapshot, fresh: EnvironmentSnapshot): string[] {
  return changedReleases(old, fresh).flatMap((changed) => {
    const { lines, hooks } = releaseLines(changed, fresh.namespace ?? "");
    return [`${changed.release}:`, ...[...lines, ...hooks].map((line) => `  ${redactText(line)}`)];
  });
}
