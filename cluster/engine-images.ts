// Images of registries, pulled by the engine: it has the user's login and goes on with what it has where it was interrupted,
// layer by layer. Pulled by the node, an image would have to be there within the time that Helm waits; minikube pulls the
// node's own without a login, and takes what an interruption leaves of it for the whole.
import { run, tryRun } from "../tools/command.ts";
import { Failure } from "../tools/program.ts";
import type { Progress, Step } from "../tools/steps.ts";
import { loadImage } from "./node.ts";
import { profile } from "./profile.ts";

/** Whether the engine has an image. */
export const engineHas = async (image: string) =>
  (await tryRun("docker", ["image", "inspect", "--format", "{{.Id}}", image])) !== undefined;

/** An image's full name, as the node knows it: Docker's own registry may be left out. */
export function fullName(image: string): string {
  const [host, ...path] = image.split("/");
  if (path.length > 0 && /[.:]|^localhost$/.test(host)) return image;
  return `docker.io/${path.length > 0 ? "" : "library/"}${image}`;
}

/**
 * The step that brings an image of a registry, or of the engine, into the node. Where it does not come this way the node
 * is left to try: it may reach what the engine does not.
 * @param image by its full name
 * @param key where it is named
 * @throws Failure for an image that is in no registry, going by its name, nor here
 */
export async function pulling(image: string, key: string): Promise<Step[]> {
  const here = await engineHas(image);
  if (!here && image.startsWith("localhost/")) {
    throw new Failure(
      `${key}: expected an image that the node has, or Docker here, as no registry can have one by such a name, found ${image} in neither; build it by this name, or bring one that another engine has with \`minikube -p ${profile} image load ${image}\`; nothing was changed`,
    );
  }
  const bring = async (report: Progress) => {
    if (!here) await pull(image, report);
    return loadImage(image, report);
  };
  const left = (error: Error) => `image ${image}: left to the node, as it does not come by docker (${lastLine(error)})`;
  return [{ title: `image ${image}: ${here ? "loading" : "pulling"}`, run: (report) => bring(report).catch(left) }];
}

/** The step that pulls the image of the node itself, where it is missing and this minikube says which it is. */
export async function pullingNode(): Promise<Step[]> {
  const [, image] = /--base-image='([^'@\s]+)/.exec((await tryRun("minikube", ["start", "--help"])) ?? "") ?? [];
  if (!image || (await engineHas(image))) return [];
  const here = () => `node image ${image}: here`;
  const left = (error: Error) => `node image ${image}: left to minikube, as docker cannot pull it (${lastLine(error)})`;
  return [{ title: `node image ${image}: pulling`, run: (report) => pull(image, report).then(here, left) }];
}

const pull = (image: string, report: Progress) => run("docker", ["pull", image], { report });

const lastLine = ({ message }: Error) => message.trim().split("\n").at(-1)?.trim();
