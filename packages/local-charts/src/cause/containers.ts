// What keeps one container of a pod from running: pure.
import { databaseCause } from "./database.ts";
import { IMAGE_REASONS, imageCause, platformFix } from "./images.ts";
import { type ContainerStatus, containersIn, isOfJob, isWellEnded, kubectlOf, type Told } from "./pod.ts";
import type { Cause } from "./situation.ts";

/** Seconds for which a state has to last before nobody waits for its end. */
const SOME = 10;

/** Ends of a container after which its next start will end alike. */
const ENOUGH = 2;

/** The cause of a container that waits or has ended; undefined for one that runs. */
export function containerCause(status: ContainerStatus, told: Told): Cause | undefined {
  const { waiting, terminated } = status.state ?? {};
  if (waiting?.reason) {
    const { reason } = waiting;
    if (IMAGE_REASONS.includes(reason)) return imageCause(status, told);
    if (reason === "CreateContainerConfigError" || reason === "CreateContainerError") return configCause(status, told);
    if (reason === "RunContainerError" || reason === "StartError")
      return startCause(status, waiting.message ?? "", told);
    if (reason === "CrashLoopBackOff") return endCause(status, status.lastState?.terminated, told);
    return undefined;
  }
  const failed = terminated && !isWellEnded(told.object, status.name, terminated.exitCode);
  return failed ? endCause(status, terminated, told) : undefined;
}

function configCause({ name, state }: ContainerStatus, { object, situation, quote }: Told): Cause {
  const { reason = "", message = "" } = state?.waiting ?? {};
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason, evidence: [quote(message.replace(/ \(pod: .*\)$/, ""))], hopelessAfter: SOME };
  const of = `container ${name} of ${pod}`;
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i.exec(message);
  if (key) {
    const [, missing, kind, where] = key;
    const place = where.replace(/^[^/]*\//, "");
    const fix = `put the key there, or ask for another; \`${kubectlOf(situation)} describe ${kind.toLowerCase()} ${place}\` lists those that it has`;
    return {
      ...about,
      kind: "key-missing",
      text: `${of} asks for key ${missing} of ${kind} ${place}, which has no such key`,
      fix,
    };
  }
  const gone = /(secret|configmap) "([^"]+)" not found/i.exec(message);
  if (gone) {
    const kind = gone[1].toLowerCase() === "secret" ? "Secret" : "ConfigMap";
    const fix = `make it, or refer to another; \`${kubectlOf(situation)} get ${kind.toLowerCase()}s\` lists those that are there`;
    return {
      ...about,
      kind: `${kind.toLowerCase()}-missing`,
      text: `${of} asks for ${kind} ${gone[2]}, which is not there`,
      fix,
    };
  }
  if (/runAsNonRoot|non-root|run as root/i.test(message)) {
    const fix = `give the image a numeric USER, or securityContext.runAsUser a number above 0; \`${kubectlOf(situation)} describe ${pod}\` shows both`;
    return { ...about, kind: "runs-as-root", text: `${of} may not run as root, and would`, fix };
  }
  const fix = `\`${kubectlOf(situation)} describe ${pod}\` shows what it asks for`;
  return { ...about, kind: "container-config", text: `${of} cannot be made`, fix };
}

