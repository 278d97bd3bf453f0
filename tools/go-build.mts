// Builds a Go program from its published modules. Its go.mod and go.sum are committed, so what is built is what was
// reviewed: nothing is resolved anew, and every module is checked against go.sum.
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
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import semver from "semver";
import { ask, Failure, type Report, steps } from "./main.mts";
import { cache } from "./places.mts";

const scratch = join(cache, "build");
export const goVersion = "1.26.0";

export interface GoProgram {
  name: string;
  /** folder with go.mod and go.sum */
  folder: string;
  /** package to build: "." for a main of our own, else the module's path that go.mod names as a tool */
  packages?: string[];
  /** `-X` link flags */
  stamp?: string[];
  /** build tags; a program with tags is linked with C */
  tags?: string;
}

/** @throws Failure where Go is missing or too old, or the disk too small for the build caches */
export async function assertCanBuild(what: string, neededGiB: number): Promise<void> {
  const found = semver.coerce(await ask("go", ["version"]))?.version;
  if (!found || semver.lt(found, goVersion)) {
    throw new Failure(
      `${what}: the official releases cannot be downloaded from here, and to build them from Go modules Go ${goVersion} or newer is needed on PATH, found ${found ?? "none"}; install Go (https://go.dev/dl) or connect to the internet, and run this again`,
    );
  }
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < neededGiB) {
    throw new Failure(
      `${what}: building needs ${neededGiB} GiB of free disk below ${cache}, found ${free.toFixed(1)} GiB; free some or set XDG_CACHE_HOME to a larger disk`,
    );
  }
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
 * caches stay: it removes them.
 */
export async function removeBuildCaches(): Promise<void> {
  rmSync(join(builders, String(process.pid)), { force: true });
  if (!existsSync(scratch) || otherBuilders().length > 0) return;
  const run = () => rm(scratch, { recursive: true, force: true }).then(() => "build caches: removed");
  await steps([{ title: "build caches: removing", run }]);
}

/** Builds programs into one folder, which appears when all of them are there: a build that was interrupted never looks whole. */
export async function goBuild(into: string, programs: GoProgram[], report: Report): Promise<void> {
  mkdirSync(builders, { recursive: true });
  writeFileSync(join(builders, String(process.pid)), "");
  const part = `${into}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  for (const program of programs) await buildProgram(program, part, report);
  renameSync(part, into);
}

async function buildProgram(program: GoProgram, into: string, report: Report): Promise<void> {
  const main = readFileSync(join(program.folder, "go.mod"), "utf8").match(/^tool (\S+)$/m)?.[1] ?? ".";
  const flags = ["-s", "-w", ...(program.stamp ?? []).flatMap((definition) => ["-X", definition])].join(" ");
  for (const target of program.packages ?? [main]) {
    const name = program.packages ? basename(target) : program.name;
    const out = join(into, name);
    let compiled = 0;
    const child = execa(
      "go",
      [
        "build",
        "-v",
        "-trimpath",
        "-mod=readonly",
        ...(program.tags ? ["-tags", program.tags] : []),
        "-ldflags",
        flags,
        "-o",
        out,
        target,
      ],
      {
        cwd: program.folder,
        stdin: "ignore",
        all: true,
        reject: false,
        env: {
          CGO_ENABLED: program.tags ? "1" : "0",
          GOCACHE: join(scratch, "cache"),
          GOMODCACHE: join(scratch, "modules"),
          GOFLAGS: "-buildvcs=false -modcacherw",
          GOTOOLCHAIN: "local",
          GOSUMDB: "off", // go.sum is committed; some of these versions have no entry in the public database
        },
      },
    );
    child.all?.on("data", (chunk: Buffer) => {
      const lines = chunk.toString().trim().split("\n");
      compiled += lines.filter((line) => !line.startsWith("go: ")).length;
      report(`${name}: ${lines.at(-1)?.startsWith("go: ") ? "downloading modules" : `${compiled} packages compiled`}`);
    });
    const result = await child;
    if (result.failed) {
      const said = String(result.all)
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("go: downloading"))
        .slice(-8);
      throw new Failure(`${program.name}: go build failed in ${program.folder}:\n    ${said.join("\n    ")}`);
    }
  }
}
