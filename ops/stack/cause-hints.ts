import type { CauseHints } from "local-charts/objects";
import { causeHints } from "../../components/cause-hints.ts";
import { readSettings } from "../../settings.ts";
import { root } from "../../tools/places.ts";

/** What is known of a stack on the project's own cluster to do about causes; less where its file cannot be read. */
export function hintsOf(stack: string): CauseHints {
  try {
    return causeHints(true, readSettings(root, stack, { assumeSecrets: true }));
  } catch {
    return causeHints(true);
  }
}
