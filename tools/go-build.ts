// Builds Go programs from their published modules. Each go.mod and go.sum is committed, so what is built is what was
// reviewed: nothing is resolved anew, and every module is checked against go.sum.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import semver from "semver";
import { tryRun } from "./command.ts";
import { recordCost } from "./costs.ts";
import { folderOf, go, processorTime, scratch } from "./go.ts";
import { type Remaining, remaining } from "./go-remaining.ts";
import { cache } from "./places.ts";
import { Failure, Unavailable } from "./program.ts";
import type { Progress, Step } from "./steps.ts";

const goVersion = "1.26.3";

/** What is built together into one folder. */
export interface GoBuild {
  name: string;
  version?: string;
  /** folder that appears when all of them are there */
  into: string;
  /**
   * By the folder of tools/go whose go.mod counts, "." being tools/go itself: packages below it (./pause) or import paths.
   * One package makes the program `name`, several are called by theirs.
   */
  packages: Record<string, string[]>;
  /** `-X` link flags; what a program does not have is left out of it */
  stamp?: string[];
}

/** GiB that this process has found free: what its builds have taken of it since then is no lack. */
let granted = 0;

/**
 * @param why no release of it can be had from here, where there is one
 * @param version the oldest Go that will do
 * @throws Unavailable where Go is missing or too old, Failure where the disk is too small for the build caches
 */
export async function assertCanBuild(
  what: string,
  neededGiB: number,
  { why = "", version = goVersion } = {},
): Promise<void> {
  const found = semver.coerce(await tryRun("go", ["version"]))?.version;
  if (!found || semver.lt(found, version)) {
    throw new Unavailable(
      `${what}: to build from Go modules${why ? `, as official releases cannot be downloaded from here (${why})` : ""}, Go ${version} or newer is needed on PATH, found ${found ?? "none"}; check the network and HTTPS_PROXY, or install Go (https://go.dev/dl), and run this again`,
    );
  }
  if (granted >= neededGiB) return;
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < neededGiB) {
    throw new Failure(
      `${what}: building needs ${neededGiB} GiB of free disk below ${cache}, found ${free.toFixed(1)} GiB; free some or set XDG_CACHE_HOME to a larger disk`,
    );
  }
  granted = neededGiB;
}

/** A file for each process that builds: the caches are shared, and the one that is through first must leave them there. */
const builders = join(cache, "builders");

function otherBuilders(): string[] {
  const pids = existsSync(builders) ? readdirSync(builders).filter((pid) => pid !== String(process.pid)) : [];
  return pids.filter((pid) => {
    try {
      process.kill(Number(pid), 0);
      return true;
    } catch {
      rmSync(join(builders, pid), { force: true });
      return false;
    }
  });
}

/**
 * Removes what only builds need (many GiB); called when a batch of builds is through. While another process builds, the
 * caches stay: it removes them. They are gone at once; their files, which take half a minute, are left to a process that
 * outlives this one, and where it is ended to the next that removes some.
 */
export function removeBuildCaches(): void {
  rmSync(join(builders, String(process.pid)), { force: true });
  if (!existsSync(scratch) || otherBuilders().length > 0) return;
  renameSync(scratch, `${scratch}.removed.${process.pid}.${Date.now()}`);
  spawn("sh", ["-c", 'exec nice rm -rf "$0".removed.*', scratch], { detached: true, stdio: "ignore" }).unref();
}

/** What this process builds, and will probably build, by the folder that it goes to. */
const expected = new Map<string, GoBuild>();

/**
 * Steps that build, in this order, one compiling at a time: two would compile the same packages twice. The next one begins
 * where only linking is left of the one before, which leaves processors idle; so show two at a time.
 * @param done makes use of what was built
 * @param later what will probably be built after these: the time that is left is that of all
 */
export function buildSteps(
  builds: GoBuild[],
  done: (build: GoBuild) => Promise<unknown> = async () => {},
  later: GoBuild[] = [],
): Step[] {
  for (const build of [...builds, ...later]) expected.set(build.into, build);
  const missing = [...expected.values()].filter(({ into }) => !existsSync(into));
  const left = remaining(
    missing.map(({ packages }) => packages),
    listPackages,
    join(scratch, "compiled"),
  );
  return builds.map((build) => ({
    title: `${titleOf(build)}: building`,
    run: async (report, ended) => {
      await goBuild(build, left, report, ended);
      await done(build);
      return `${titleOf(build)}: built`;
    },
  }));
}

