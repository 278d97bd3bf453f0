// What a pull request would change, as one Markdown comment. Pure.
import {
  type Consequence,
  compare,
  consequences,
  type Entry,
  foldedLines,
  isFolded,
  type KubernetesObject,
  type ObjectChange,
  objectLines,
  redactText,
  report,
  runLines,
  title,
} from "local-charts/objects";

import type { EnvironmentSnapshot, Snapshot } from "./snapshot.ts";

/** By this line the comment is found again, to be updated in place. */
export const MARKER = "<!-- preview of the deployments -->";
/** GitHub takes 65,536 characters. */
export const LIMIT = 60_000;
/** Lines of one release; a comment that nobody reads to its end helps nobody. */
const LINES = 150;
/** Changed fields of one object. */
const FIELDS = 25;

/** How `pulumi preview` of one environment ended, on an empty stack and without a cluster. */
export interface PreviewOutcome {
  failed: boolean;
  /** Its last lines. */
  text: string;
}

export interface PullRequest {
  base: Snapshot;
  head: Snapshot;
  /** Why the base has no snapshot to compare with. */
  baseProblem?: string;
  previews: Record<string, PreviewOutcome>;
}

interface Section {
  /** Cells of the overview: environment, objects, pods replaced, lost, rules, preview. */
  cells: string[];
  text: string;
}

/** The whole comment, at most LIMIT characters long; protected environments come first. */
export function markdown(pull: PullRequest): string {
  const stacks = [...new Set([...Object.keys(pull.head), ...Object.keys(pull.base)])].sort(byImportance(pull));
  const sections = stacks.map((stack) => section(stack, pull));
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const columns = ["environment", "objects", "pods replaced", "destroyed", "rules newly broken", "`pulumi preview`"];
  let text = [
    MARKER,
    "## What merging this would change",
    "",
    ...(pull.baseProblem ? [`> ${redactText(pull.baseProblem)}; everything is shown as new.`, ""] : []),
    row(columns),
    row(columns.map(() => "---")),
    ...sections.map(({ cells }) => row(cells)),
  ].join("\n");
  for (const [index, { text: more }] of sections.entries()) {
    if (text.length + more.length > LIMIT - 300) {
      const left = stacks.slice(index).join(", ");
      return `${text}\n\n**Cut here, for the length of a comment:** ${left}. On a checkout, \`make diff ENV=…\` shows all of it.\n`;
    }
    text += `\n\n${more}`;
  }
  return text;
}

/** What is protected comes first. */
function byImportance({ base, head }: PullRequest): (a: string, b: string) => number {
  const rank = (stack: string) => Number(!(head[stack] ?? base[stack])?.protected);
  return (a, b) => rank(a) - rank(b) || a.localeCompare(b);
}

function section(stack: string, { base, head, previews }: PullRequest): Section {
  const [old, fresh] = [base[stack], head[stack]];
  const preview = previews[stack];
  const outcome = preview ? (preview.failed ? "**fails**" : "passes") : "not run";
  if (!fresh) {
    const stays = `What is deployed stays, namespace and data included, until somebody runs \`pulumi destroy -s ${stack}\`.`;
    return {
      cells: [stack, "stack file removed", ...dashes(4)],
      text: `### ${stack}\n\nIts stack file is gone. ${stays}`,
    };
  }
  if (fresh.problem) {
    const text = `### ${stack}\n\n**It cannot be deployed like this:**\n\n${block("text", [fresh.problem])}`;
    return { cells: [stack, "**refused**", ...dashes(3), outcome], text };
  }
  const releases = changedReleases(old, fresh);
  const changes = releases.flatMap((release) => release.changes);
  const objects = releases.flatMap((release) => release.objects);
  const known = new Set(old?.findings);
  const broken = fresh.findings.filter((finding) => !known.has(finding));
  const ends = broken.length > 0 && fresh.mandatory ? " (ends the deployment)" : "";
  const restarted = having(changes, "restart", objects).map((object) => object.metadata.name);
  const lost = having(changes, "data", objects).map((object) => `**${title(object, "")}**`);
  const notes = [
    ...broken.map((finding) => `- **Rule newly broken:** ${redactText(finding)}`),
    ...changes.flatMap((change) => warnings(change)),
  ];
  const text = [
    `### ${stack}`,
    "",
    ...(changes.length === 0 ? ["Nothing changes.", ""] : []),
    ...(notes.length > 0 ? [...notes, ""] : []),
    ...releases.map((release) => releaseText(release, fresh.namespace ?? "")),
    ...(preview ? [previewText(preview)] : []),
  ].join("\n");
  const rules = `${broken.length || "–"}${ends}`;
  return { cells: [stack, counts(changes), list(restarted), list(lost), rules, outcome], text };
}

