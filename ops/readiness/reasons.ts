// Why a deployment did not come to its end, where Pulumi's own error has not said it: Helm says of a hook that it waited.
import { diagnose, savedCauses } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { PROGRAM } from "../../components/program.ts";
import { causeLines } from "../diagnose/lines.ts";
import { hintsOf } from "../stack/cause-hints.ts";

/**
 * Shows what of a stack's namespace is not as it should be, and why, without any secret; nothing where all is well, nobody
 * answers, or the update has said it.
 * @param since when the update began
 */
export async function tellReasons(stack: string, since: Date): Promise<void> {
  const namespace = `todo-${stack}`;
  if (savedCauses(PROGRAM, namespace).some(({ at }) => new Date(at) >= since)) return;
  const found = await diagnose(profile, namespace, hintsOf(stack)).catch(() => undefined);
  if (!found) return;
  const { causes, waiting } = found;
  const lines = causes.length > 0 ? causes.flatMap(causeLines) : waiting.map((line) => `  ${line}`);
  if (lines.length > 0) console.error([`\nin ${namespace}:`, ...lines].join("\n"));
}
