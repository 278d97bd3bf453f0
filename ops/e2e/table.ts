// What passed when, and on which commit: as text, and as Markdown.
import { clock } from "../../tools/steps.ts";
import type { Result } from "./results.ts";
import { nameOf, type Page, type Suite } from "./suites.ts";

const HEAD = ["suite", "run by", "tests", "time", "commit", "when (UTC)"];

/** A row for each suite. @param results the one that counts of each; a suite that never ran has none */
function rows(suites: Suite[], results: Result[]): string[][] {
  return suites.map((suite) => {
    const result = results.find((each) => each.suite === nameOf(suite));
    const tier = suite.guardedBy ? "make e2e ALL=1" : "make e2e";
    if (!result) return [nameOf(suite), tier, "not run yet", "", "", ""];
    const { commit = "with changes", seconds, when } = result;
    const day = when.slice(0, 16).replace("T", " ");
    return [nameOf(suite), tier, counts(result), clock(Math.round(seconds)), commit.slice(0, 12), day];
  });
}

/** `11 passed, 1 failed, 2 skipped` */
export function counts({ passed, failed, skipped }: Pick<Result, "passed" | "failed" | "skipped">): string {
  return [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
    .filter(Boolean)
    .join(", ");
}

export function textTable(suites: Suite[], results: Result[]): string {
  const lines = [HEAD, ...rows(suites, results)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function markdownTable(suites: Suite[], results: Result[]): string {
  const lines = [HEAD, HEAD.map(() => "---"), ...rows(suites, results)];
  return `${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}

const TITLES: Record<Page, string> = {
  faults: "Faults, and what comes of them",
  guard: "Reach, scale and guard: how each promise was tried",
};

/** Every test of a page's suites, a row each: of what, what its title promises and what it measured, and what came of it when. */
export function pageTable(page: Page, suites: Suite[], results: Result[]): string {
  const names = suites.filter((suite) => suite.page === page).map(nameOf);
  const rows = names
    .flatMap((name) => results.find(({ suite }) => suite === name) ?? [])
    .flatMap(({ suite, when, commit = "with changes", tests }) =>
      tests.map(({ group = suite, title, state, figures = [] }) => [
        ...[suite, group, [title, ...figures].join("<br>")].map((text) => text.replaceAll("|", "\\|")),
        ...[state, commit.slice(0, 12), when.slice(0, 10)],
      ]),
    );
  const head = ["suite", "of what", "what was done, and what comes of it", "", "commit", "on"];
  const lines = [head, head.map(() => "---"), ...rows];
  const note = `Written by \`make ${page}\`: of each suite what its last run said. Do not edit.`;
  return `<!-- ${note} -->\n# ${TITLES[page]}\n\n${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}
