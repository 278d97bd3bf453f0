// What of a long text names the cause: the end of a log of continuous integration is all that its reader sees.
import { stripVTControlCharacters } from "node:util";

const MOST_LINES = 24;
/** The end of a text, whatever stands there. */
const LAST = 3;
const WIDTH = 400;
/** What programs write before a sentence that says what is wrong. */
const ERROR = /\b(error|fatal|panic):/i;
const TELLING =
  /error|fail|fatal|panic|refuse|denied|forbidden|invalid|cannot|unable|time[ds]? ?out|exceed|not found|expected|already|back-?off/i;

/** A text as it is if it is short; else its first line, its last ones, and between them those that tell of something bad. */
export function causes(text: string): string[] {
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "")
    .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line));
  if (lines.length <= MOST_LINES) return lines;
  const inside = lines.map((_, index) => index).slice(1, -LAST);
  const room = MOST_LINES - 1 - LAST;
  // Of many the last, as an update names its errors at its end; what is not called one where there is room.
  const errors = inside.filter((index) => ERROR.test(lines[index])).slice(-room);
  const others = inside.filter((index) => TELLING.test(lines[index]) && !errors.includes(index));
  const telling = [...errors, ...others.slice(others.length - Math.min(others.length, room - errors.length))];
  // Without any the beginning.
  const between = telling.length > 0 ? telling.sort((a, b) => a - b) : inside.slice(0, room);
  const shown = [0, ...between, ...lines.map((_, index) => index).slice(-LAST)];
  return shown.flatMap((index, place) =>
    place > 0 && index > shown[place - 1] + 1 ? ["…", lines[index]] : lines[index],
  );
}
