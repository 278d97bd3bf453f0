// What a pod that runs and is not ready answers on the path of its probe: pure.
import { redactText } from "../redact/credentials.ts";
import { inOneLine, kubectlOf, type Told } from "./pod.ts";
import type { Cause } from "./situation.ts";

/** undefined for an answer that does not keep it from being ready, or is none of the pod's. */
export function answerCause({ object, situation, hints }: Told): Cause | undefined {
  const { name } = object.metadata;
  const answer = situation.answers.get(name);
  if (!answer) return undefined;
  const { path, status, text } = answer;
  const pod = `pod ${name}`;
  if (isOfApiServer(text)) {
    return {
      ...{ kind: "probe-unanswered", object: pod, reason: "Unhealthy" },
      text: `${pod} runs, and nothing answers GET ${path} of its probe`,
      evidence: [inOneLine(redactText(messageOf(text)))],
      fix: `see that it listens on the port of its probe; \`${kubectlOf(situation)} logs ${name}\` shows what it does`,
    };
  }
  if (status < 400) return undefined;
  const about = hints.aboutAnswer?.(situation.release, text);
  return {
    ...{ kind: "probe-failing", object: pod, reason: "Unhealthy" },
    text: `${pod} is not ready, as GET ${path} answers ${status}`,
    evidence: text.trim() && !isPage(text) ? [inOneLine(redactText(text))] : [],
    fix:
      about ?? `mend what it says, or correct the probe's path; \`${kubectlOf(situation)} logs ${name}\` shows its log`,
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
