// Asks the cluster for the history of an environment, and for what is there now.
import { type HistoryEntry, readHistory } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { enterPresentCluster } from "../stack/present-cluster.ts";
import { lastRevisions, type Revision } from "../stack/revisions.ts";

/** A history, the newest entry first, and which of its entries is what is deployed now. */
export interface History {
  entries: HistoryEntry[];
  /** Its number; undefined where what is deployed now was never well, or is not all there. */
  current?: number;
}

/** @throws Failure where there is no cluster, or it does not answer */
export async function historyOf(stack: string): Promise<History> {
  await enterPresentCluster(stack);
  const namespace = `todo-${stack}`;
  const hint = "`make cluster` wakes the cluster";
  const target = ["--context", profile, "--request-timeout=20s"];
  const entries = await readHistory(
    async (_, path) => JSON.parse(await run("kubectl", [...target, "get", "--raw", path], { hint })),
    namespace,
  );
  const labels = `{range .items[*]}{.metadata.labels}{"\\n"}{end}`;
  const secrets = ["--namespace", namespace, "get", "secrets", "--selector", "owner=helm"];
  const said = await run("kubectl", [...target, ...secrets, "--output", `jsonpath=${labels}`], { hint });
  const revisions = said
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ metadata: { labels: JSON.parse(line) } }));
  return { entries, current: currentOf(entries, revisions) };
}

/** The entry whose revisions are Helm's last ones, all of them. */
export function currentOf(entries: HistoryEntry[], secrets: Revision[]): number | undefined {
  const last = lastRevisions(secrets);
  const found = entries.find(({ releases }) => {
    const noted = Object.entries(releases);
    if (noted.length !== last.length) return false;
    return noted.every(([release, { revision }]) =>
      last.some(({ name, version, status }) => name === release && version === revision && status === "deployed"),
    );
  });
  return found?.number;
}