const dashes = (count: number) => Array<string>(count).fill("–");
const list = (names: string[]) => names.join(", ") || "–";

export interface ReleaseChanges {
  release: string;
  changes: ObjectChange[];
  objects: KubernetesObject[];
}

/** What changes from one snapshot of an environment to another, by release; unchanged ones are left out. */
export function changedReleases(old: EnvironmentSnapshot | undefined, fresh: EnvironmentSnapshot): ReleaseChanges[] {
  const before = old?.releases ?? {};
  const all = [...new Set([...Object.keys(fresh.releases), ...Object.keys(before)])];
  return all
    .map((release) => {
      const objects = fresh.releases[release] ?? [];
      return { release, objects, changes: compare(before[release] ?? [], objects, fresh.namespace ?? "") };
    })
    .filter(({ changes }) => changes.length > 0);
}

function counts(changes: ObjectChange[]): string {
  const parts = (["added", "changed", "removed"] as const).flatMap((what) => {
    const { length } = changes.filter((change) => change.what === what);
    return length > 0 ? [`${length} ${what}`] : [];
  });
  return list(parts);
}

const objectOf = ({ after, before }: ObjectChange) => (after ?? before) as KubernetesObject;

const having = (changes: ObjectChange[], kind: Consequence["kind"], objects: KubernetesObject[]) =>
  changes.filter((change) => consequences(change, objects).some((one) => one.kind === kind)).map(objectOf);

/** What a reviewer must not miss: what nobody gets back, and what the API server would refuse. */
function warnings(change: ObjectChange): string[] {
  const grave = consequences(change, []).filter(({ kind }) => kind === "data" || kind === "refused");
  return grave.map(({ text }) => `- **${title(objectOf(change), "")}**: ${redactText(text)}`);
}

/** One release, folded: its objects and fields as the preview lists them. */
function releaseText(changed: ReleaseChanges, namespace: string): string {
  const { lines, hooks } = releaseLines(changed, namespace, entryLines);
  const more = lines.length > LINES ? [`… ${lines.length - LINES} more lines`] : [];
  const body = block("diff", [...lines.slice(0, LINES), ...more, ...hooks]);
  return `<details><summary>${changed.release}: ${counts(changed.changes)}</summary>\n\n${body}\n\n</details>\n`;
}

/** Objects and fields of one release as the preview lists them, and what runs for it. */
export function releaseLines(
  { release, changes, objects }: ReleaseChanges,
  namespace: string,
  linesOf = (entry: Entry) => objectLines(entry, FIELDS),
): { lines: string[]; hooks: string[] } {
  const { entries, runs } = report(release, namespace, { from: "deployed", revision: 0 }, changes, objects);
  const lines = [...entries.filter((entry) => !isFolded(entry)).flatMap(linesOf), ...foldedLines(entries)];
  return { lines, hooks: runLines(runs).map((line) => `  ${line}`) };
}

/** In a block of kind diff, lines are green, red or orange by their first character. */
function entryLines(entry: Entry): string[] {
  const [first, ...rest] = objectLines(entry, FIELDS);
  return [first.replace(/^~/, "!"), ...rest];
}

function previewText({ failed, text }: PreviewOutcome): string {
  const summary = `<code>pulumi preview</code> ${failed ? "fails" : "passes"}, on an empty stack and without a cluster, so that no object was shown to an API server`;
  return `<details><summary>${summary}</summary>\n\n${block("text", [text])}\n\n</details>\n`;
}

/** A block of code that its content cannot end. */
function block(language: string, lines: string[]): string {
  const text = redactText(lines.join("\n")).replaceAll("```", "'''");
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
