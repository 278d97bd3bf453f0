// The text of `make diff`: every object in full, as unified diffs. Pure.
import { createTwoFilesPatch } from "diff";
import { type Entry, type FullReport, isFolded, runLines } from "local-charts/objects";

/** The part of `pulumi preview --json` that is used. */
export interface Preview {
  steps: { op: string; urn: string; detailedDiff?: Record<string, unknown> | null }[];
  changeSummary: Record<string, number>;
}

/** Empty when nothing would change. */
export function fullText(preview: Preview, reports: FullReport[]): string {
  const own = preview.steps.flatMap(ownLine);
  const same = preview.steps.filter(({ op, urn }) => op === "same" && typeOf(urn) === RELEASE);
  const unchanged = new Set(same.map(({ urn }) => nameOf(urn)));
  const sections = reports.flatMap((report) => {
    if (report.entries.length === 0) return [];
    // Somebody has changed the release by another way than this program, and Pulumi's state has not noticed.
    const unseen = unchanged.has(report.chart)
      ? ["! Pulumi takes this release for unchanged; `pulumi refresh` makes it see what Helm has"]
      : [];
    return [
      [report.headline, ...unseen, ...report.entries.flatMap(patch), ...report.folded, ...runLines(report.runs)].join(
        "\n",
      ),
    ];
  });
  const blocks = [...(own.length > 0 ? [own.join("\n")] : []), ...sections];
  return blocks.length > 0 ? `${blocks.join("\n\n")}\n` : "";
}

const RELEASE = "kubernetes:helm.sh/v3:Release";
const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
const typeOf = (urn: string) => urn.split("::").at(-2)?.split("$").at(-1) ?? "";

/** What Pulumi would do to a resource of its own; what it would do to a release stands in the release's objects. */
function ownLine({ op, urn, detailedDiff }: Preview["steps"][number]): string[] {
  // Components and the stack itself are nothing but names for what is below them.
  if (op === "same" || op === "read" || /^(todo:index:|pulumi:)/.test(typeOf(urn))) return [];
  const fields = Object.keys(detailedDiff ?? {});
  return [`${op} ${typeOf(urn)} ${nameOf(urn)}${fields.length > 0 ? `: ${fields.join(", ")}` : ""}`];
}

function patch(entry: Entry): string[] {
  if (isFolded(entry)) return [];
  const { object, hook, notes, before, after } = entry;
  const name = hook.length > 0 ? `${object} (hook: ${hook.join(", ")})` : object;
  const sides = [before ? name : "/dev/null", after ? name : "/dev/null"];
  const lines = createTwoFilesPatch(sides[0], sides[1], before, after, undefined, undefined, { context: 3 }).split(
    "\n",
  );
  return [
    "",
    ...notes.map((note) => `! ${name}: ${note}`),
    ...lines.slice(lines.indexOf(`--- ${sides[0]}`)).filter((line) => line !== ""),
  ];
}

const COLOURS: [RegExp, number][] = [
  [/^(\+\+\+|---) /, 1],
  [/^\+/, 32],
  [/^-/, 31],
  [/^@@/, 36],
  [/^!/, 33],
];

/** With the colours of `git diff`. */
export function coloured(text: string): string {
  return text.replace(/^.+$/gm, (line) => {
    const colour = COLOURS.find(([form]) => form.test(line))?.[1];
    return colour ? `\u001b[${colour}m${line}\u001b[0m` : line;
  });
}
