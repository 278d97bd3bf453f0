// What the add-ons that a stack asks for need where no image and no release can be pulled.
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { folderOf, go } from "../../tools/go.ts";
import { removeBuildCaches } from "../../tools/go-build.ts";
import { cache } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import type { Progress } from "../../tools/steps.ts";
import { GATEWAY_API, GATEWAY_KINDS } from "../addons/manifests.ts";
import { build } from "../images.ts";
import { loadImage } from "../node.ts";
import type { ClusterRecord } from "../profile.ts";
import { programImage } from "./images.ts";
import { ensureNodeProgram, programImages } from "./node-programs.ts";

/** Makes the image of an add-on, under the name of the official one, and loads it into the node. @throws Failure */
export async function bringAddonImage(reference: string, record: ClusterRecord, report: Progress): Promise<void> {
  const built = programImages.find((each) => each.reference === reference);
  if (!built) {
    // Of a wheel: its Dockerfile begins with what the application's images begin with.
    await build({ folder: join(import.meta.dirname, "bases", "traefik"), base: "python" }, reference, record, report);
    return;
  }
  await ensureNodeProgram(built.program, report);
  await loadImage(await programImage(reference, report), report);
}

/** A folder with the definitions of the Gateway API, from its Go module. @throws Failure */
export async function gatewayDefinitions(report: Progress): Promise<string> {
  const folder = join(cache, "offline", `gateway-api-${GATEWAY_API}`);
  if (existsSync(folder)) return folder;
  const module = "gateway-api";
  report(`Gateway API ${GATEWAY_API}: downloading its module`);
  const { failed, stdout, stderr } = await go(module, ["mod", "download", "-json", "sigs.k8s.io/gateway-api"]);
  if (failed) {
    const said = String(stderr).trim().split("\n").at(-1) || "nothing";
    throw new Failure(
      `Gateway API ${GATEWAY_API}: expected its module, by ${folderOf(module)}/go.mod, found: ${said}; check the network and HTTPS_PROXY, and run this again`,
    );
  }
  const said = String(stdout);
  const { Dir } = JSON.parse(said.slice(0, said.lastIndexOf("}") + 1)) as { Dir: string };
  const part = `${folder}.part.${process.pid}`;
  mkdirSync(part, { recursive: true });
  for (const kind of GATEWAY_KINDS) {
    const file = `gateway.networking.k8s.io_${kind}.yaml`;
    copyFileSync(join(Dir, "config", "crd", "standard", file), join(part, file));
  }
  if (existsSync(folder)) rmSync(part, { recursive: true });
  else renameSync(part, folder);
  removeBuildCaches();
  return folder;
}