let compiling: Promise<void> = Promise.resolve();

/**
 * Builds into a folder that appears when all programs are there: a build that was interrupted never looks whole, and what it
 * has compiled waits in the caches. Where another process builds the same, the first one's stays.
 */
async function goBuild(build: GoBuild, left: Remaining, report: Progress, ended?: AbortSignal): Promise<void> {
  const alone = otherBuilders().length === 0;
  mkdirSync(builders, { recursive: true });
  writeFileSync(join(builders, String(process.pid)), "");
  const [folder, name] = [dirname(build.into), basename(build.into)];
  mkdirSync(folder, { recursive: true });
  const unfinished = alone ? readdirSync(folder).filter((entry) => entry.startsWith(`${name}.part`)) : [];
  for (const entry of unfinished) rmSync(join(folder, entry), { recursive: true });
  const part = `${build.into}.part.${process.pid}`;
  mkdirSync(part);

  const before = compiling;
  let linking = () => {};
  compiling = new Promise((begun) => {
    linking = begun;
  });
  try {
    report(`${build.name}: waits for its turn`);
    await before;
    ended?.throwIfAborted();
    await compile(build, part, left, linking, report);
  } finally {
    setImmediate(linking); // a failure is to be known before the next one begins
  }
  try {
    renameSync(part, build.into);
  } catch (error) {
    if (!readdirSync(part).every((program) => existsSync(join(build.into, program)))) throw error;
    rmSync(part, { recursive: true });
  }
}

async function compile(
  build: GoBuild,
  into: string,
  left: Remaining,
  linking: () => void,
  report: Progress,
): Promise<void> {
  const started = performance.now();
  let cpu = 0;
  const parts = Object.entries(build.packages);
  const single = parts.length === 1 && parts[0][1].length === 1;
  const stamps = (build.stamp ?? []).flatMap((definition) => ["-X", definition]);
  const flags = [
    "-v",
    "-trimpath",
    "-gcflags=all=-dwarf=false", // a sixth of the time; the linker would leave out what debuggers read anyway
    `-ldflags=${["-s", "-w", ...stamps].join(" ")}`,
  ];
  report(`${build.name}: downloading modules`);
  for (const [module, packages] of parts) {
    const mains = new Set(packages.map((path) => mainPath(module, path)));
    let last = false;
    const tell = () => report(`${build.name}: ${last ? "linking" : left.words()}`);
    const child = go(module, ["build", ...flags, "-o", join(into, single ? build.name : "/"), ...packages]);
    child.stderr?.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split("\n")) {
        if (line.includes(" ")) continue; // not a package that is compiled
        left.began(module, line);
        mains.delete(line);
      }
      last = mains.size === 0 && module === parts.at(-1)?.[0];
      if (last) linking();
      tell();
    });
    const telling = setInterval(tell, 10_000); // a package may take minutes
    const result = await child;
    clearInterval(telling);
    if (result.failed) {
      const said = String(result.stderr)
        .trim()
        .split("\n")
        .filter((line) => line.includes(" ") && !line.startsWith("go: downloading"))
        .slice(-8);
      throw new Failure(`${titleOf(build)}: go build failed in ${folderOf(module)}:\n    ${said.join("\n    ")}`);
    }
    cpu += processorTime(String(result.stdout));
  }
  recordCost(titleOf(build), { wall: (performance.now() - started) / 1000, cpu });
}

const titleOf = ({ name, version }: GoBuild) => [name, version].filter(Boolean).join(" ");

/** A package's import path, which is what Go says when it compiles it. */
function mainPath(module: string, path: string): string {
  if (!path.startsWith(".")) return path;
  const name = readFileSync(join(folderOf(module), "go.mod"), "utf8").match(/^module (\S+)$/m)?.[1];
  return join(name ?? "", path);
}

/** The packages that some consist of, each with its module's version, its folder and files. Downloads the modules. */
async function listPackages(module: string, packages: string[]): Promise<string> {
  const version = "{{with .Module}}{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}{{end}}";
  const format = `{{.ImportPath}}\t${version}\t{{.Dir}}\t{{join .GoFiles "/"}}`;
  return String((await go(module, ["list", "-deps", "-f", format, ...packages])).stdout);
}
