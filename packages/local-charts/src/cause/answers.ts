// What a pod that runs and is not ready answers on the path of its probe, or says to the kubelet: pure.
import { kubectlOf, statusesOf, type Told, warningsOf } from "./pod.ts";
import type { Cause } from "./situation.ts";

/** undefined for an answer that does not keep it from being ready, or is none of the pod's. */
export function answerCause({ object, situation, hints, quote }: Told): Cause | undefined {
  const { name } = object.metadata;
  const answer = situation.answers.get(name);
  if (!answer) return undefined;
  const { path, status, text } = answer;
  const pod = `pod ${name}`;
  const shows = `\`${kubectlOf(situation)} logs ${name}\` shows what it does`;
  if (isOfApiServer(text)) {
    return {
      ...{ kind: "probe-unanswered", object: pod, reason: "Unhealthy" },
      text: `${pod} runs, and nothing answers GET ${path} of its probe`,
      evidence: [quote(messageOf(text))],
      fix: `see that it listens on the port of its probe; ${shows}`,
    };
  }
  if (status < 400) return undefined;
  const about = hints.aboutAnswer?.(situation.release, text);
  return {
    ...{ kind: "probe-failing", object: pod, reason: "Unhealthy" },
    text: `${pod} is not ready, as GET ${path} answers ${status}`,
    evidence: text.trim() && !isPage(text) ? [quote(text)] : [],
    fix: about ?? `mend what it says, or correct the probe's path; ${shows}`,
  };
}

/** Of a pod that nobody but the kubelet can ask: by a command, say. undefined while it has not failed. */
export function probeCause(told: Told): Cause | undefined {
  const { object, situation, quote } = told;
  if (!statusesOf(object).some(({ ready, state }) => state?.running && !ready)) return undefined;
  const failed = warningsOf(told).findLast(({ reason }) => reason === "Unhealthy")?.message ?? "";
  const [, what, said] = /^(Readiness|Startup|Liveness) probe (?:failed|errored)[^:]*: (.*)/s.exec(failed) ?? [];
  if (!what) return undefined;
  const { name } = object.metadata;
  return {
    ...{ kind: "probe-failing", object: `pod ${name}`, reason: "Unhealthy", evidence: [quote(said)] },
    text: `pod ${name} is not ready, as it does not pass its ${what.toLowerCase()} probe`,
    fix: `mend what it says, or correct the probe; \`${kubectlOf(situation)} logs ${name}\` shows what it does`,
  };
}

/** A page for a browser says nothing in its first lines. */
const isPage = (text: string) => /^\s*<(!doctype|html)/i.test(text);

/** What the API server says itself where it does not reach the pod, or may not ask it. */
function isOfApiServer(text: string): boolean {
  try {
    const { kind, apiVersion } = JSON.parse(text) ?? {};
    return kind === "Status" && apiVersion === "v1";
  } catch {
    return /^Error trying to reach service/.test(text);
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
