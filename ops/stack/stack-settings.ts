import { readSettings, type Settings } from "../../settings.ts";
import { root } from "../../tools/places.ts";
import { expected } from "../../tools/program.ts";

/** Settings of a stack, its secrets known by their fingerprints. @throws Failure where they are wrong */
export function settingsOf(stack: string): Settings {
  try {
    return readSettings(root, stack);
  } catch (error) {
    return expected(error as Error);
  }
}
