// What a probe that does not pass was answered. The kubelet's events have the status and not the text, which says why.
import { profile } from "../../cluster/profile.ts";
import { tryRun } from "../../tools/command.ts";
import { type ClusterObject, controllerOf, type Probe } from "./cluster-object.ts";

/** A probe that a container has not passed, as the kubelet asks it. */
export interface Asked {
  pod: string;
  what: "startup" | "readiness";
  host: string;
  port: number;
  path: string;
}

/** Seconds that an answer may take, and its letters that are shown. */
const [PATIENCE, LETTERS] = [5, 300];

/** The probes of a namespace's pods whose containers run and are not ready, by HTTP. */
export function unansweredProbes(objects: ClusterObject[], namespace: string): Asked[] {
  const pods = objects.filter(({ kind, metadata }) => kind === "Pod" && metadata.namespace === namespace);
  return pods.flatMap(({ metadata, spec, status = {} }) => {
    const { podIP: host, containerStatuses = [] } = status;
    if (!host || metadata.deletionTimestamp || controllerOf(metadata)?.kind === "Job") return [];
    return containerStatuses.flatMap(({ name, ready, started, state }): Asked[] => {
      const container = spec.containers?.find((each) => each.name === name);
      if (ready || !state.running || !container) return [];
      const what = started === false ? "startup" : "readiness";
      const probe = (what === "startup" && container.startupProbe) || container.readinessProbe;
      const port = portOf(probe, container.ports);
      return port ? [{ pod: metadata.name, what, host, port, path: probe?.httpGet?.path ?? "/" }] : [];
    });
  });
}

function portOf({ httpGet }: Probe = {}, ports: { name?: string; containerPort: number }[] = []): number | undefined {
  if (!httpGet || httpGet.scheme === "HTTPS") return undefined;
  const { port } = httpGet;
  return typeof port === "number" ? port : ports.find(({ name }) => name === port)?.containerPort;
}

/** Asks from the node, as the kubelet does, whatever NetworkPolicies say to others. */
export async function answerOf({ host, port, path }: Asked): Promise<string> {
  const script =
    'exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\\r\\nHost: %s:%s\\r\\n\\r\\n" "$3" "$1" "$2" >&3 && cat <&3';
  const bash = ["timeout", String(PATIENCE), "bash", "-c", script, "probe", host, String(port), path];
  return said((await tryRun("docker", ["exec", profile, ...bash])) ?? "");
}

/** An HTTP answer in one line: its status, and the beginning of its text. */
export function said(answer: string): string {
  const [, status] = /^HTTP\/[\d.]+ (\d{3})/.exec(answer) ?? [];
  if (!status) return `no answer within ${PATIENCE} s`;
  const [, text = ""] = /\r?\n\r?\n([\s\S]*)/.exec(answer) ?? [];
  const line = text.replace(/\s+/g, " ").trim();
  const shown = line.length > LETTERS ? `${line.slice(0, LETTERS)}…` : line;
  return shown ? `${status}: ${shown}` : status;
}
