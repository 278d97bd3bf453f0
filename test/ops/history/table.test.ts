// How a history is shown, and which of it is there now.
// Does not prove: that a cluster keeps one (packages/local-charts/test/history, test/e2e).
import { strict as assert } from "node:assert";
import { currentOf } from "../../../ops/history/read.ts";
import { historyLines } from "../../../ops/history/table.ts";
import { entry } from "../../support/history.ts";

const entries = [
  entry(4, ["1a", "1p"], { changed: true }),
  entry(3, ["2a", "1p"], { commit: undefined, details: {}, by: "bob@ci" }),
  entry(2, ["1a", "1p"]),
];

describe("the table of a history", () => {
  it("has a line for each entry, with the one that is there now and those that are the same", () => {
    assert.deepEqual(historyLines({ entries, current: 4 }), [
      "  #  when (UTC)        by        commit    schema  images",
      " →4  2026-11-24 10:00  ann@desk  4444444*  0001    api:1a page:1p  as #2",
      "  3  2026-11-23 10:00  bob@ci    -         -       api:2a page:1p",
      "  2  2026-11-22 10:00  ann@desk  2222222   0001    api:1a page:1p",
      "* with changes that the commit does not have",
    ]);
  });

  it("says so where none of it is there now", () => {
    const lines = historyLines({ entries: [entries[2]] });
    assert.equal(lines.at(-1), "none of them is what is deployed now: `make diagnose` says what is not well");
    assert.match(lines[1], /^ {2}2 /);
  });
});

describe("the entry that is deployed now", () => {
  const revision = (name: string, version: number, status = "deployed") => ({
    metadata: { labels: { name: `todo-${name}-lab`, version: String(version), status } },
  });
  const now = (...secrets: ReturnType<typeof revision>[]) => currentOf(entries, secrets);

  it("is the one whose revisions are Helm's last", () => {
    const old = revision("backend", 3, "superseded");
    assert.equal(now(old, revision("backend", 4), revision("frontend", 4)), 4);
    assert.equal(now(revision("backend", 2), revision("frontend", 2)), 2);
  });

  it("is none after an update that failed, a release too many, or one that is gone", () => {
    assert.equal(now(revision("backend", 5), revision("frontend", 4)), undefined);
    assert.equal(now(revision("backend", 4, "failed"), revision("frontend", 4)), undefined);
    assert.equal(now(revision("backend", 4), revision("frontend", 4), revision("redis", 1)), undefined);
    assert.equal(now(revision("backend", 4)), undefined);
    assert.equal(now(), undefined);
  });
});
