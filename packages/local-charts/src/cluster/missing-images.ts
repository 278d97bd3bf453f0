// Images that pods wait for in vain: pure.
import { redactText } from "../redact/credentials.ts";
import { inOneLine, type PodList } from "./pods.ts";

/** Why a container does not get its image, as the kubelet calls it. */
const REASONS = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"];

/**
 * A sentence for each of these images that a pod does not get.
 * @param loadImage command that brings an image into the nodes, the image put behind it; undefined where nobody knows one
 */
export function missingImages(
  { items }: PodList,
  images: string[],
  { context, loadImage }: { context: string; loadImage?: string },
): { image: string; text: string }[] {
  return items.flatMap(({ metadata, spec, status = {} }) => {
    const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    return [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ name, image, imagePullPolicy }) => {
      const { reason = "", message = "" } = statuses.find((each) => each.name === name)?.state?.waiting ?? {};
      if (!REASONS.includes(reason) || !images.includes(image)) return [];
      const pod = `pod ${metadata.name} does not get its image ${image}`;
      // A node that has it uses it, unless it is told to ask each time.
      if (image.startsWith("localhost/") && imagePullPolicy !== "Always") {
        const load = loadImage ? `\`${loadImage} ${image}\`` : `loading it into each node of ${context}`;
        const text = `${pod}, which its node does not have and no registry can have by this name; ${load} lets this go on`;
        return [{ image, text }];
      }
      // Node's runtimes begin with the image, twice: with a digest in it nothing was left of the reason, which is the end.
      const words = redactText(message.replaceAll(` "${image}"`, ""));
      const why = [reason, inOneLine(words)].filter(Boolean).join(", ");
      const end = "Helm waits for it until its timeout, and Ctrl-C ends that";
      return [{ image, text: `${pod}: ${why}; ${end}; correct the image, or the login to its registry` }];
    });
  });
}