function startCause({ name }: ContainerStatus, message: string, { object, situation, quote }: Told): Cause {
  const pod = `pod ${object.metadata.name}`;
  const about = {
    object: pod,
    reason: "StartError",
    evidence: [quote(message.replace(/^failed to .*: unable to start container process: /, ""))],
  };
  const platform = /exec format error/i.test(message);
  const text = platform
    ? `container ${name} of ${pod} cannot be started: its program is made for another platform than the node's`
    : `container ${name} of ${pod} cannot be started: its image has no such command`;
  const fix = platform
    ? platformFix(situation)
    : `correct its command or args, or the image's entrypoint; \`${kubectlOf(situation)} describe ${pod}\` shows what it was to run`;
  return { ...about, kind: platform ? "architecture" : "command-not-found", text, fix, hopelessAfter: SOME };
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

function endCause(status: ContainerStatus, ended: Terminated | undefined, told: Told): Cause | undefined {
  const { name, restartCount = 0 } = status;
  const { object, situation, hints } = told;
  const { reason = "Error", exitCode = 0, message = "" } = ended ?? {};
  if (/StartError|ContainerCannotRun/.test(reason)) return startCause(status, message, told);
  const pod = `pod ${object.metadata.name}`;
  const of = `container ${name} of ${pod}`;
  const log = situation.logs.get(`${object.metadata.name}/${name}`)?.trim();
  const lines = log ? told.redact(log).split("\n").slice(-LINES).map(cut) : [];
  // A Job's pods are tried again by the Job, which says when it gives up; others end alike when they have ended twice.
  const hopeless = !isOfJob(object) && restartCount >= ENOUGH - 1 && { hopelessAfter: SOME };
  const about = { object: pod, reason, evidence: lines, ...hopeless };
  const ends = restartCount + 1;
  const times = ends > 1 ? `, ${ends} times so far` : "";
  if (lines.some((line) => /exec format error/i.test(line))) {
    const text = `${of} ends at once: its program is made for another platform than the node's`;
    return { ...about, kind: "architecture", text, fix: platformFix(situation) };
  }
  const database = databaseCause(log ?? "");
  const previous = status.state?.terminated ? "" : " --previous";
  const shows = `\`${kubectlOf(situation)} logs ${object.metadata.name} -c ${name}${previous}\` shows all of its log`;
  if (database)
    return {
      ...about,
      kind: database.kind,
      text: `${of} ended with ${exitCode}${times}: ${database.text}`,
      fix: `${database.fix}; ${shows}`,
    };
  const probe = exitCode === 137 && killingProbe(told);
  if (probe) {
    const setting = probe === "startup" && hints.timeSetting?.(object.metadata.name, "start");
    const more = `correct the probe's path, or give it more time${setting ? ` (${setting})` : ""}`;
    const text = `${of} was killed${times}, as it did not pass its ${probe} probe`;
    return { ...about, kind: "killed-by-probe", text, fix: `${more}; ${shows}` };
  }
  const limit = containersIn(object).find((each) => each.name === name)?.resources?.limits?.memory;
  const known = [status.state, status.lastState].some((state) => state?.terminated?.reason === "OOMKilled");
  // Nodes do not always notice why: what nobody else has killed was killed for its memory.
  if (known || (exitCode === 137 && limit)) {
    const fix = `raise resources.limits.memory${limit ? ` above ${limit}` : ""}, or have it take less; ${shows}`;
    const text = `${of} took more memory than it may${limit ? ` (${limit})` : ""}, and was killed${times}`;
    return { ...about, kind: "out-of-memory", reason: "OOMKilled", text, fix };
  }
  const command = exitCode === 127 || exitCode === 126;
  const text = `${of} ended with ${exitCode}${exitCode === 0 ? ", though it has to go on running" : ""}${times}`;
  return {
    ...about,
    kind: command ? "command-not-found" : "crash",
    text,
    fix: `mend what its log says, in its image or its settings; ${shows}`,
  };
}

/** Lines of a log that are shown, and letters of each. */
const LINES = 8;
const WIDTH = 200;
const cut = (line: string) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line);

/** `liveness` or `startup`, if a probe had the container killed. */
const killingProbe = (told: Pick<Told, "object" | "situation">) => {
  const { object, situation } = told;
  const killed = situation.events.findLast(
    ({ reason, involvedObject }) => reason === "Killing" && involvedObject.uid === object.metadata.uid,
  );
  return /failed (liveness|startup) probe/.exec(killed?.message ?? "")?.[1];
};
