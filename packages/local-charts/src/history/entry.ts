// What an environment was when all of it was well, update by update: pure.
import { isMap } from "../kubernetes/object.ts";

/** A release as it was when it got ready. */
export interface HealthyRelease {
  /** Helm's revision. */
  revision: number;
  /** The chart's own name and version. */
  chart: string;
  version: string;
  /** Of all its objects: what the release's description says. */
  digest: string;
  /** Of all its containers, with their tags and digests, sorted. */
  images: string[];
  /** How long it took until its pods were ready, hooks included, when this was brought out; absent where that was not seen. */
  seconds?: number;
}

/** Who brought something out, and from what. */
export interface Author {
  /** user@host */
  by: string;
  /** Of git; absent outside of it. */
  commit?: string;
  /** Whether the tree had changes that no commit has. */
  changed?: boolean;
}

/** What was well at one time. */
export interface Deployment {
  /** By the releases' names. */
  releases: Record<string, HealthyRelease>;
  /** Whatever else the program knows: the revision of the database's schema, say. */
  details: Record<string, string>;
}

/** One deployment of an environment that got ready, whole. */
export interface Entry extends Author, Deployment {
  /** They count up from 1, and none is given twice. */
  number: number;
  /** ISO 8601 */
  at: string;
}

/** The ConfigMap that keeps them, in the environment's namespace. */
export const HISTORY = "deployments";

/** Entries that are kept. */
export const MOST_ENTRIES = 20;

/** As far as it is read and written. */
export interface HistoryMap {
  apiVersion: "v1";
  kind: "ConfigMap";
  metadata: { name: string; namespace: string; labels: Record<string, string>; resourceVersion?: string };
  data: Record<string, string>;
}

/** The entries of a history, the newest first; what is none, because somebody edited it, is left out. */
export function entriesOf({ data }: Pick<HistoryMap, "data">): Entry[] {
  return Object.values(data ?? {})
    .flatMap((text) => entryIn(text) ?? [])
    .sort((a, b) => b.number - a.number);
}

function entryIn(text: string): Entry | undefined {
  try {
    const found = JSON.parse(text);
    const whole = Number.isInteger(found.number) && typeof found.at === "string" && isMap(found.releases);
    return whole ? { ...found, details: isMap(found.details) ? found.details : {} } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two deployments are of the same objects, and nothing known of both is another; revisions may differ. */
export function isSame(a: Deployment, b: Deployment): boolean {
  const objects = ({ releases }: Deployment) =>
    sorted(releases, ({ revision: _, seconds: __, ...rest }) => fields(rest));
  const contradicted = Object.entries(a.details).some(([name, value]) => (b.details[name] ?? value) !== value);
  return !contradicted && objects(a) === objects(b);
}

const fields = (map: object) => Object.entries(map).sort(byName);
const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : Number(a > b));
/** A text that is the same for maps that are. */
const sorted = <T>(map: Record<string, T>, of: (value: T) => unknown) =>
  JSON.stringify(
    Object.entries(map)
      .sort(byName)
      .map(([name, value]) => [name, of(value)]),
  );

/**
 * Entries with a deployment that is well now, the newest first. What was so already makes no new one; where Helm has made
 * new revisions of it meanwhile, or more is known of it, the entry follows. The oldest go where there are too many.
 * @returns undefined where nothing changes
 * @param author asked only where there is a new entry
 */
export async function withDeployment(
  entries: Entry[],
  { releases, details }: Deployment,
  author: () => Promise<Author>,
  now: Date,
): Promise<Entry[] | undefined> {
  const [newest, ...older] = entries;
  if (newest && isSame(newest, { releases, details })) {
    const known = { releases: withSeconds(releases, newest.releases), details: { ...newest.details, ...details } };
    const text = (each: Deployment) => sorted(each.releases, fields) + sorted(each.details, String);
    return text(newest) === text(known) ? undefined : [{ ...newest, ...known }, ...older];
  }
  const number = (newest?.number ?? 0) + 1;
  const entry: Entry = { number, at: now.toISOString(), ...(await author()), releases, details };
  return [entry, ...entries].slice(0, MOST_ENTRIES);
}

/** What was seen before stays, where nobody has waited this time. */
function withSeconds(releases: Deployment["releases"], before: Deployment["releases"]): Deployment["releases"] {
  const merged = Object.entries(releases).map(([name, release]) => {
    const seconds = release.seconds ?? before[name]?.seconds;
    return [name, { ...release, ...(seconds !== undefined && { seconds }) }] as const;
  });
  return Object.fromEntries(merged);
}

/** @param resourceVersion of the one that it takes the place of */
export function historyMap(namespace: string, entries: Entry[], program: string, resourceVersion?: string): HistoryMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: HISTORY,
      namespace,
      labels: {
        "app.kubernetes.io/managed-by": "local-charts",
        "app.kubernetes.io/part-of": program,
        "app.kubernetes.io/component": "history",
      },
      ...(resourceVersion && { resourceVersion }),
    },
    data: Object.fromEntries(entries.map((entry) => [String(entry.number), JSON.stringify(entry)])),
  };
}
