// The wait for a release's pods, which Helm's own would be silent about: the line of the component says what it waits for,
// what no waiting heals ends it, and its end comes with the last pod.
import * as pulumi from "@pulumi/pulumi";
import { causesOf } from "../cause/causes.ts";
import type { CauseHints } from "../cause/pod.ts";
import { readyLines, waitingFor } from "../cause/readiness.ts";
import type { Cause, Situation } from "../cause/situation.ts";
import { hookEvents, type KubernetesObject } from "../kubernetes/object.ts";
import { ask } from "./ask.ts";
import { withoutSecrets } from "./hide.ts";
import { type Observation, observe } from "./observation.ts";
import { clusterRequest } from "./request.ts";

/** What a wait is told. */
export interface WaitOptions {
  context: string;
  namespace: string;
  /** Name of the release, and all its objects, hooks included. */
  release: string;
  objects: KubernetesObject[];
  timeoutSeconds: number;
  hints: WaitHints;
}

/** What may be done about what pods wait for. */
export interface WaitHints extends CauseHints {
  /** Shows again what was found: `make diagnose ENV=dev`. */
  diagnose?: string;
}

/** Between two looks where nothing happens: ages in the line grow. */
const PAUSE_MS = 1_000;
/** Between two rounds of questions to pods. */
const ASK_MS = 2_000;
/** After which the same line is said again, older. */
const TELL_MS = 5_000;
/** How long something lasts that is worth a warning, and how many there are: answers may differ each time. */
const MENTION_MS = 4_000;
const MOST = 5;
/** Before it is worth a word that the cluster does not answer. */
const PATIENT_MS = 2_000;
const PATIENCE_MS = 5_000;

/** Why a release did not get ready, with all that was found. */
export class NotReady extends Error {
  readonly causes: Cause[];

  constructor(message: string, causes: Cause[]) {
    super(message);
    this.causes = causes;
  }
}

/** Says something in the component's line; passing on, where the next line takes its place. */
export type Say = (text: string, kind?: "info" | "warn", passing?: boolean) => void;

/** What is said of one release, from the start of its update. */
export class Wait {
  private readonly options: WaitOptions;
  private readonly say: Say;
  private readonly observation: Observation;
  private readonly began = new Date();
  /** By what was found: since when. */
  private readonly seen = new Map<string, number>();
  private readonly logs: Situation["logs"] = new Map();
  private readonly answers: Situation["answers"] = new Map();
  private asked = 0;
  private readonly mentioned = new Set<string>();
  private state = "";
  private told = 0;
  private helmIsDone = false;

  constructor(options: WaitOptions, say: Say) {
    this.options = options;
    this.say = say;
    this.observation = observe(options.context, options.namespace);
  }

  /**
   * Until Helm has made everything: its hooks run now, and it waits for them alone. One that nothing heals is ended, and so
   * Helm's wait: its Job is told to give up.
   */
  async duringHelm(): Promise<void> {
    const hooks = this.options.objects.filter((object) => hookEvents(object).length > 0);
    if (hooks.length === 0) return;
    const told = new Set<string>();
    while (!this.helmIsDone) {
      // Where Helm fails the program ends, and this with it.
      await this.observation.changed(PAUSE_MS, false);
      if (this.helmIsDone || !this.observation.complete) continue;
      const since = this.began.getTime() - 1_000;
      const running = this.observation.objects.filter(
        ({ kind, metadata }) =>
          kind === "Job" &&
          hooks.some((hook) => hook.kind === kind && hook.metadata.name === metadata.name) &&
          Date.parse(metadata.creationTimestamp ?? "") >= since,
      );
      if (running.length === 0) continue;
      const situation = await this.situation(hooks);
      const found = this.hopeless(causesOf(situation, this.options.hints)).filter(({ text }) => !told.has(text));
      for (const { text } of found) told.add(text);
      if (found.length > 0) {
        for (const cause of await withoutSecrets(found, this.options, this.observation.objects)) {
          void pulumi.log.error(`${this.options.release}: ${textOf(cause)}`);
        }
        await Promise.allSettled(running.map(({ metadata }) => this.giveUp(metadata.name)));
      }
      this.progress(running.map(({ metadata }) => `${metadata.name} runs`));
    }
  }

