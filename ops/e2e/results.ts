// What suites have said so far, a line each in a file of the cache, which grows: a run that is broken off has lost nothing.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { tryRun } from "../../tools/command.ts";

export interface TestResult {
  /** The titles of the groups around it. */
  group?: string;
  title: string;
  state: "passed" | "failed" | "skipped";
  /** What it measured. */
  figures?: string[];
}

/** What one run of a suite said. */
export interface Result {
  /** Its name. */
  suite: string;
  /** What was tested; undefined where no commit has what was tested. */
  commit?: string;
  /** When it ended, as ISO 8601 has it. */
  when: string;
  seconds: number;
  passed: number;
  /** Where the suite's process died it is counted as a failure, too. */
  failed: number;
  skipped: number;
  tests: TestResult[];
}

/** Those of a commit. A tree with changes is no commit: its results would be taken for those of what is committed. */
export function keep(file: string, result: Result): void {
  if (!result.commit) return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** The results that were kept, oldest first. A line that an interruption has cut off counts as none. */
export function keptResults(file: string): Result[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").flatMap(parsed);
}

function parsed(line: string): Result[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

/** The newest of each suite. */
export function newest(results: Result[]): Result[] {
  return [...new Map(results.map((result) => [result.suite, result])).values()];
}

/** The commit that the tree of a checkout is; undefined where it has changes, or is none of git's. */
export async function commitOf(folder: string): Promise<string | undefined> {
  const changes = await tryRun("git", ["status", "--porcelain"], { cwd: folder });
  return changes === "" ? tryRun("git", ["rev-parse", "HEAD"], { cwd: folder }) : undefined;
}
