// Generated files and the tree: what is out of date, and writing that and nothing else.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../tools/program.ts";

/** Texts by their path below the root; undefined for a file that must not be there. */
export type GeneratedFiles = Map<string, string | undefined>;

/** The paths of files that are not what they have to be. @throws Failure where one cannot be read */
export function outOfDate(folder: string, files: GeneratedFiles): string[] {
  const current = (path: string) =>
    attempt("read", path, () =>
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined,
    );
  return [...files].filter(([path, text]) => current(path) !== text).map(([path]) => path);
}

/** Writes, or removes, what is out of date, and answers with its paths. @throws Failure where that cannot be done */
export function write(folder: string, files: GeneratedFiles): string[] {
  const stale = outOfDate(folder, files);
  for (const path of stale) {
    const [file, text] = [join(folder, path), files.get(path)];
    attempt(text === undefined ? "removed" : "written", path, () => {
      if (text === undefined) return rmSync(file);
      mkdirSync(dirname(file), { recursive: true });
      // Renamed into its place, so that it is never there by half.
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
    });
  }
  return stale;
}

function attempt<T>(how: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new Failure(
      `${path}: expected a file that can be ${how}, found ${found}; once it can, \`make generate\` goes on`,
    );
  }
}