  /** @throws NotReady */
  async untilReady(): Promise<void> {
    this.helmIsDone = true;
    const { release, timeoutSeconds, objects, hints } = this.options;
    const deadline = Date.now() + timeoutSeconds * 1000;
    const patient = Date.now() + PATIENT_MS;
    await this.observation.refresh();
    for (;;) {
      const waiting = this.observation.complete ? waitingFor(this.known(objects), new Date()) : [];
      if (this.observation.complete && waiting.length === 0) break;
      const causes = causesOf(await this.situation(objects), hints);
      const hopeless = this.hopeless(causes);
      if (hopeless.length > 0) throw await this.notReady("", hopeless);
      if (Date.now() > deadline) {
        const after = ` after ${timeoutSeconds} s`;
        if (causes.length > 0) throw await this.notReady(after, causes);
        throw new NotReady(`${release} is not ready${after}: ${this.observation.problem ?? waiting.join("; ")}`, []);
      }
      this.mention(causes);
      if (this.observation.complete) this.progress(waiting);
      else if (Date.now() > patient) this.progress([`asks the cluster${this.trouble()}`]);
      await this.observation.changed(PAUSE_MS);
    }
    for (const line of readyLines({ ...this.known(objects), events: this.observation.events }, this.began))
      this.say(line);
  }

  private async notReady(when: string, found: Cause[]): Promise<NotReady> {
    const { release, hints } = this.options;
    const causes = await withoutSecrets(found, this.options, this.observation.objects);
    return new NotReady(`${release} is not ready${when}: ${causeText(causes, hints)}`, causes);
  }

  private trouble(): string {
    const { problem } = this.observation;
    return problem ? ` (${problem})` : "";
  }

  private known(rendered: KubernetesObject[]) {
    return { rendered, objects: this.observation.objects };
  }

  /** What may pass, or that somebody may put right meanwhile, once it has lasted. */
  private mention(causes: Cause[]): void {
    for (const cause of causes) {
      if (cause.hopelessAfter !== undefined || this.lasted(cause) < MENTION_MS) continue;
      const key = `${cause.kind} ${cause.evidence}`;
      if (this.mentioned.has(key) || this.mentioned.size >= MOST) continue;
      this.mentioned.add(key);
      void withoutSecrets([cause], this.options, this.observation.objects).then(([shown]) =>
        this.say(textOf(shown), "warn"),
      );
    }
  }

  /** Each state once; how long it has lasted, now and then. */
  private progress(lines: string[]): void {
    const line = lines.join("; ");
    const state = line.replace(/ \d+ s\b/g, "");
    if (state === this.state && Date.now() - this.told < TELL_MS) return;
    this.state = state;
    this.told = Date.now();
    this.say(line, "info", true);
  }

  /** All that is known, pods asked as far as that is worth it. */
  private async situation(rendered: KubernetesObject[]): Promise<Situation> {
    const { context, namespace, release } = this.options;
    const known = (): Situation => ({
      ...{ context, namespace, release, rendered },
      ...{ objects: this.observation.objects, events: this.observation.events },
      ...{ logs: this.logs, answers: this.answers },
    });
    if (Date.now() - this.asked < ASK_MS) return known();
    this.asked = Date.now();
    await ask(known());
    return known();
  }

  /** Milliseconds for which a cause has been seen. */
  private lasted({ kind, object, reason }: Cause): number {
    return Date.now() - (this.seen.get(`${kind} ${object} ${reason}`) ?? Date.now());
  }

  /** Those that have lasted as long as nothing that heals by itself does. */
  private hopeless(causes: Cause[]): Cause[] {
    const now = Date.now();
    const keys = causes.map(({ kind, object, reason }) => `${kind} ${object} ${reason}`);
    for (const key of this.seen.keys()) if (!keys.includes(key)) this.seen.delete(key);
    return causes.filter(({ hopelessAfter }, index) => {
      const since = this.seen.get(keys[index]) ?? now;
      this.seen.set(keys[index], since);
      return hopelessAfter !== undefined && now - since >= hopelessAfter * 1000;
    });
  }

  /** A Job whose time is up ends with its pods within two seconds, and Helm, which waits for it, with it. */
  private giveUp(job: string): Promise<unknown> {
    const { context, namespace } = this.options;
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${job}`;
    const body = { spec: { activeDeadlineSeconds: 1 } };
    const type = "application/merge-patch+json";
    return clusterRequest(context, path, { milliseconds: PATIENCE_MS, method: "PATCH", body, type });
  }
}

function causeText(causes: Cause[], { diagnose }: WaitHints): string {
  const [first, ...others] = causes;
  const more = others.length > 0 ? `\n  and ${others.map(textOf).join("\n  and ")}` : "";
  const again = diagnose ? `\n  \`${diagnose}\` shows this again` : "";
  return `${textOf(first)}${more}${again}`;
}

/** A cause in a sentence, what it is known from below it. */
function textOf({ text, fix, evidence }: Cause): string {
  return [`${text}; ${fix}`, ...evidence.map((line) => `    ${line}`)].join("\n");
}
