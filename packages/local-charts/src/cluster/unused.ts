// Objects that are made for one content (their names follow from it) and stay while a pod may still need them: which of
// them nothing needs any more, and their end. A Secret changed under running pods would reach those that restart; so none
// is changed, and the old one has to be there until no ReplicaSet can bring its pods back.
import * as pulumi from "@pulumi/pulumi";
import { clusterRequest } from "./request.ts";

/** Which objects of a namespace are made for one content, as label selectors; a kind without one has none. */
export interface Contents {
  secrets?: string;
  configmaps?: string;
}

/** What removeUnused is told. */
export interface UnusedOptions {
  context: string;
  namespace: string;
  contents: Contents;
  /** Names of those that the program has made now, whether or not a pod uses them yet. */
  current: string[];
}

/** What runs, or can be made to run again with what it had: Deployments by their ReplicaSets, others by revisions. */
const USERS = [
  "/api/v1/namespaces/{}/pods",
  ...["deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"].map(
    (kind) => `/apis/apps/v1/namespaces/{}/${kind}`,
  ),
  ...["jobs", "cronjobs"].map((kind) => `/apis/batch/v1/namespaces/{}/${kind}`),
];

const PATIENCE_MS = 10_000;

interface List {
  items: { metadata: { name: string } }[];
}

/**
 * When all charts are ready: takes away what was made for a content that no pod has any more, and says so. What stands in
 * the way is a warning, as the next update tries again. Nothing in a preview.
 * @param ready of all charts that were installed; one that fails keeps everything as it is
 */
export function removeUnused(options: UnusedOptions, ready: pulumi.Output<unknown>[]): void {
  // Under a test's mocks, where there is no engine, nothing was made that could be taken away.
  if (pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()) return;
  pulumi.all(ready.map((each) => each.apply(() => true))).apply(() => removeNow(options));
}

/** What removeUnused does when all charts are ready. */
export async function removeNow(options: UnusedOptions): Promise<void> {
  const { context, namespace } = options;
  try {
    const removed = await remove(options);
    if (removed.length > 0) {
      void pulumi.log.info(`removed from ${namespace}, as no pod needs them any more: ${removed.join(", ")}`);
    }
  } catch (error) {
    const command = `kubectl --context ${context} -n ${namespace} get secrets,configmaps --show-labels`;
    void pulumi.log.warn(
      `what no pod of ${namespace} needs any more stays there until the next update: ${(error as Error).message}; \`${command}\` shows it`,
    );
  }
}

async function remove({ context, namespace, contents, current }: UnusedOptions): Promise<string[]> {
  const ask = (path: string, more: object = {}) =>
    clusterRequest(context, path.replace("{}", namespace), { milliseconds: PATIENCE_MS, ...more });
  const kinds = Object.entries(contents) as [keyof Contents, string][];
  const found = await Promise.all(
    kinds.map(async ([kind, selector]) => {
      const path = `/api/v1/namespaces/{}/${kind}`;
      const { items } = (await ask(`${path}?labelSelector=${encodeURIComponent(selector)}`, {
        metadataOnly: true,
      })) as List;
      return items.map(({ metadata }) => ({ name: metadata.name, path: `${path}/${metadata.name}` }));
    }),
  );
  const old = found.flat().filter(({ name }) => !current.includes(name));
  if (old.length === 0) return [];
  const users = await Promise.all(USERS.map((path) => ask(path)));
  const unused = old.filter(({ name }) => !refersTo(users, name));
  await Promise.all(unused.map(({ path }) => ask(path, { method: "DELETE" })));
  return unused.map(({ name }) => name);
}

/** Whether a text of an object is this name, wherever it stands: references have many forms, and a wrong guess deletes. */
export function refersTo(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null
    ? Object.values(value).some((inner) => refersTo(inner, name))
    : value === name;
}
