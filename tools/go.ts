// Go's own command, with caches of this project's own.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cache, root } from "./places.ts";

/** What only builds need. */
export const scratch = join(cache, "build");

/** The folder whose go.mod counts, by its path below tools/go. */
export const folderOf = (module: string) => join(root, "tools", "go", module);

/**
 * Runs go, and then says on standard output how much of the processors it and its compilers took. What starts beside it goes
 * before it: a cluster has time limits, a compiler has none.
 */
export function go(module: string, args: string[]) {
  const memory = process.availableMemory?.() ?? 0;
  return execa("sh", ["-c", 'nice go "$@"; status=$?; times; exit $status', "go", ...args], {
    cwd: folderOf(module),
    stdin: "ignore",
    reject: false,
    env: {
      CGO_ENABLED: "0", // with C each package that knows the network would be another one
      GOCACHE: join(scratch, "cache"),
      GOMODCACHE: join(scratch, "modules"),
      GOFLAGS: "-buildvcs=false -modcacherw -mod=readonly",
      GOTOOLCHAIN: "local",
      GOSUMDB: "off", // go.sum is committed; some of these versions have no entry in the public database
      ...(memory > 0 ? collectingAt(memory) : {}),
    },
  });
}

/** Compilers collect garbage only where memory gets short: as many as there are processors share half of what is free. */
const collectingAt = (memory: number) => ({
  GOGC: "off",
  GOMEMLIMIT: `${Math.max(256, Math.floor(memory / 2 ** 21 / availableParallelism()))}MiB`,
});

/** Seconds of user and system time of what a shell has waited for, by the last line of its `times`: `1m2.5s 0m3.25s`. */
export function processorTime(times: string): number {
  const last = times.trim().split("\n").at(-1) ?? "";
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}
