// How much of a batch of Go builds is left, by what this machine has done of it so far: packages, weighed by the size of
// their sources, and the time that those took which are compiled. Go says when it begins a package, and not when it is
// through; one that is large takes minutes, on one processor, and counts by the time that it has had.
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
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
  processors = availableParallelism(),
): Remaining {
  const before = new Set(existsSync(memory) ? readFileSync(memory, "utf8").split("\n") : []);
  /** Since when, in milliseconds. */
  const begun = new Map<string, number>();
  const sizes = new Map<string, number>();
  /** What a package of a module is known by: modules that have the same version of it share it. */
  const keys = new Map<string, string>();
  let named: { name: string; at: number }[] = [];
  let listed = false;
  let started = 0;
  let latest = 0;

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
    const found = named.flatMap(({ name, at }) => ({ key: keys.get(name) ?? "", at }));
    named = named.filter(({ name }) => !keys.has(name));
    for (const { key, at } of found) {
      if (key === "" || before.has(key) || begun.has(key)) continue;
      begun.set(key, at);
      mkdirSync(dirname(memory), { recursive: true });
      appendFileSync(memory, `${key}\n`);
    }
  };
  const began = (module: string, path: string) => {
    if (started === 0) {
      started = now();
      listAll().catch(() => {}); // what is wrong with a build, the build says
    }
    latest = now();
    named.push({ name: `${module} ${path}`, at: latest });
    count();
  };
  const words = () => {
    if (started === 0) return "downloading modules";
    if (!listed) return `${begun.size + named.length} packages compiled`;
    // What was done until the latest package began says how fast this machine is; one that takes long says nothing yet.
    const until = latest > started ? latest : now();
    const time = (until - started) * processors;
    const todo = [...sizes].filter(([key]) => !before.has(key));
    const sum = (bytes: number[]) => bytes.reduce((total, each) => total + each, 0);
    const begunBytes = sum(todo.map(([key, size]) => (begun.has(key) ? size : 0)));
    /** Bytes that were left of what was being compiled, a package by each processor, which is as fast as `pace` in bytes per ms. */
    const compiling = (pace: number, at: number) =>
      todo
        .map(([key, size]) => size - pace * (at - (begun.get(key) ?? Number.NEGATIVE_INFINITY)))
        .filter((bytes) => bytes >= 1)
        .sort((a, b) => b - a)
        .slice(0, processors);
    const pace = (begunBytes - sum(compiling(begunBytes / time, until))) / time;
    const left = [
      ...compiling(pace, now()),
      ...todo.flatMap(([key, size]) => (begun.has(key) || size === 0 ? [] : size)),
    ];
    const packages = `${sizes.size - left.length} of ${sizes.size} packages compiled`;
    if (!(begunBytes >= FIRST * sum(todo.map(([, size]) => size)) && pace > 0)) return packages;
    if (left.length === 0) return `${packages}, ${timeLeft(0)}`;
    // A package that has been compiling for longer than was to be expected takes, for all that is known, as long again.
    const milliseconds = Math.max(sum(left) / processors / pace, Math.max(...left) / pace, now() - latest);
    return `${packages}, ${timeLeft(milliseconds / 1000)}`;
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
