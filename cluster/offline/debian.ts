// What only Debian can give where nothing else can be had: system packages, and root file systems for images.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, tryRun } from "../../tools/command.ts";
import { cache } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import type { Progress } from "../../tools/steps.ts";

/** Debian, or one of its kind: Ubuntu names it in ID_LIKE. */
export const isDebian = () =>
  existsSync("/etc/debian_version") && /^ID(_LIKE)?=.*(debian)/m.test(readFileSync("/etc/os-release", "utf8"));

let installing: Promise<unknown> = Promise.resolve();

/**
 * Installs Debian packages unless `command` is there already; one at a time, as apt allows no two.
 * @throws Failure elsewhere than as root on Debian, saying what to install
 */
export function installPackages(packages: string[], command: string, report: Progress): Promise<void> {
  const turn = installing.then(() => install(packages, command, report));
  installing = turn.catch(() => undefined);
  return turn;
}

async function install(packages: string[], command: string, report: Progress): Promise<void> {
  if (await tryRun("sh", ["-c", `command -v ${command}`])) return;
  const what = packages.join(" ");
  if (process.getuid?.() !== 0 || !isDebian()) {
    throw new Failure(
      `${command}: not found, and system packages are installed by this project only as root on Debian; install what Debian calls \`${what}\` and run this again`,
    );
  }
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, report };
  report(`installing ${what}`);
  await run("apt-get", ["update", "-q"], options);
  const patient = ["-o", "DPkg::Lock::Timeout=120"]; // the machine's own upgrades may be running
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...patient, ...packages], options);
}

/** What no container reads: a third of a Debian's size. */
const unread = ["/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info", "/usr/share/lintian"];

const archiveOf = (suite: string) => join(cache, "offline", `${suite}-slim.tar`);

/** The Debian releases that images are made from: the node's (cgroup v1 still works there) and the application's. */
export const missingRoots = () => ["bookworm", "trixie"].filter((suite) => !existsSync(archiveOf(suite)));

/** A minimal root file system of a Debian release as a tar archive, made once. */
export async function rootArchive(suite: string, report: Progress): Promise<string> {
  const archive = archiveOf(suite);
  if (existsSync(archive)) return archive;
  await installPackages(["debootstrap"], "debootstrap", report);
  const folder = join(cache, "offline", `${suite}.part`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run("debootstrap", ["--variant=minbase", suite, folder, ...mirror()], {
    report: (line) => report(`debootstrap: ${line.replace(/^I: /, "")}`),
  });
  for (const path of ["/var/cache/apt", "/var/lib/apt/lists", ...unread])
    rmSync(join(folder, path), { recursive: true, force: true });
  // Packages that images add later leave out the same.
  writeFileSync(join(folder, "etc/dpkg/dpkg.cfg.d/slim"), unread.map((path) => `path-exclude ${path}/*\n`).join(""));
  await run("tar", ["-C", folder, "-cf", `${archive}.part`, "."]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(`${archive}.part`, archive);
  return archive;
}

/** The package mirror that this machine uses itself; none lets debootstrap choose its own. */
function mirror(): string[] {
  for (const [file, pattern] of [
    ["/etc/apt/sources.list.d/debian.sources", /^URIs:\s*(\S+)/m],
    ["/etc/apt/sources.list", /^deb\s+(?:\[.*\]\s+)?(\S+)/m],
  ] as const) {
    const found = existsSync(file) && readFileSync(file, "utf8").match(pattern)?.[1];
    if (found) return [found];
  }
  return [];
}
