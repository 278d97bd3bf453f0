// What happens in a namespace while an update goes on: one watch for each kind, shared by all charts that go there, so that
// who waits reads memory and learns of a change when it happens.
import { setTimeout as sleep } from "node:timers/promises";
import type { LiveEvent, LiveObject } from "../cause/situation.ts";
import { clusterGet, clusterWatch, Refused, type WatchEvent } from "./request.ts";

/** Kinds by the path of their lists, behind the group's and before the namespace's. */
export const KINDS = {
  Pod: ["/api/v1", "pods"],
  Event: ["/api/v1", "events"],
  PersistentVolumeClaim: ["/api/v1", "persistentvolumeclaims"],
  ResourceQuota: ["/api/v1", "resourcequotas"],
  Service: ["/api/v1", "services"],
  Deployment: ["/apis/apps/v1", "deployments"],
  ReplicaSet: ["/apis/apps/v1", "replicasets"],
  StatefulSet: ["/apis/apps/v1", "statefulsets"],
  DaemonSet: ["/apis/apps/v1", "daemonsets"],
  Job: ["/apis/batch/v1", "jobs"],
} as const;
export type Kind = keyof typeof KINDS;

/** What says by itself whether it is as it shall be. */
const WORKLOADS: Kind[] = ["Deployment", "StatefulSet", "DaemonSet", "Job"];

const PATIENCE_MS = 10_000;
/** Before a list is asked for again whose watch has ended, or that could not be had. */
const PAUSE_MS = 500;

interface List {
  metadata: { resourceVersion: string };
  items: Kept[];
}

type Kept = LiveObject & { metadata: { resourceVersion: string } };

/** What is known of a namespace now. */
export class Observation {
  private readonly context: string;
  private readonly namespace: string;
  private readonly found = new Map<Kind, Map<string, Kept>>();
  private readonly problems = new Map<Kind, string>();
  private readonly end = new AbortController();
  private waiting: (() => void)[] = [];

  constructor(context: string, namespace: string) {
    this.context = context;
    this.namespace = namespace;
    for (const kind of Object.keys(KINDS) as Kind[]) void this.follow(kind);
  }

  /** Whether each kind was listed once, or is not to be had. */
  get complete(): boolean {
    return Object.keys(KINDS).every((kind) => this.found.has(kind as Kind));
  }

  /** Why something is not known, or not known any more; undefined while all is. */
  get problem(): string | undefined {
    return [...this.problems.values()][0];
  }

  get objects(): LiveObject[] {
    return [...this.found].flatMap(([kind, objects]) => (kind === "Event" ? [] : [...objects.values()]));
  }

  get events(): LiveEvent[] {
    return [...(this.found.get("Event")?.values() ?? [])] as unknown as LiveEvent[];
  }

  /**
   * The next change, or some time without one.
   * @param ref whether the program is to go on for it
   */
  async changed(milliseconds: number, ref = true): Promise<void> {
    const over = new AbortController();
    const change = new Promise<void>((done) => this.waiting.push(done));
    await Promise.race([change, sleep(milliseconds, undefined, { signal: over.signal, ref }).catch(() => {})]);
    over.abort();
  }

  /** Asks again how workloads are: a watch tells of a change a moment after whoever made it has gone on. */
  async refresh(): Promise<void> {
    await Promise.all(WORKLOADS.map((kind) => this.list(kind).catch((error) => this.failed(kind, error))));
  }

  /** Ends all watches. */
  close(): void {
    this.end.abort();
  }

  private async follow(kind: Kind): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      try {
        const version = await this.list(kind);
        const path = `${this.path(kind)}?watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
        await clusterWatch(this.context, path, (event) => this.apply(kind, event), signal);
      } catch (error) {
        if (signal.aborted) return;
        this.failed(kind, error as Error);
        // Who may not see a kind is not told otherwise by asking again.
        if (error instanceof Refused && error.status === 403) return;
      }
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }

  private path(kind: Kind): string {
    const [group, plural] = KINDS[kind];
    return `${group}/namespaces/${this.namespace}/${plural}`;
  }

  private async list(kind: Kind): Promise<string> {
    const { metadata, items } = (await clusterGet(this.context, this.path(kind), PATIENCE_MS)) as List;
    this.found.set(kind, new Map(items.map((item) => [item.metadata.name, { ...item, kind }])));
    this.problems.delete(kind);
    this.tell();
    return metadata.resourceVersion;
  }

  private apply(kind: Kind, { type, object }: WatchEvent): void {
    // The list is too old, say: the watch ends, and the next one begins with a new list.
    if (type === "ERROR" || type === "BOOKMARK") return;
    const item = { ...(object as Kept), kind };
    const known = this.found.get(kind);
    // A list that was asked for meanwhile may be ahead of the watch.
    if (version(known?.get(item.metadata.name)) > version(item)) return;
    if (type === "DELETED") known?.delete(item.metadata.name);
    else known?.set(item.metadata.name, item);
    this.tell();
  }

  private failed(kind: Kind, error: Error): void {
    if (error instanceof Refused && error.status === 403) this.found.set(kind, new Map());
    else this.problems.set(kind, error.message);
    this.tell();
  }

  private tell(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const done of waiting) done();
  }
}

/** They grow, for objects of one kind. */
const version = (item?: Kept) => Number(item?.metadata.resourceVersion ?? 0);

const observations = new Map<string, Observation>();

/** The observation of a namespace, begun with the first who asks. It does not keep the program alive. */
export function observe(context: string, namespace: string): Observation {
  const key = `${process.env.KUBECONFIG ?? ""}\n${context}\n${namespace}`;
  const known = observations.get(key) ?? new Observation(context, namespace);
  observations.set(key, known);
  return known;
}

/** Ends all: whoever observes after this begins anew. */
export function endObservations(): void {
  for (const observation of observations.values()) observation.close();
  observations.clear();
}
