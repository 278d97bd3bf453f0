// What a pull request would change, as one Markdown comment. Pure.
import { type Consequence, consequences, isNoise } from "../../components/preview/consequences";
import { compare, type FieldChange, type ObjectChange, pathText } from "../../components/preview/diff";
import { title } from "../../components/preview/objects";
import { redactText } from "../../components/preview/credentials";
import { redactField } from "../../components/preview/redact";
import type { EnvironmentSnapshot, Snapshot } from "./snapshot";

/** By this line the comment is found again, to be updated in place. */
export const MARKER = "<!-- preview of the deployments -->";
/** GitHub takes 65,536 characters; what is beyond this is cut, and the report says so. */
export const LIMIT = 60_000;
/** Changed fields that are shown of one object. */
const FIELDS = 25;

/** How `pulumi preview` of one environment ended, against an empty stack and without a cluster. */
export interface PreviewOutcome {
  failed: boolean;
  /** Its last lines. */
  text: string;
}

export interface Report {
  base: Snapshot;
  head: Snapshot;
  /** Why the base has no snapshot to compare with. */
  baseProblem?: string;
  previews: Record<string, PreviewOutcome>;
}

interface ReleaseChange {
  release: string;
  changes: ObjectChange[];
}

interface EnvironmentReport {
  stack: string;
  row: string;
  text: string;
}

/** The whole comment, at most LIMIT characters long. */
export function markdown(report: Report): string {
  const stacks = [...new Set([...Object.keys(report.head), ...Object.keys(report.base)])].sort(byImportance);
  const environments = stacks.map((stack) => environmentReport(stack, report));
  const head = [
    MARKER,
    "## What merging this would change",
    ...(report.baseProblem ? [`\n> ${report.baseProblem}; everything is shown as new.`] : []),
    "",
    "| environment | objects | pods replaced | data or namespaces removed | rules newly broken | `pulumi preview` |",
    "| --- | --- | --- | --- | --- | --- |",
    ...environments.map(({ row }) => row),
    "",
  ].join("\n");
  let text = head;
  for (const environment of environments) {
    if (text.length + environment.text.length > LIMIT - 200) {
      text += `\n**${environment.stack}** and what follows is too long for a comment: \`make pr-report\` prints everything up to this length, \`make compare\` and \`make diff\` the rest.\n`;
      break;
    }
    text += `\n${environment.text}`;
  }
  return text;
}

/** prod is what a reader wants to know first. */
const byImportance = (a: string, b: string) => {
  const order = (name: string) => ["prod", "staging", "dev"].indexOf(name) + 1 || 9;
  return order(a) - order(b) || a.localeCompare(b);
};

function environmentReport(stack: string, { base, head, previews }: Report): EnvironmentReport {
  const [old, fresh] = [base[stack], head[stack]];
  if (!fresh) {
    const gone = `its stack file is gone; **what is deployed stays, namespace and data included**, until \`pulumi destroy -s ${stack}\``;
    return { stack, row: row(stack, "–", "–", "–", "–", "–"), text: `### ${stack}\n\n${gone}\n` };
  }
  if (fresh.problem) {
    const text = `### ${stack}\n\n**It cannot be deployed like this:**\n\n\`\`\`\n${fence(fresh.problem)}\n\`\`\`\n`;
    return { stack, row: row(stack, "**refused**", "–", "–", "–", outcome(previews[stack])), text };
  }
  const releases = releaseChanges(old, fresh);
  const all = releases.flatMap(({ changes }) => changes);
  const known = new Set(old?.findings);
  const broken = fresh.findings.filter((finding) => !known.has(finding));
  const severity = broken.length > 0 && fresh.mandatory ? " (ends the deployment)" : "";
  const text = [
    `### ${stack}`,
    "",
    ...(all.length === 0 ? ["Nothing changes.", ""] : []),
    ...broken.map((finding) => `- **rule newly broken**: ${redactText(finding)}`),
    ...(broken.length > 0 ? [""] : []),
    ...releases.map((release) => releaseText(release, fresh.namespace ?? "")),
    ...previewText(previews[stack]),
  ].join("\n");
  const cells = [counts(all), names(all, "restart"), lost(all), `${broken.length || "–"}${severity}`];
  return { stack, row: row(stack, ...cells, outcome(previews[stack])), text };
}

