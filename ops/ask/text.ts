// How what others have written is shown on a terminal. Pure.
import { stripVTControlCharacters } from "node:util";

/** Control characters but tab and newline, and those that turn the direction of writing. */
const CONTROLS = /[^\P{Cc}\t\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text that moves no cursor and colours nothing: what a log says is shown, not obeyed. */
export const plain = (text: string) => stripVTControlCharacters(text).replace(/\r\n?/g, "\n").replace(CONTROLS, "");

/** Lines of one answer of a command. */
const LINES = 40;
const WIDTH = 200;

/** What a command has said, set in; of much its beginning, and how much more there is. */
export function excerpt(text: string): string[] {
  const lines = plain(text).trimEnd().split("\n");
  const more = lines.length > LINES ? [`    … ${lines.length - LINES} more lines`] : [];
  const cut = (line: string) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line);
  return [...lines.slice(0, LINES).map((line) => `    ${cut(line)}`.trimEnd()), ...more];
}

const BOLD = "\u001b[1m";
const OFF = "\u001b[0m";

/** An answer in Markdown, for a terminal: headings and what is strong are bold, code is plain, bullets are dots. */
export function rendered(markdown: string, coloured: boolean): string {
  const bold = (text: string) => (coloured ? `${BOLD}${text}${OFF}` : text);
  let fenced = false;
  const lines = plain(markdown)
    .trim()
    .split("\n")
    .flatMap((line) => {
      if (/^\s*```/.test(line)) {
        fenced = !fenced;
        return [];
      }
      if (fenced) return [`    ${line}`];
      const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
      if (heading) return [bold(heading)];
      return [
        line
          .replace(/^(\s*)[-*]\s+/, "$1• ")
          .replace(/\*\*([^*]+)\*\*/g, (_, text: string) => bold(text))
          .replace(/`([^`]+)`/g, "$1"),
      ];
    });
  return lines.join("\n");
}
