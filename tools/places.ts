// Where things are kept outside the tree. tools/run sets TODO_*; everything else derives from them.
import { homedir } from "node:os";
import { join } from "node:path";

/** The checkout. */
export const root = process.env.TODO_ROOT ?? join(import.meta.dirname, "..");

/** What is expensive to make and can be made again: tools, images. Safe to delete at any time. */
export const cache =
  process.env.TODO_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "todo-on-minikube");

/** Links to the tools that were fetched or built, first on PATH. */
export const bin = process.env.TODO_BIN ?? join(cache, "bin", "unset");

/** What cannot be made again: the record of the cluster, Pulumi's state. Removed by `make clean` only. */
export const state = join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "todo-on-minikube");

/** This machine's own certificate authority. No command removes it: browsers were told to trust it. */
export const authority = join(
  process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"),
  "todo-on-minikube",
  "authority",
);

/** What end-to-end tests have said, commit by commit: what `make e2e ALL=1` need not run again, and `make evidence` reads. */
export const endToEndResults = join(cache, "e2e", "results.jsonl");
