// Which protected stacks a cluster holds: what has to be named before the cluster may be removed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { type ClusterRecord, profile, pulumiState } from "../../cluster/profile.ts";
import { stackNames } from "../../settings/stack-files.ts";
import { tryRun } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { isProtected, stackConfig } from "./stack-file.ts";

/** @throws Failure where the cluster holds a protected stack that is not among those named */
export async function assertNoneProtected(record: ClusterRecord, named: string[]): Promise<void> {
  if (!record.uid) return; // its first start never ended
  const found = [...new Set([...deployedHere(record), ...(await deployedFromElsewhere(record))])].sort();
  const unnamed = found.filter((stack) => !named.includes(stack));
  if (unnamed.length === 0) return;
  const [which, them] = unnamed.length === 1 ? ["stack", "it"] : ["stacks", "them"];
  throw new Failure(
    `cluster ${profile}: holds the protected ${which} ${unnamed.join(" and ")} (todo:protected), so nothing was removed; where that is meant, with all the data, name ${them}: \`make clean PROTECTED="${found.join(" ")}"\``,
  );
}

/** By the state that belongs to this cluster: true whatever the stack files say by now, and where the cluster is asleep. */
function deployedHere(record: ClusterRecord): string[] {
  const folder = join(pulumiState(record), ".pulumi", "stacks", "todo");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.flatMap((file) => {
    const [, stack, ending] = /^(.+?)(\.json(?:\.gz|\.zst)?)$/.exec(file) ?? [];
    if (!stack) return [];
    const { checkpoint } = JSON.parse(unpack[ending](readFileSync(join(folder, file))).toString()) as Checkpoint;
    return checkpoint?.latest?.resources?.some(({ protect }) => protect) ? [stack] : [];
  });
}

/** Pulumi compresses its state where it is told to. */
const unpack: Record<string, (content: Buffer) => Buffer> = {
  ".json": (content) => content,
  ".json.gz": (content) => gunzipSync(content),
  ".json.zst": (content) => zstdDecompressSync(content),
};

interface Checkpoint {
  checkpoint?: { latest?: { resources?: { protect?: boolean }[] } };
}

/**
 * Stacks of this cluster whose state is in a backend of the user's: those that their file protects, and whose namespace is
 * there. Of a cluster that does not answer that cannot be told, so then all count, if there is such a backend.
 */
async function deployedFromElsewhere(record: ClusterRecord): Promise<string[]> {
  const names = ["get", "namespaces", "--output", "jsonpath={.items[*].metadata.name}"];
  const namespaces = (await tryRun("kubectl", ["--context", profile, "--request-timeout=5s", ...names]))?.split(" ");
  const backend = process.env.PULUMI_BACKEND_URL;
  const elsewhere = backend !== undefined && backend !== `file://${pulumiState(record)}`;
  return stackNames(root).filter((stack) => {
    if (!(namespaces ? namespaces.includes(`todo-${stack}`) : elsewhere)) return false;
    const { context } = (stackConfig(stack)["todo:cluster"] ?? {}) as { context?: string };
    return context === profile && isProtected(stack);
  });
}
