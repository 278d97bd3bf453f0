// The workflows of GitHub Actions, checked by their linter where that can be had.
import { find, tool } from "../../tools/catalog.ts";
import { ensureTools } from "../../tools/install.ts";
import { Unavailable } from "../../tools/program.ts";
import type { Layer } from "./layers.ts";

/**
 * The check; one that says it was skipped where actionlint is neither here nor to be had.
 * @param more whether builds follow
 * @throws Failure where getting it went wrong
 */
export async function workflows({ more = false } = {}): Promise<Layer> {
  const title = "workflows (actionlint)";
  const skipped = (await find(tool("actionlint"))).fits ? undefined : await lack(more);
  if (skipped !== undefined) return { title, check: async () => ({ skipped }) };
  // Alike on every machine: without the linters of scripts that some have.
  return { title, command: ["actionlint", "-shellcheck=", "-pyflakes="] };
}

const lack = (more: boolean) =>
  ensureTools({ more, also: ["actionlint"] }).then(
    () => undefined,
    (error: Error) => {
      if (error instanceof Unavailable) return error.message;
      throw error;
    },
  );
