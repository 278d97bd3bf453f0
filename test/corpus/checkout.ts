// A checkout of the project elsewhere, for edits that must not happen here.
import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { configOf } from "../../settings/stack-files.ts";
import { FIXTURES, ROOT } from "../support/mocks.ts";
import { type Edit, STACK_FILE } from "./edits.ts";

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

/** Published nowhere, as nobody opens the page, at a host that is none: those that are belong to stacks that somebody does open. */
export const NODE_PORT = "30310";
const ORIGIN = `http://corpus.example:${NODE_PORT}`;

/**
 * A folder with the charts and a stack `corpus`, which is dev of test/fixtures on another node port.
 * @param images folder of the Pulumi.dev.yaml whose images it has; those that a cluster has been given are the repository's
 */
export function checkout(files: string[] = [], images = FIXTURES): string {
  const folder = mkdtempSync(join(tmpdir(), "corpus-"));
  for (const name of ["helm", ...files]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const dev = readFileSync(join(FIXTURES, "Pulumi.dev.yaml"), "utf8").replaceAll("30300", NODE_PORT);
  const { config } = parse(dev);
  config["todo:origin"] = ORIGIN;
  const other = configOf(images, "dev");
  for (const service of ["todo:backend", "todo:frontend"]) {
    config[service].image = (other[service] as { image: unknown }).image;
  }
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
