// What an answer proposes: a value of the stack file, or a command of this project. Pure.
import { plain } from "./text.ts";

export const MARK = "PROPOSAL:";

/** Verbs of `make` that may be proposed, with their variables beside ENV: what they do can be looked at first, or undone. */
export const COMMANDS: Record<string, string[]> = {
  diagnose: [],
  diff: [],
  doctor: [],
  drift: ["REPAIR"],
  history: [],
  images: [],
  migrate: [],
  preview: [],
  recover: [],
  rollback: ["TO", "SCHEMA"],
  up: [],
};

export type Proposal =
  | { kind: "value"; text: string; path: string[]; value: string }
  | { kind: "command"; text: string }
  | { kind: "refused"; text: string; why: string };

/** Of one answer. */
const MOST = 10;

/** Every proposal of an answer, those that are none included, with why. */
export function proposalsIn(answer: string, stack: string): Proposal[] {
  const lines = plain(answer)
    .split("\n")
    .flatMap((line) => /^[\s>*`-]*PROPOSAL:\s*(.*?)[\s*`]*$/.exec(line)?.[1].replaceAll("`", "") ?? []);
  return lines.slice(0, MOST).map((text) => proposal(text, stack));
}

function proposal(text: string, stack: string): Proposal {
  const refused = (why: string): Proposal => ({ kind: "refused", text, why });
  const [, key, value] = /^((?:todo:)?[A-Za-z][\w.-]*)\s*=\s*(.+)$/.exec(text) ?? [];
  if (key && value) return { kind: "value", text, path: key.replace(/^todo:/, "").split("."), value };
  const [program, verb, ...words] = text.split(/\s+/);
  const form = "expected a key of the stack file with its value, or a command of this project";
  if (program !== "make" || !verb) return refused(`${form}, found neither`);
  const variables = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!variables)
    return refused(`expected one of make ${Object.keys(COMMANDS).join(", make ")}, found make ${verb}, which is none`);
  for (const word of words) {
    const [, name, given] = /^([A-Z]+)=([\w.-]+)$/.exec(word) ?? [];
    if (name === "ENV" && given !== stack) return refused(`expected ENV=${stack}, found ${word}`);
    if (name !== "ENV" && !variables.includes(name ?? ""))
      return refused(`expected ${["ENV", ...variables].join(", ")} of make ${verb}, found ${word}`);
  }
  if (!words.includes(`ENV=${stack}`)) return refused(`expected ENV=${stack} in it, found nothing`);
  return { kind: "command", text };
}
