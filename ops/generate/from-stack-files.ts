// What is generated from stack files follows them: `make up`, `make images` and `make promote` write it where a stack file, a
// chart or the program has changed since it was last written. To find out that nothing has takes some milliseconds: it
// reads files, and loads neither settings nor components nor helm.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tryRun } from "../../tools/command.ts";
import { cache, root } from "../../tools/places.ts";
import { expected } from "../../tools/program.ts";
import { trackedStacks } from "../stack/stack-file.ts";

/**
 * Writes the charts' values and docs/wiring.md where they are out of date, and says so in a line.
 * @throws Failure where a stack file is wrong, or its charts do not render or fit together
 */
export async function writeFromStackFiles(folder = root): Promise<void> {
  const stacks = await trackedStacks(folder);
  // What was the case when all was last seen to be current.
  const memory = join(cache, "generated", digest(folder));
  const seen = existsSync(memory) ? readFileSync(memory, "utf8") : "";
  const now = contents(folder, stacks);
  if (seen === now) return;
  if (!seen && (await asCommitted(folder, stacks))) return remember(memory, now);
  const [{ generators }, { write }] = await Promise.all([import("./generators.ts"), import("./files.ts")]);
  const written: string[] = [];
  for (const { files } of generators.filter(({ follows }) => follows === "stack files")) {
    written.push(...write(folder, await (async () => files(folder, stacks))().catch(expected)));
  }
  if (written.length > 0) console.log(`generated from the stack files: ${written.join(", ")}`);
  remember(memory, contents(folder, stacks));
}

function remember(memory: string, contents: string): void {
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, contents);
}

/** Whether nothing was changed since the last commit, which `make check` has held to be current. */
async function asCommitted(folder: string, stacks: string[]): Promise<boolean> {
  const paths = sources(folder, stacks).filter((path) => existsSync(join(folder, path)));
  return (await tryRun("git", ["status", "--porcelain", "--", ...paths], { cwd: folder })) === "";
}

/** All that the generated files follow from, and they themselves. */
const SOURCES = ["helm", "components", "settings", "packages", "ops/generate", "docs/wiring.md", "tools/tools.yaml"];

function sources(folder: string, stacks: string[]): string[] {
  const programs = readdirSync(folder).filter((name) => name.endsWith(".ts") || name === "package-lock.json");
  return [...SOURCES, ...programs, ...stacks.map((stack) => `Pulumi.${stack}.yaml`)];
}

function contents(folder: string, stacks: string[]): string {
  const files = sources(folder, stacks)
    .flatMap((path) => filesBelow(folder, path))
    .sort();
  return digest(...files.flatMap((file) => [file, readFileSync(join(folder, file))]));
}

function filesBelow(folder: string, path: string): string[] {
  const found = statSync(join(folder, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  const names = readdirSync(join(folder, path)).filter((name) => name !== "node_modules");
  return names.flatMap((name) => filesBelow(folder, `${path}/${name}`));
}

function digest(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(String(part.length)).update("\0").update(part);
  return hash.digest("hex");
}
