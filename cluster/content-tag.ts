// An image's tag is a digest of what goes into it: unchanged sources are never built twice, and a changed image never
// hides behind a tag that the node already has.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "../tools/command.ts";

// A CommonJS package whose types say otherwise.
const dockerignore: () => { add(rules: string): { filter(files: string[]): string[] } } = createRequire(
  import.meta.url,
)("@balena/dockerignore");

/**
 * The files of a build context, relative and sorted: what git knows or would know of the folder, less
 * .dockerignore, and the Dockerfile itself, which docker reads whether or not it is ignored.
 */
export async function contextFiles(folder: string): Promise<string[]> {
  const listed = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", "."], {
    cwd: folder,
  });
  const rules = join(folder, ".dockerignore");
  const ignored = dockerignore().add(existsSync(rules) ? readFileSync(rules, "utf8") : "");
  const present = listed.split("\n").filter((file) => file && existsSync(join(folder, file)));
  return [...new Set(["Dockerfile", ...ignored.filter(present)])].sort();
}

/** Twelve hex digits over the context's paths, contents and executable bits, and over nothing else. */
export async function contentTag(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await contextFiles(folder)) {
    const path = join(folder, file);
    hash
      .update(`${file}\0${statSync(path).mode & 0o100 ? "x" : "-"}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}
