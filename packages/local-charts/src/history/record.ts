// The history of an environment, kept in the cluster beside what it tells of: gone with it, and there for whoever comes.
import { authorOf } from "./author.ts";
import {
  type Author,
  type Deployment,
  type Entry,
  entriesOf,
  HISTORY,
  type HistoryMap,
  historyMap,
  isSame,
  withDeployment,
} from "./entry.ts";

/**
 * Asks the API server.
 * @param path query included
 * @param body sent as application/json
 * @returns its answer, parsed; rejects where that is no success
 */
export type Request = (method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Promise<unknown>;

export interface RecordOptions extends Pick<Deployment, "releases"> {
  request: Request;
  namespace: string;
  /** The program's name, for a label. */
  program: string;
  /** Asked only when it has to be: what else is to be known of the deployment. */
  details?: () => Promise<Record<string, string>>;
  /** The program's folder. Default: where it runs. */
  folder?: string;
  now?: Date;
  /** Default: this process' user and git. */
  author?: () => Promise<Author>;
}

/**
 * Notes that a whole environment is well. To be called when the last release of an update got ready.
 * @returns the entry that was added; undefined where what is there now was noted before
 * @throws Error in a few words where the cluster does not take it: an update that went well is no failure for that
 */
export async function recordHealthy(options: RecordOptions): Promise<Entry | undefined> {
  const { request, namespace, program, releases, folder = process.cwd(), now = new Date() } = options;
  const { author = () => authorOf(folder), details = async () => ({}) } = options;
  const map = await historyIn(request, namespace);
  const before = map ? entriesOf(map) : [];
  // To ask costs time, which an update without a change does not have.
  const known = before[0] && isSame(before[0], { releases, details: {} }) ? {} : await details();
  const after = await withDeployment(before, { releases, details: known }, author, now);
  if (!after) return undefined;
  const next = historyMap(namespace, after, program, map?.metadata.resourceVersion);
  const place = `/api/v1/namespaces/${namespace}/configmaps`;
  if (map) await request("PUT", `${place}/${HISTORY}`, next);
  else await request("POST", place, next);
  return after[0].number === before[0]?.number ? undefined : after[0];
}

/** What is known of an environment, the newest first; nothing where nothing was noted. @throws as request */
export async function readHistory(request: Request, namespace: string): Promise<Entry[]> {
  const map = await historyIn(request, namespace);
  return map ? entriesOf(map) : [];
}

/** As a list of at most one: nothing is an answer then, and no error that everybody words in his own way. */
async function historyIn(request: Request, namespace: string): Promise<HistoryMap | undefined> {
  const query = `fieldSelector=${encodeURIComponent(`metadata.name=${HISTORY}`)}`;
  const list = (await request("GET", `/api/v1/namespaces/${namespace}/configmaps?${query}`)) as {
    items?: HistoryMap[];
  };
  return list.items?.find(({ metadata }) => metadata.name === HISTORY);
}
