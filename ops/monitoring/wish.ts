// What a person says with a variable of make that is 1 or nothing: pure.
import { Failure } from "../../tools/program.ts";

/** @param word `NAME=value`, or nothing @throws Failure for any other value than 1 */
export function isWished(name: string, word?: string): boolean {
  if (!word || word === `${name}=1`) return Boolean(word);
  throw new Failure(
    `${name}: expected 1, or not to be said, found ${word.slice(name.length + 1)}; nothing was changed`,
  );
}
