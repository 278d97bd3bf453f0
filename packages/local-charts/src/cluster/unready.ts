// What pods that run and are not ready answer on the path that decides it: pure.
import { redactText } from "../redact/credentials.ts";
import { inOneLine, type PodList, type RunningPod } from "./pods.ts";

/** A readiness path that has not answered well yet. */
export interface Asked {
  pod: string;
  path: string;
  /** By which the API server asks the pod, from its namespace on. */
  proxy: string;
}

/** Those of pods that run one of these images. */
export function unreadyPaths({ items }: PodList, images: string[]): Asked[] {
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((pod) => {
      const { containers } = pod.spec;
      return containers.filter(({ image }) => images.includes(image)).flatMap(({ name }) => asked(pod, name) ?? []);
    });
}

function asked({ metadata, spec, status = {} }: RunningPod, name: string): Asked | undefined {
  const { ready, started, state } = status.containerStatuses?.find((each) => each.name === name) ?? {};
  const { ports = [], readinessProbe } = spec.containers.find((each) => each.name === name) ?? {};
  if (ready || started === false || !state?.running || !readinessProbe?.httpGet) return undefined;
  const { path = "/", port, scheme } = readinessProbe.httpGet;
  const number = typeof port === "number" ? port : ports.find((each) => each.name === port)?.containerPort;
  if (number === undefined) return undefined;
  const proxy = `pods/${scheme === "HTTPS" ? "https:" : ""}${metadata.name}:${number}/proxy${path}`;
  return { pod: metadata.name, path, proxy };
}

/** A sentence for an answer that keeps a pod from being ready; undefined for one that does not, or is none of the pod's. */
export function unreadyText({ pod, path }: Asked, { status, text }: { status: number; text: string }, fix?: string) {
  if (status < 400 || isOfApiServer(text)) return undefined;
  const said = inOneLine(redactText(text));
  const answer = [`answers ${status}`, said].filter(Boolean).join(": ");
  return `pod ${pod} is not ready, as GET ${path} ${answer}${fix ? `; ${fix}` : ""}`;
}

/** What it says itself where it does not reach the pod, or may not ask it. */
function isOfApiServer(text: string): boolean {
  try {
    const { kind, apiVersion } = JSON.parse(text) ?? {};
    return kind === "Status" && apiVersion === "v1";
  } catch {
    return false;
  }
}
