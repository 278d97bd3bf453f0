// Python programs from PyPI, each in a virtual environment outside the tree, made when something asks for it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { run, tryRun } from "./command.ts";
import { cache, root } from "./places.ts";
import { Unavailable } from "./program.ts";
import { steps } from "./steps.ts";

const PYTHONS = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/** Python versions that every package of the locks has a wheel for. */
const FITS = ">=3.11 <3.15";

/**
 * A program of a virtual environment, which is made again only when its lock changes.
 * @param name what it is called, and its lock: tools/python/<name>.txt
 * @returns the program's path
 * @throws Unavailable where Python is missing, Failure where the packages cannot be installed
 */
export async function pythonProgram(name: string): Promise<string> {
  const lock = join(root, "tools", "python", `${name}.txt`);
  const { python, version } = await findPython(name);
  const sum = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = join(cache, `venv-${name}-${sum}-${version}`);
  const complete = join(folder, "complete");
  if (!existsSync(complete)) {
    await steps([
      { title: `${name}: making its virtual environment`, run: (report) => make(python, folder, lock, report) },
    ]);
    writeFileSync(complete, "");
  }
  return join(folder, "bin", name);
}

async function make(python: string, folder: string, lock: string, report: (line: string) => void): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  await run(python, ["-m", "venv", folder], { report, hint: "install Python's venv module (python3-venv on Debian)" });
  const flags = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "--no-deps"];
  await run(join(folder, "bin", "python"), ["-m", "pip", "install", ...flags, "--requirement", lock], {
    report,
    hint: "check the network and the package index, and run this again",
  });
  return `${folder}: made`;
}

async function findPython(name: string): Promise<{ python: string; version: string }> {
  for (const python of PYTHONS) {
    const version = semver.coerce(await tryRun(python, ["--version"]))?.version;
    if (version && semver.satisfies(version, FITS)) return { python, version };
  }
  throw new Unavailable(`${name}: expected Python ${FITS} on PATH, found none; install one and run this again`);
}
