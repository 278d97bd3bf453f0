// Before and after Helm: a release that Pulumi believes in is made fit for what comes, and what an update that did not get
// to its end has left in the cluster is taken away.
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { clusterGet, NotThere } from "../cluster/request.ts";
import type { Say } from "../cluster/wait.ts";
import { failure } from "../failure.ts";
import { autoscaledIn } from "../kubernetes/autoscaler.ts";
import { type KubernetesObject, title } from "../kubernetes/object.ts";
import { pathText } from "../kubernetes/path.ts";
import { digest } from "../render/digest.ts";
import { driftLines } from "./as-live.ts";
import { descriptionOf, isOf, type LastRevision } from "./description.ts";
import { type Drifted, type Live, lookAt } from "./look.ts";
import { putBack } from "./put-back.ts";
import { decode, lastOf, letGoOfReplicas, mendRecord, readRecords, redescribe, removeNothing } from "./records.ts";

/** A release, as its chart has it. */
export interface ReleasePlace {
  context: string;
  namespace: string;
  release: string;
  objects: KubernetesObject[];
}

const PATIENCE_MS = 10_000;
/** For a namespace that is being made beside this. */
const NAMESPACE_MS = 60_000;
/** Between two looks for it. */
const PAUSE_MS = 200;

/** The way of one release through an update: what is looked at before Helm is called is not asked again after it. */
export class Passage {
  private readonly place: ReleasePlace;
  private readonly say: Say;
  private began = 0;
  /** What is there, where Helm has nothing to do. */
  private live: Live | undefined;
  /** Whether Helm went on from a record of nothing. */
  private fromNothing = false;

  constructor(place: ReleasePlace, say: Say) {
    this.place = place;
    this.say = say;
  }

  /** Seconds since Helm was to begin; undefined where it had nothing to do, and nobody has waited. */
  get seconds(): number | undefined {
    return this.live ? undefined : Math.round((Date.now() - this.began) / 100) / 10;
  }

  /**
   * Makes Helm able to do what Pulumi will ask of it, whatever became of the release since, and says as the `description` of
   * the release whether there is something to do.
   * @throws pulumi.RunError where its namespace is not there, nor comes, or the cluster cannot be asked
   */
  async before(): Promise<string> {
    const { context, namespace, release, objects } = this.place;
    try {
      await namespaceOf(context, namespace, release);
      const { last, mended } = await mendRecord(context, namespace, release);
      if (mended)
        this.say(`release ${release} was ${mended} since an update that did not end; this one goes on from there`);
      this.fromNothing = last === undefined;
      const current = last?.status === "deployed" && isOf(digest(objects), last);
      const live = current ? await lookAt(context, namespace, objects) : undefined;
      const missing = live?.missing ?? [];
      if (missing.length > 0) {
        const names = missing.map((object) => title(object, namespace)).join(", ");
        this.say(`of release ${release} there is no ${names} in the cluster any more; made again`);
      } else this.live = live;
      const scaled = current ? [] : autoscaledIn(objects);
      if (scaled.length > 0) await letGoOfReplicas(context, namespace, release, scaled);
      this.began = Date.now();
      return descriptionOf(digest(objects), last, missing.length === 0, new Date());
    } catch (error) {
      throw isRunError(error)
        ? error
        : failure(
            `release ${release}: cluster ${context} could not be asked: ${(error as Error).message}; nothing of it was changed; see that \`kubectl --context ${context} get nodes\` answers, then run this again`,
          );
    }
  }

  /**
   * Takes away what an update that failed has left in objects, as Helm does not know of it, and names what somebody changed
   * by hand, as Helm did not come to it. Where the cluster does not say it now, the next update does.
   * @throws pulumi.RunError where Pulumi took another revision for deployed than there is
   */
  async after(): Promise<void> {
    const { context, namespace, release, objects } = this.place;
    try {
      if (this.fromNothing) await removeNothing(context, namespace, release);
      if (!this.live) await assertCurrent(this.place);
      const { drifted } = this.live ?? (await lookAt(context, namespace, objects));
      for (const each of drifted) await removeLeft(context, namespace, each, this.say);
      const [first, ...more] = driftLines(drifted, namespace, ({ why }) => why === "changed");
      if (first) this.say(`changed in the cluster by hand, and left so: ${[first, ...more].join("; ")}`, "warn");
    } catch (error) {
      if (isRunError(error)) throw error;
      this.say(
        `what is in the cluster besides was not looked at: ${(error as Error).message}; the next update does`,
        "warn",
      );
    }
  }
}

const isRunError = (error: unknown) => pulumi.RunError.isInstance(error);

async function namespaceOf(context: string, namespace: string, release: string): Promise<void> {
  const deadline = Date.now() + NAMESPACE_MS;
  for (;;) {
    try {
      await clusterGet(context, `/api/v1/namespaces/${namespace}`, PATIENCE_MS);
      return;
    } catch (error) {
      // Who may not see namespaces may still install into one.
      if (!(error instanceof NotThere)) return;
    }
    if (Date.now() > deadline) {
      throw failure(
        `release ${release}: expected namespace ${namespace}, found none after ${NAMESPACE_MS / 1000} s; if it was deleted by hand, \`pulumi up --refresh\` makes it and all in it again`,
      );
    }
    await sleep(PAUSE_MS);
  }
}

/** Pulumi does nothing where its state has the same inputs, though the cluster may have gone on since that state. */
async function assertCurrent({ context, namespace, release, objects }: ReleasePlace): Promise<void> {
  const secret = lastOf(await readRecords(context, namespace), release);
  if (!secret) return;
  const { info } = decode(secret);
  const last: LastRevision = { status: info.status, description: info.description ?? "" };
  if (last.status !== "deployed" || isOf(digest(objects), last)) return;
  // Not ours by its words any more, so that the next update sees something to do.
  await redescribe(context, secret, "newer than Pulumi's state");
  throw failure(
    `release ${release}: what is deployed is not what Pulumi's state says (${last.description}), as after a state that was restored from an older copy; nothing was changed; run the same command again, which brings it to what the charts say`,
  );
}

async function removeLeft(
  context: string,
  namespace: string,
  { object, live, drift }: Drifted,
  say: Say,
): Promise<void> {
  const left = drift.filter(({ why }) => why === "left");
  if (left.length === 0) return;
  await putBack(context, namespace, { missing: [], drifted: [{ object, live, drift: left }] });
  const fields = left.map(({ path }) => pathText(path)).join(", ");
  say(`${title(object, namespace)} still had what an update that failed had added, and lost it: ${fields}`);
}
