// What is in the node: its images, and folders of volumes.
import { run } from "../tools/command.ts";
import { Failure } from "../tools/program.ts";
import type { Progress } from "../tools/steps.ts";
import { profile } from "./profile.ts";

/** The references of all images that the node has. */
export async function imagesInNode(): Promise<Set<string>> {
  const answer = await run("docker", ["exec", profile, "crictl", "images", "--output=json"]);
  const { images } = JSON.parse(answer) as { images: { repoTags: string[] }[] };
  return new Set(images.flatMap(({ repoTags }) => repoTags));
}

/** Puts an image of the engine into the node. A stream, as there is one node: `minikube image load` writes and copies archives. */
export async function loadImage(image: string, report: Progress): Promise<string> {
  report("loading into the node");
  const script = `docker save "$1" | docker exec --interactive "$2" ctr --namespace=k8s.io images import --digests=false - >&2`;
  await run("bash", ["-o", "pipefail", "-c", script, "load", image, profile]);
  if (!(await imagesInNode()).has(image)) {
    throw new Failure(
      `image ${image}: loaded, but the node does not list it; \`docker exec ${profile} crictl images\` shows what it has`,
    );
  }
  return `image ${image}: in the cluster`;
}

/** Removes a folder of the node with all that is in it. */
export async function removeFolder(folder: string): Promise<void> {
  await run("docker", ["exec", profile, "rm", "-rf", "--", folder]);
}
