// What a preview can still say where no cluster answers.
import { type ClusterRecord, profile, readRecord } from "../../cluster/profile.ts";
import { isCluster } from "../../cluster/start.ts";
import { ensureStack, usePulumi } from "./pulumi.ts";

/** A cluster that was never made: its stacks are empty. */
const NONE: ClusterRecord = { engine: "present", images: "pulled" };

/** Prepares a preview of a stack; `say` gets the sentence that tells what it compares with, where that is not the cluster. */
export async function usePulumiForPreview(stack: string, say: (sentence: string) => void): Promise<void> {
  const record = readRecord();
  usePulumi(stack, record ?? NONE);
  await ensureStack(stack);
  if (record?.uid && (await isCluster(record.uid))) return;
  say(
    record?.uid
      ? `cluster ${profile}: does not answer, so this compares with what the last update recorded, not with what runs; \`make cluster\` wakes it`
      : "there is no cluster yet, so this shows everything that `make up` would create",
  );
  // The provider asks several times, for half a minute each, and then goes on without an answer.
  process.env.PULUMI_K8S_CLIENT_TIMEOUT ??= "1";
}
