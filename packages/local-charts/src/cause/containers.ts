// What keeps one container of a pod from running: pure.
import { redactText } from "../redact/credentials.ts";
import { databaseCause } from "./database.ts";
import { type ContainerStatus, containersIn, inOneLine, kubectlOf, type Told } from "./pod.ts";
import type { Cause } from "./situation.ts";

/** Seconds for which a state has to last before nobody waits for its end. */
const AT_ONCE = 3;
const SOME = 10;

/** Ends of a container after which its next start will end alike. */
const ENOUGH = 2;

/** The cause of a container that waits or has ended; undefined for one that runs. */
export function containerCause(status: ContainerStatus, told: Told): Cause | undefined {
  const { waiting, terminated } = status.state ?? {};
  if (waiting?.reason) {
    const { reason } = waiting;
    if (IMAGE.includes(reason)) return imageCause(status, told);
    if (reason === "CreateContainerConfigError" || reason === "CreateContainerError") return configCause(status, told);
    if (reason === "RunContainerError" || reason === "StartError")
      return startCause(status, waiting.message ?? "", told);
    if (reason === "CrashLoopBackOff") return endCause(status, status.lastState?.terminated, told);
    return undefined;
  }
  return terminated && terminated.exitCode !== 0 ? endCause(status, terminated, told) : undefined;
}

const IMAGE = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"];

function imageCause({ name, state }: ContainerStatus, { object, situation, hints }: Told): Cause {
  const { reason = "", message = "" } = state?.waiting ?? {};
  const { image = "", imagePullPolicy } = containersIn(object).find((each) => each.name === name) ?? {};
  // Node's runtimes begin with the image, twice: with a digest in it nothing was left of the reason, which is the end.
  const pulls = situation.events
    .filter(({ reason: why, involvedObject }) => why === "Failed" && involvedObject.uid === object.metadata.uid)
    .map((event) => event.message);
  const said = pulls.findLast((text) => text.includes("ailed to pull")) ?? message;
  const words = inOneLine(redactText(said.replaceAll(` "${image}"`, "").replaceAll(image, "it")));
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason, evidence: words ? [words] : [] };
  const text = `${pod} does not get its image ${image}`;
  if (reason === "InvalidImageName") {
    const fix = "correct the image's repository and tag";
    return { ...about, kind: "image-name", text: `${text}, which is no name of an image`, fix, hopelessAfter: AT_ONCE };
  }
  // A node that has it uses it, unless it is told to ask each time.
  if (image.startsWith("localhost/") && imagePullPolicy !== "Always") {
    const load = hints.loadImage
      ? `\`${hints.loadImage} ${image}\``
      : `loading it into each node of ${situation.context}`;
    const why = "which its node does not have and no registry can have by this name";
    return {
      ...about,
      kind: "image-not-loaded",
      text: `${text}, ${why}`,
      evidence: [],
      fix: `${load} lets this go on`,
      hopelessAfter: SOME,
    };
  }
  if (/no match for platform|does not match the specified platform/i.test(said)) {
    const fix = "build it for the node's platform too, or use a tag that has it";
    return {
      ...about,
      kind: "architecture",
      text: `${text}: it is not made for the node's platform`,
      fix,
      hopelessAfter: AT_ONCE,
    };
  }
  if (/unauthorized|denied|forbidden|authentication required|401|403/i.test(said)) {
    const fix = "correct the image's name, or give the cluster a login to its registry (imagePullSecrets)";
    return { ...about, kind: "image-refused", text: `${text}: its registry refuses it`, fix, hopelessAfter: AT_ONCE };
  }
  if (/not found|manifest unknown|does not exist|404/i.test(said)) {
    const fix = "correct its repository, tag or digest";
    return {
      ...about,
      kind: "image-not-found",
      text: `${text}: its registry has none of this name and tag`,
      fix,
      hopelessAfter: AT_ONCE,
    };
  }
  const fix = "see that the node reaches the registry; it goes on trying, and Ctrl-C ends the wait";
  return { ...about, kind: "registry-unreachable", text: `${text}: its registry does not answer as it should`, fix };
}

function configCause({ name, state }: ContainerStatus, { object, situation }: Told): Cause {
  const { reason = "", message = "" } = state?.waiting ?? {};
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason, evidence: [inOneLine(redactText(message))], hopelessAfter: SOME };
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
    const fix = "give the image a numeric USER, or securityContext.runAsUser a number above 0";
    return { ...about, kind: "runs-as-root", text: `${of} may not run as root, and its image says nothing else`, fix };
  }
  const fix = `\`${kubectlOf(situation)} describe ${pod}\` shows what it asks for`;
  return { ...about, kind: "container-config", text: `${of} cannot be made`, fix };
}

function startCause({ name }: ContainerStatus, message: string, { object }: Told): Cause {
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason: "StartError", evidence: [inOneLine(redactText(message))] };
  const platform = /exec format error/i.test(message);
  const text = platform
    ? `container ${name} of ${pod} cannot be started: its program is made for another platform than the node's`
    : `container ${name} of ${pod} cannot be started: its image has no such command`;
  const fix = platform
    ? "build the image for the node's platform"
    : "correct its command or args, or the image's entrypoint";
  return { ...about, kind: platform ? "architecture" : "command-not-found", text, fix, hopelessAfter: SOME };
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

function endCause(status: ContainerStatus, ended: Terminated | undefined, told: Told): Cause | undefined {
  const { name, restartCount = 0 } = status;
  const { object, situation } = told;
  const { reason = "Error", exitCode = 0, message = "" } = ended ?? {};
  if (/StartError|ContainerCannotRun/.test(reason)) return startCause(status, message, told);
  const pod = `pod ${object.metadata.name}`;
  const of = `container ${name} of ${pod}`;
  const log = situation.logs.get(`${object.metadata.name}/${name}`)?.trim();
  const lines = log ? redactText(log).split("\n").slice(-LINES).map(cut) : [];
  const ofJob = object.metadata.ownerReferences?.some(({ kind }) => kind === "Job");
  // A Job's pods are tried again by the Job, which says when it gives up; others end alike when they have ended twice.
  const hopeless = !ofJob && restartCount >= ENOUGH - 1 && { hopelessAfter: SOME };
  const about = { object: pod, reason, evidence: lines, ...hopeless };
  const ends = restartCount + 1;
  const times = ends > 1 ? `, ${ends} times so far` : "";
  if (reason === "OOMKilled") {
    const limit = containersIn(object).find((each) => each.name === name)?.resources?.limits?.memory;
    const fix = `raise resources.limits.memory${limit ? ` above ${limit}` : ""}, or have it take less`;
    return {
      ...about,
      kind: "out-of-memory",
      text: `${of} took more memory than it may${limit ? ` (${limit})` : ""}, and was killed${times}`,
      fix,
    };
  }
  if (lines.some((line) => /exec format error/i.test(line))) {
    const text = `${of} ends at once: its program is made for another platform than the node's`;
    return { ...about, kind: "architecture", text, fix: "build the image for the node's platform" };
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
  if (exitCode === 137 && killedByProbe(told)) {
    const text = `${of} was killed${times}, as it did not pass its liveness or startup probe`;
    return { ...about, kind: "killed-by-probe", text, fix: `correct the probe's path, or give it more time; ${shows}` };
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

const killedByProbe = ({ object, situation }: Told) =>
  situation.events.some(
    ({ reason, message, involvedObject }) =>
      involvedObject.uid === object.metadata.uid &&
      reason === "Killing" &&
      /failed (liveness|startup) probe/.test(message),
  );
