// A history as a person reads it: pure.
import type { HistoryEntry } from "local-charts/objects";
import type { History } from "./read.ts";

/** A line for each entry, the newest first, below a line of titles. */
export function historyLines({ entries, current }: History): string[] {
  const rows = entries.map((entry) => [
    `${entry.number === current ? "→" : " "}${entry.number}`,
    entry.at.slice(0, 16).replace("T", " "),
    entry.by,
    entry.commit ? `${entry.commit.slice(0, 7)}${entry.changed ? "*" : ""}` : "-",
    entry.details.schema ?? "-",
    imagesOf(entry).join(" "),
    twinOf(entry, entries),
  ]);
  const titles = ["  #", "when (UTC)", "by", "commit", "schema", "images", ""];
  const widths = titles.map((title, column) =>
    Math.max(...[titles, ...rows].map((row) => row[column].length), title.length),
  );
  const table = [titles, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padStart(widths[0]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd(),
  );
  const legend = [
    ...(current === undefined ? ["none of them is what is deployed now: `make diagnose` says what is not well"] : []),
    ...(entries.some(({ changed }) => changed) ? ["* with changes that the commit does not have"] : []),
  ];
  return [...table, ...legend];
}

/** Each image once, without what comes before its own name. */
export function imagesOf({ releases }: Pick<HistoryEntry, "releases">): string[] {
  const names = Object.values(releases).flatMap(({ images }) => images.map((image) => image.replace(/^.*\//, "")));
  return [...new Set(names)].sort();
}

/** Which older entry had the same objects: what a rollback went back to. */
function twinOf(entry: HistoryEntry, entries: HistoryEntry[]): string {
  const twin = entries.find((other) => other.number < entry.number && hasObjectsOf(entry, other));
  return twin ? `as #${twin.number}` : "";
}

/** Whether two entries have the same releases of the same objects. */
export function hasObjectsOf(a: Pick<HistoryEntry, "releases">, b: Pick<HistoryEntry, "releases">): boolean {
  return differing(a, b).length === 0;
}

/** Releases that two entries do not have alike. */
export function differing(a: Pick<HistoryEntry, "releases">, b: Pick<HistoryEntry, "releases">): string[] {
  const names = [...new Set([...Object.keys(a.releases), ...Object.keys(b.releases)])];
  return names.filter((name) => a.releases[name]?.digest !== b.releases[name]?.digest);
}
