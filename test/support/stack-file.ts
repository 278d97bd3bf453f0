// Stack files of test/fixtures, after a change.
import { parseSettings, readSettings, type Settings } from "../../settings.ts";
import { FIXTURES, stackConfig } from "./mocks.ts";

/** Fields of a stack file by their path below `todo:`, and their new value; undefined removes the field. */
export type Change = Record<string, unknown>;

/** The settings of a stack, its secrets taken for set. */
export const settingsOf = (stack: string): Settings => readSettings(FIXTURES, stack, { assumeSecrets: true });

/** The same after a change. */
export const changedSettings = (stack: string, change: Change): Settings =>
  parseSettings(stack, changed(stack, change), [], { assumeSecrets: true });

/** The `config:` of a stack file after a change. */
export function changed(stack: string, change: Change): Record<string, unknown> {
  const config: Record<string, unknown> = structuredClone(stackConfig(stack));
  for (const [path, value] of Object.entries(change)) {
    const names = (path.includes(":") ? path : `todo:${path}`).split(".");
    const last = names.pop() as string;
    const place = names.reduce((map, name) => {
      map[name] ??= {};
      return map[name] as Record<string, unknown>;
    }, config);
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return config;
}
