import { type FieldChange, pathText } from "local-charts/objects";
import type { Comparison } from "./environments.ts";

const LONGEST = 100;

/** A comparison to be read: the left environment's value, an arrow, the right one's. */
export function text({ names, necessary, settings, secrets, objects }: Comparison): string {
  const [left, right] = names;
  const changed = [
    ...section("Settings", settings.map(line)),
    ...section("Secrets", secrets.map(line)),
    ...section("Objects", [
      ...objects.differing.flatMap(({ object, fields }) => [object, ...fields.map((field) => `  ${line(field)}`)]),
      ...objects.onlyLeft.map((object) => `only in ${left}: ${object}`),
      ...objects.onlyRight.map((object) => `only in ${right}: ${object}`),
    ]),
  ];
  const same = changed.length === 0 ? ["Settings, secrets and objects are the same.", ""] : [];
  return [
    `${left} → ${right}`,
    "",
    ...changed,
    ...same,
    `The same in both: ${objects.same} ${objects.same === 1 ? "object" : "objects"}.`,
    `Left out, because it has to differ: ${["names, namespaces and addresses inside", ...necessary.map(line)].join("; ")}.`,
  ].join("\n");
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((each) => `  ${each}`), ""];
}

function line({ path, before, after }: FieldChange): string {
  const [was, is] = [before, after].map(shown);
  // Where the difference is beyond the cut, all of both is shown.
  const pair = cut(was) === cut(is) ? [was, is] : [cut(was), cut(is)];
  return `${pathText(path)}: ${pair.join(" → ")}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}

const cut = (value: string) => (value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value);
