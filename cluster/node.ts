// The cluster's nodes, and what is in them: images, and folders of volumes.
import { run } from "../tools/command.ts";
import { Failure } from "../tools/program.ts";
import type { Progress } from "../tools/steps.ts";
import { profile } from "./profile.ts";

/** Names of the cluster's nodes that run, which are their containers' too; the first is called like the profile. */
export async function nodeNames(): Promise<string[]> {
  const args = ["container", "ls", "--filter", `name=^${profile}(-m[0-9]+)?$`, "--format", "{{.Names}}"];
  return (await run("docker", args)).split("\n").filter(Boolean).sort();
}

/** The references of the images that every node has: a pod may be started on any of them. */
export async function imagesInNode(): Promise<Set<string>> {
  const all = await Promise.all((await nodeNames()).map(imagesOf));
  return new Set([...(all[0] ?? [])].filter((image) => all.every((images) => images.has(image))));
}

/** The references of the images of one node. */
export async function imagesOf(node: string): Promise<Set<string>> {
  const answer = await run("docker", ["exec", node, "crictl", "images", "--output=json"]);
  const { images } = JSON.parse(answer) as { images: { repoTags: string[] }[] };
  return new Set(images.flatMap(({ repoTags }) => repoTags));
}

/** Puts an image of the engine into the nodes. A stream: `minikube image load` writes and copies archives. */
export async function loadImage(image: string, report: Progress): Promise<string> {
  report("loading into the node");
  const script = `docker save "$1" | docker exec --interactive "$2" ctr --namespace=k8s.io images import --digests=false - >&2`;
  for (const node of await nodeNames()) await run("bash", ["-o", "pipefail", "-c", script, "load", image, node]);
  if (!(await imagesInNode()).has(image)) {
    throw new Failure(
      `image ${image}: loaded, but the node does not list it; \`docker exec ${profile} crictl images\` shows what it has`,
    );
  }
  return `image ${image}: in the cluster`;
}

/** Removes a folder of a volume with all that is in it, on whichever node that is. */
export async function removeFolder(folder: string): Promise<void> {
  for (const node of await nodeNames()) await run("docker", ["exec", node, "rm", "-rf", "--", folder]);
}
