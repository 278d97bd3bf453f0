// How much of a batch of Go builds is left, by what this machine has done of it so far: packages, weighed by the size of
// their sources, and the time that those took which are compiled.
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Remaining {
  /** A package's compilation has begun. */
  began: (module: string, path: string) => void;
  /** For a progress line. */
  words: () => string;
}

/** Of all: what is compiled before this says nothing of the speed. */
const FIRST = 0.02;

/**
 * @param builds packages by module
 * @param list lists the packages that some consist of: import path, version of its module, folder and files of each
 * @param memory file that keeps what was compiled, for a build that goes on after an interruption: Go names only what it
 *   does compile
 */
export function remaining(
  builds: Record<string, string[]>[],
  list: (module: string, packages: string[]) => Promise<string>,
  memory: string,
  now = () => performance.now(),
): Remaining {
  const before = new Set(existsSync(memory) ? readFileSync(memory, "utf8").split("\n") : []);
  const begun = new Set<string>();
  const sizes = new Map<string, number>();
  /** What a package of a module is known by: modules that have the same version of it share it. */
  const keys = new Map<string, string>();
  let named: string[] = [];
  let listed = false;
  let started = 0;

  const listAll = async () => {
    for (const [module, packages] of byModule(builds)) {
      for (const { path, key, size } of packagesOf(module, await list(module, packages))) {
        keys.set(`${module} ${path}`, key);
        sizes.set(key, size);
      }
      count();
    }
    listed = true;
  };
  /** Counts what was named, of what is listed by now. */
  const count = () => {
    const found = named.flatMap((name) => keys.get(name) ?? []).filter((key) => !before.has(key) && !begun.has(key));
    named = named.filter((name) => !keys.has(name));
    if (found.length === 0) return;
    for (const key of found) begun.add(key);
    mkdirSync(dirname(memory), { recursive: true });
    appendFileSync(memory, found.map((key) => `${key}\n`).join(""));
  };
  const began = (module: string, path: string) => {
    if (started === 0) {
      started = now();
      listAll().catch(() => {}); // what is wrong with a build, the build says
    }
    named.push(`${module} ${path}`);
    count();
  };
  const words = () => {
    if (started === 0) return "downloading modules";
    if (!listed) return `${begun.size + named.length} packages compiled`;
    const size = (which: (key: string) => boolean) =>
      [...sizes].reduce((sum, [key, bytes]) => sum + (which(key) ? bytes : 0), 0);
    const done = size((key) => begun.has(key));
    const left = size((key) => !begun.has(key) && !before.has(key));
    const compiled = [...sizes.keys()].filter((key) => begun.has(key) || before.has(key)).length;
    const packages = `${compiled} of ${sizes.size} packages compiled`;
    if (done === 0 || done < FIRST * (done + left)) return packages;
    return `${packages}, ${timeLeft((((now() - started) / done) * left) / 1000)}`;
  };
  return { began, words };
}

const timeLeft = (seconds: number) =>
  seconds < 45 ? "less than a minute left for all" : `about ${Math.max(1, Math.round(seconds / 60))} min left for all`;

function byModule(builds: Record<string, string[]>[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [module, packages] of builds.flatMap((build) => Object.entries(build)))
    all.set(module, [...(all.get(module) ?? []), ...packages]);
  return all;
}

function packagesOf(module: string, listed: string): { path: string; key: string; size: number }[] {
  return listed
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([, , folder, files]) => folder && files)
    .map(([path, version, folder, files]) => ({
      path,
      key: `${path} ${version || (/^[^/]*\./.test(path) ? module : "")}`.trim(),
      size: total(files.split("/"), folder),
    }));
}

const total = (files: string[], folder: string) =>
  files.reduce((sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
