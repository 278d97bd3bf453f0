// Lines out of the store: those that are there, then those that come.
import { answerOf } from "../monitoring/ask.ts";
import { identityOf, type StoredLine } from "./line.ts";

/** Lines that are shown before it follows. */
const BEFORE = 100;
/** How far back the store looks when it begins to follow, for lines that came while the first were shown. */
const OVERLAP = "30s";
/** Without following, at most: more than anybody reads, and less than fills a terminal for minutes. */
const AT_MOST = 5_000;

/** The newest lines, oldest first. */
export async function newest(base: string, query: string, limit = AT_MOST): Promise<StoredLine[]> {
  const answer = await answerOf(`${base}/select/logsql/query`, { query, limit: String(limit) });
  const lines = (await answer.text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StoredLine);
  return lines.sort((a, b) => (a._time < b._time ? -1 : 1));
}

/** Lines that were told already are not told again; of those before the last so many nobody asks. */
const REMEMBERED = 10_000;

/** Tells each line once, also across several answers of the store. */
export function once(tell: (line: StoredLine) => void): (line: StoredLine) => void {
  const told = new Set<string>();
  return (line) => {
    const identity = identityOf(line);
    if (told.has(identity)) return;
    told.add(identity);
    if (told.size > REMEMBERED) told.delete(told.values().next().value as string);
    tell(line);
  };
}

/** Gives the newest lines, then each that comes, some of them twice, until the store's answer ends. */
export async function follow(base: string, query: string, tell: (line: StoredLine) => void): Promise<void> {
  for (const line of await newest(base, query, BEFORE)) tell(line);
  const answer = await answerOf(`${base}/select/logsql/tail`, { query, start_offset: OVERLAP });
  let rest = "";
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    const lines = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter(Boolean)) tell(JSON.parse(line) as StoredLine);
  }
}
