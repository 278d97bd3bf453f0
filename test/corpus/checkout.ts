// A checkout of the project elsewhere, for edits that must not happen here.
import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { ROOT } from "../support/mocks";
import { type Edit, STACK_FILE } from "./edits";

/** What of the project an update reads. */
export const SOURCES = [
  "Pulumi.yaml",
  "package.json",
  "tsconfig.json",
  "index.ts",
  "settings.ts",
  "settings",
  "policy-exceptions.yaml",
  "components",
];

/** A folder with the charts and a stack `corpus`, which is dev on another node port. */
export function checkout(files: string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), "corpus-"));
  for (const name of ["helm", ...files]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const dev = readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8").replaceAll("30300", "30303");
  const { config } = parse(dev);
  writeFileSync(join(folder, STACK_FILE), stringify({ config }));
  return folder;
}

/** Makes an edit in a checkout; fails when there is nothing to edit. */
export function apply(folder: string, { what, file, replace, rewrite, create, moveTo, remove }: Edit): void {
  const path = join(folder, file);
  if (create !== undefined) writeFileSync(path, create);
  else if (remove) rmSync(path);
  else if (moveTo !== undefined) {
    mkdirSync(dirname(join(folder, moveTo)), { recursive: true });
    renameSync(path, join(folder, moveTo));
  } else {
    const before = readFileSync(path, "utf8");
    const after = rewrite ? rewrite(before) : before.replace(replace?.[0] ?? "", () => replace?.[1] ?? "");
    assert.notEqual(after, before, `${what}: there is nothing to edit in ${file}`);
    writeFileSync(path, after);
  }
}
