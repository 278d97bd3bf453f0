import type { Basis, Entry, Report } from "./report.ts";

const MARKS = { added: "+", changed: "~", removed: "-" };
const MOST_OBJECTS = 12;
const MOST_FIELDS = 6;

/** The changes of a release as the preview lists them, of bounded length. Empty when a cluster was asked and there are none. */
export function previewText(report: Report, allChanges?: string): string {
  const { entries, runs, basis, definitions = [], drift = [] } = report;
  const asked = basis.from === "deployed" || basis.from === "nothing";
  if (entries.length === 0 && definitions.length === 0 && drift.length === 0 && asked) return "";
  const shown = entries.filter((entry) => !isFolded(entry));
  const lines = shown.slice(0, MOST_OBJECTS).flatMap((entry) => objectLines(entry, MOST_FIELDS));
  const cut = shown.length > MOST_OBJECTS || shown.some(({ fields }) => fields.length > MOST_FIELDS);
  const rest = shown.length > MOST_OBJECTS ? [`… ${shown.length - MOST_OBJECTS} more objects`] : [];
  const all = cut && allChanges ? [`all of it: ${allChanges}`] : [];
  const inner = [
    ...lines,
    ...rest,
    ...foldedLines(entries),
    ...runLines(runs),
    ...definitions,
    ...driftText(drift),
    ...all,
  ];
  return [headline(report), ...indent(inner)].join("\n");
}

/** `web-dev, compared with revision 3: 1 object added, 2 changed` */
export function headline({ release, basis, entries }: Report): string {
  return `${release}${against(basis)}: ${counted(entries)}`;
}

function against(basis: Basis): string {
  if (basis.from === "nothing") return ", not installed yet";
  if (basis.from === "deployed")
    return `, compared with revision ${basis.revision}${basis.later ? ` (a later one is ${basis.later})` : ""}`;
  const unasked = `, the cluster could not be asked (${basis.reason})`;
  return basis.from === "last known"
    ? `${unasked}; compared with what this machine knew at ${basis.at.slice(0, 16).replace("T", " ")} UTC`
    : `${unasked} and this machine has not seen the release; all that it would install`;
}

function counted(entries: Entry[]): string {
  const counts = (["added", "changed", "removed"] as const).flatMap((what) => {
    const count = entries.filter((entry) => entry.what === what).length;
    return count > 0 ? `${count} ${what}` : [];
  });
  return counts.length > 0 ? `objects ${counts.join(", ")}` : "no object changes";
}

/** Lines of one object; `most` fields of it. */
export function objectLines({ what, object, hook, fields, notes }: Entry, most: number): string[] {
  const when = hook.length > 0 ? ` (hook: ${hook.join(", ")})` : "";
  const rest = fields.length > most ? [`… ${fields.length - most} more fields`] : [];
  const inner = [...notes.map((note) => `! ${note}`), ...fields.slice(0, most), ...rest];
  return [`${MARKS[what]} ${object}${when}`, ...indent(inner)];
}

/** Whether nothing but the chart's labels and checksums differ, and nothing follows from it. */
export const isFolded = ({ what, fields, notes }: Entry) =>
  what === "changed" && fields.length === 0 && notes.length === 0;

/** One line for each change of a chart label or a checksum, with the objects that have it. */
export function foldedLines(entries: Entry[]): string[] {
  const texts = [...new Set(entries.flatMap(({ noise }) => noise))];
  return texts.map((text) => {
    const objects = entries.filter(({ noise }) => noise.includes(text)).map(({ object }) => object);
    return `~ ${text} on ${objects.join(", ")}`;
  });
}

/** The hooks that run although they do not differ. */
export const runLines = (runs: string[]) => (runs.length > 0 ? [`runs ${runs.join(", ")}`] : []);

/** One line, as it is about what the update does not touch. */
const driftText = (drift: string[]) =>
  drift.length > 0
    ? [
        `! changed in the cluster by hand, and left so: ${drift[0]}${drift.length > 1 ? `; and ${drift.length - 1} more` : ""}`,
      ]
    : [];

const indent = (lines: string[]) => lines.map((line) => `  ${line}`);
