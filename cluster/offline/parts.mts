// The programs of the node, built from Go modules: the list (parts.yaml) and what of it is here.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { assertCanBuild, goBuild } from "../../tools/go-build.mts";
import { type Step, steps } from "../../tools/main.mts";
import { cache } from "../../tools/places.mts";

interface Part {
  name: string;
  version: string;
  minutes: number;
  packages?: string[];
  stamp?: string[];
  image?: Record<string, string>;
  alias?: Record<string, string>;
  base?: Record<string, "network">;
}

export const parts: Part[] = Object.entries(parse(readFileSync(join(import.meta.dirname, "parts.yaml"), "utf8"))).map(
  ([name, entry]) => ({ name, ...(entry as Omit<Part, "name">) }),
);

const folderOf = ({ name, version }: Part) => join(cache, "offline", `${name}-${version}`);

/** The path of a built program. */
export function program(name: string): string {
  const owner = parts.find((part) => part.name === name || part.packages?.some((p) => p.endsWith(`/${name}`)));
  if (!owner) throw new Error(`parts.yaml has no ${name}`);
  return join(folderOf(owner), name);
}

/** The images made of the programs: name, program, and whether it needs the network tools. */
export const programImages = parts.flatMap(({ version, image, alias, base }) =>
  [image, alias]
    .flatMap((names) => Object.entries(names ?? {}))
    .map(([name, reference]) => ({
      program: name,
      reference: reference.replace("$V", version),
      network: base?.[name] === "network",
    })),
);

/** Builds what is missing, together with `others` that use the network more than the processors. */
export async function ensureParts(others: Step[]): Promise<void> {
  const missing = parts.filter((part) => !existsSync(folderOf(part)));
  if (missing.length > 0) {
    await assertCanBuild("Kubernetes", 12);
    const minutes = missing.reduce((sum, part) => sum + part.minutes, 0);
    console.log(
      `Building the node's programs from their Go modules: about ${Math.ceil(minutes)} min on two cores, once per machine and version.`,
    );
  }
  const builds = missing.map(
    (part): Step => ({
      title: `${part.name} ${part.version}: building`,
      run: async (report) => {
        const stamp = part.stamp?.map((definition) => definition.replace("$V", part.version));
        const folder = join(import.meta.dirname, "go", part.name);
        await goBuild(folderOf(part), [{ ...part, stamp, folder }], report);
        return `${part.name} ${part.version}: built`;
      },
    }),
  );
  if (builds.length + others.length > 0) await steps([...others, ...builds], 3);
}