const row = (...cells: string[]) => `| ${cells.join(" | ")} |`;
const outcome = (preview?: PreviewOutcome) => (preview ? (preview.failed ? "**fails**" : "passes") : "not run");
const fence = (text: string) => redactText(text).replaceAll("```", "'''");

function releaseChanges(old: EnvironmentSnapshot | undefined, fresh: EnvironmentSnapshot): ReleaseChange[] {
  const before = old?.releases ?? {};
  const all = [...new Set([...Object.keys(fresh.releases), ...Object.keys(before)])];
  return all
    .map((release) => ({
      release,
      changes: compare(before[release] ?? [], fresh.releases[release] ?? [], fresh.namespace ?? ""),
    }))
    .filter(({ changes }) => changes.length > 0);
}

function counts(changes: ObjectChange[]): string {
  const parts = (["added", "changed", "removed"] as const).flatMap((what) => {
    const { length } = changes.filter((change) => change.what === what);
    return length > 0 ? [`${length} ${what}`] : [];
  });
  return parts.join(", ") || "–";
}

const subject = (change: ObjectChange) => title(change.after ?? change.before ?? NOTHING, "");
const NOTHING = { apiVersion: "", kind: "", metadata: { name: "" } };

function names(changes: ObjectChange[], kind: Consequence["kind"]): string {
  const found = changes.filter((change) => consequences(change).some((one) => one.kind === kind));
  return found.map((change) => (change.after ?? change.before ?? NOTHING).metadata.name).join(", ") || "–";
}

/** What nobody gets back: in bold, because it is what a reviewer must not miss. */
function lost(changes: ObjectChange[]): string {
  const found = changes.filter((change) => consequences(change).some(({ kind }) => kind === "data"));
  return found.map((change) => `**${subject(change)}**`).join(", ") || "–";
}

function releaseText({ release, changes }: ReleaseChange, namespace: string): string {
  const lines = changes.flatMap((change) => changeLines(change, namespace));
  const followed = changes.flatMap((change) =>
    consequences(change).map(({ kind, text }) => {
      const sentence = `${subject(change)}: ${redactText(text)}`;
      return `- ${kind === "data" || kind === "refused" ? `**${sentence}**` : sentence}`;
    }),
  );
  return [
    ...followed,
    ...(followed.length > 0 ? [""] : []),
    `<details><summary>${release}: ${counts(changes)}</summary>`,
    "",
    "```diff",
    ...lines,
    "```",
    "",
    "</details>",
    "",
  ].join("\n");
}

const SIGNS = { added: "+", changed: "!", removed: "-" };

function changeLines(change: ObjectChange, namespace: string): string[] {
  const object = change.after ?? change.before ?? NOTHING;
  const hook = change.hook.length > 0 ? ` (hook: ${change.hook.join(", ")})` : "";
  const noise = change.fields.filter(({ path }) => isNoise(path));
  const shown = change.fields.filter(({ path }) => !isNoise(path));
  const more = shown.length > FIELDS ? [`    and ${shown.length - FIELDS} more fields`] : [];
  const folded = noise.length > 0 ? [`    ${noise.map(({ path }) => pathText(path.slice(-1))).join(", ")}`] : [];
  return [
    `${SIGNS[change.what]} ${title(object, namespace)}${hook}`,
    ...shown.slice(0, FIELDS).flatMap((field) => fieldLines(field, change)),
    ...more,
    ...folded,
  ];
}

function fieldLines({ path, before, after }: FieldChange, change: ObjectChange): string[] {
  const line = (sign: string, value: unknown, object: ObjectChange["before"]) => {
    if (value === undefined || !object) return [];
    const text = JSON.stringify(redactField(object, path, value));
    return [`${sign}   ${pathText(path)}: ${fence(text.length > 300 ? `${text.slice(0, 299)}…` : text)}`];
  };
  return [...line("-", before, change.before), ...line("+", after, change.after)];
}

function previewText(preview?: PreviewOutcome): string[] {
  if (!preview) return [];
  const summary = `<code>pulumi preview</code> ${preview.failed ? "fails" : "passes"}, on an empty stack and without a cluster`;
  return [`<details><summary>${summary}</summary>`, "", "```", fence(preview.text), "```", "", "</details>", ""];
}
