// The checks that only read the sources.
import { root } from "../../tools/places.ts";
import { outOfDate } from "../generate/files.ts";
import { type Generator, generators } from "../generate/generators.ts";
import { trackedStacks } from "../stack/stack-file.ts";
import type { Finding, Layer } from "./layers.ts";

export const checks: Layer[] = [
  { title: "types", command: ["node_modules/.bin/tsc", "-p", "tsconfig.check.json"] },
  {
    title: "format and lint",
    command: ["node_modules/.bin/biome", "check"],
    hint: "`make format` fixes what can be fixed without you",
  },
  ...generators.map((generator) => ({
    title: `generated files are current: ${generator.title}`,
    check: () => current(generator, root),
  })),
];

/**
 * Whether what a generator writes is current. What follows from stack files may be late, as the verbs that deploy write it:
 * that is advice; a stack file from which it cannot be made is a problem.
 */
export async function current({ files, follows }: Generator, folder: string): Promise<Finding> {
  const stale = outOfDate(folder, await files(folder, await trackedStacks(folder))).join(", ");
  if (stale === "") return {};
  if (follows === "sources") return { problem: `out of date: ${stale}; \`make generate\` writes it` };
  return { advice: `later than the stack files: ${stale}; \`make up\` writes it, and so does \`make generate\`` };
}
