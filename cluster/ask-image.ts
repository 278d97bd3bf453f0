// The image that an AI helper runs in. It stays with the engine: no node needs it.
import { join } from "node:path";
import { run } from "../tools/command.ts";
import { type Step, steps } from "../tools/steps.ts";
import { contentTag } from "./content-tag.ts";
import { engineHas } from "./engine-images.ts";
import { proxies } from "./images.ts";
import type { ClusterRecord } from "./profile.ts";

const folder = join(import.meta.dirname, "ask");

/** Makes the image where its sources have changed, and answers with its name. */
export async function askImage(record: ClusterRecord): Promise<string> {
  const image = `todo-on-minikube/ask:${await contentTag(folder)}`;
  if (!(await engineHas(image))) await steps([building(image, record)]);
  return image;
}

const building = (image: string, { images }: ClusterRecord): Step => ({
  title: `image ${image}: building, about 1 min`,
  run: async (report) => {
    const offline = images === "made" ? await import("./offline/images.ts") : undefined;
    const base = await offline?.debian("trixie", report);
    const args = [...(base ? [`BASE=${base}`] : []), ...proxies()].flatMap((value) => ["--build-arg", value]);
    await run("docker", ["build", ...args, "--tag", image, folder], { report, env: offline?.classicBuilder });
    return `image ${image}: built`;
  },
});
