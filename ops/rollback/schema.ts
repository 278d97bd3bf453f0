// Whether the images of an entry can run on the database as it is now: pure. Going back takes no migration back.
import type { HistoryEntry } from "local-charts/objects";

/** What keeps a rollback from going on by itself. */
export interface SchemaProblem {
  /** ahead: it is known that the images were never run on this schema; unknown: nobody can tell */
  kind: "ahead" | "unknown";
  text: string;
}

/**
 * @param target the entry to go back to
 * @param entries all of the history: they say in which order revisions came, which their names do not
 * @param present the revision of the database now; undefined where that cannot be had
 */
export function schemaProblem(
  target: HistoryEntry,
  entries: HistoryEntry[],
  present: string | undefined,
): SchemaProblem | undefined {
  const then = target.details.schema;
  if (then === undefined || present === undefined) {
    const [what, where] = then === undefined ? ["was", `when #${target.number} ran`] : ["is", "now"];
    const text = `expected to know that the images of #${target.number} can run on the database as it is, found no revision of Alembic's that says where its schema ${what} ${where}`;
    return { kind: "unknown", text };
  }
  if (then === present) return undefined;
  const first = (revision: string) => entries.findLast(({ details }) => details.schema === revision)?.number;
  const [came, wanted] = [first(present), first(then)];
  // Its own migration brings an older one forward.
  if (came !== undefined && wanted !== undefined && came < wanted) return undefined;
  const text = `the database's schema is at ${present}, ahead of ${then}, which the images of #${target.number} ran on`;
  return { kind: "ahead", text };
}
