// The programs of the node, built from Go modules: the list (node-programs.yaml) and what of it is here.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withKubernetes } from "../../settings/kubernetes-version.ts";
import { assertCanBuild, buildSteps, removeBuildCaches } from "../../tools/go-build.ts";
import { cache } from "../../tools/places.ts";
import { type Progress, type Step, steps } from "../../tools/steps.ts";

interface NodeProgram {
  name: string;
  version: string;
  build: Record<string, string[]>;
  stamp?: string[];
  image?: Record<string, string>;
  alias?: Record<string, string>;
  base?: Record<string, "network">;
  addon?: string;
}

const nodePrograms: NodeProgram[] = Object.entries(
  parse(readFileSync(join(import.meta.dirname, "node-programs.yaml"), "utf8")),
).map(([name, entry]) => ({ name, ...withKubernetes(entry as Omit<NodeProgram, "name">) }));

const folderOf = ({ name, version }: NodeProgram) => join(cache, "offline", `${name}-${version}`);

/** The entry that builds a program. */
function ownerOf(name: string): NodeProgram {
  const owner = nodePrograms.find(
    (part) =>
      part.name === name ||
      Object.values(part.build)
        .flat()
        .some((path) => path.endsWith(`/${name}`)),
  );
  if (!owner) throw new Error(`node-programs.yaml has no ${name}`);
  return owner;
}

/** The path of a built program. */
export const program = (name: string) => join(folderOf(ownerOf(name)), name);

/** The images made of the programs: name, program, and whether it needs the network tools. */
export const programImages = nodePrograms.flatMap(({ version, image, alias, base, addon }) =>
  [image, alias]
    .flatMap((names) => Object.entries(names ?? {}))
    .map(([name, reference]) => ({
      program: name,
      reference: reference.replace("$V", version),
      network: base?.[name] === "network",
      isAddon: addon !== undefined,
    })),
);

const buildOf = (part: NodeProgram) => ({
  name: part.name,
  version: part.version,
  into: folderOf(part),
  packages: part.build,
  stamp: part.stamp?.map((definition) => definition.replace("$V", part.version)),
});

/** Builds what every node needs and is missing, together with `others` that use the network more than the processors. */
export async function ensureNodePrograms(others: Step[]): Promise<void> {
  const missing = nodePrograms.filter((part) => !part.addon && !existsSync(folderOf(part)));
  if (missing.length > 0) await assertCanBuild("Kubernetes", 12);
  const builds = missing.map(buildOf);
  if (builds.length + others.length > 0) await steps([...others, ...buildSteps(builds)], others.length + 2);
}

/** Builds the program of an add-on, unless it is there. @throws Unavailable, Failure */
export async function ensureNodeProgram(name: string, report: Progress): Promise<void> {
  const part = ownerOf(name);
  if (existsSync(folderOf(part))) return;
  await assertCanBuild(part.name, 4, { version: part.addon });
  for (const { run } of buildSteps([buildOf(part)])) await run(report);
  removeBuildCaches();
}
