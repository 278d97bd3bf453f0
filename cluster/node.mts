// The node's own images: what it has, and how one gets in.
import { Failure, type Report, run } from "../tools/main.mts";
import { profile } from "./profile.mts";

/** The references of all images that the node has. */
export async function imagesInNode(): Promise<Set<string>> {
  const answer = await run("docker", ["exec", profile, "crictl", "images", "--output=json"]);
  const { images } = JSON.parse(answer) as { images: { repoTags: string[] }[] };
  return new Set(images.flatMap(({ repoTags }) => repoTags));
}

/** Puts an image of the engine into the node. A stream, as there is one node: `minikube image load` writes and copies archives. */
export async function loadImage(image: string, report: Report): Promise<string> {
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
