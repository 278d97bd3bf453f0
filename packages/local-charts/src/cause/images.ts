// Images that a container does not get: pure.
import { type ContainerStatus, containersIn, kubectlOf, type Told } from "./pod.ts";
import type { Cause, Situation } from "./situation.ts";

/** Seconds for which a state has to last before nobody waits for its end. */
const AT_ONCE = 3;
const SOME = 10;

/** Why a container waits for its image, in the kubelet's words. */
export const IMAGE_REASONS = [
  ...["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"],
];

/** The cause of a container that waits for one of IMAGE_REASONS. */
export function imageCause({ name, state }: ContainerStatus, { object, situation, hints, quote }: Told): Cause {
  const { reason = "", message = "" } = state?.waiting ?? {};
  const { image = "", imagePullPolicy } = containersIn(object).find((each) => each.name === name) ?? {};
  const pulls = situation.events
    .filter(({ reason: why, involvedObject }) => why === "Failed" && involvedObject.uid === object.metadata.uid)
    .map((event) => event.message);
  const said = pulls.findLast((text) => text.includes("ailed to pull") && text.includes(`"${image}"`)) ?? message;
  const words = quote(pullReason(said));
  const pod = `pod ${object.metadata.name}`;
  const about = { object: pod, reason, evidence: words ? [words] : [], hopelessAfter: AT_ONCE };
  const text = `${pod} does not get its image ${image}`;
  const shows = `\`${kubectlOf(situation)} describe ${pod}\` shows what its node was told`;
  if (reason === "InvalidImageName") {
    const fix = `correct the image's repository and tag; ${shows}`;
    return { ...about, kind: "image-name", text: `${text}, which is no name of an image`, fix };
  }
  // A node that has it uses it, unless it is told to ask each time.
  const never = imagePullPolicy === "Never";
  if (never || (image.startsWith("localhost/") && imagePullPolicy !== "Always")) {
    const load = hints.loadImage
      ? `\`${hints.loadImage} ${image}\``
      : `loading it into each node of ${situation.context} (\`kubectl --context ${situation.context} get nodes\`)`;
    const why = never ? "and does not ask for (imagePullPolicy Never)" : "and no registry can have by this name";
    return {
      ...{ ...about, kind: "image-not-loaded", text: `${text}, which its node does not have ${why}` },
      ...{ evidence: [], fix: `${load} brings it there; then run the update again`, hopelessAfter: SOME },
    };
  }
  if (/no match for platform|does not match the specified platform/i.test(said)) {
    const fix = platformFix(situation);
    return { ...about, kind: "architecture", text: `${text}: it is not made for the node's platform`, fix };
  }
  if (/unauthorized|denied|forbidden|authentication required|\b40[13]\b/i.test(said)) {
    const fix = `correct the image's name, or give the cluster a login to its registry (imagePullSecrets); ${shows}`;
    return { ...about, kind: "image-refused", text: `${text}: its registry refuses it`, fix };
  }
  if (/not found|manifest unknown|does not exist|\b404\b/i.test(said)) {
    const fix = `correct its repository, tag or digest; ${shows}`;
    return { ...about, kind: "image-not-found", text: `${text}: its registry has none of this name and tag`, fix };
  }
  const fix = `see that the node reaches the registry; it goes on trying, and Ctrl-C ends the wait; ${shows}`;
  return {
    ...{ ...about, kind: "registry-unreachable", hopelessAfter: undefined, fix },
    text: `${text}: its registry does not answer as it should`,
  };
}

/** What to do about a program that is made for another machine. */
export const platformFix = ({ context }: Situation) =>
  `build the image for the node's platform too; \`kubectl --context ${context} get nodes --label-columns kubernetes.io/arch\` shows which that is`;

/** Why an image was not pulled: a runtime repeats its name, and each step on the way to the reason, which is the end. */
export function pullReason(said: string): string {
  const [, image] = /image "([^"]+)"/.exec(said) ?? [];
  return (image ? said.replaceAll(` "${image}"`, "").replaceAll(image, "it") : said)
    .replace(/^(?:failed to [a-z ]+: |rpc error: code = \w+ desc = |Back-off pulling image: ErrImagePull: )+/i, "")
    .replace(/\b(?:Head|Get) "https?:\/\/[^"]*": /g, "")
    .replace(/^it: /, "");
}
