// What a bare cluster lacks where Minikube's own addons cannot be pulled: a StorageClass, and a NetworkPolicy engine.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command.ts";
import type { Progress } from "../../tools/steps.ts";
import { imagesInNode, loadImage } from "../node.ts";
import { profile } from "../profile.ts";
import { networkBase, programImage } from "./images.ts";
import { programImages } from "./node-programs.ts";

const manifest = (file: string) => readFileSync(join(import.meta.dirname, "addons", file), "utf8");

const imageOf = (program: string) => programImages.find((each) => each.program === program)?.reference as string;

/** Changes with what is installed here, so that a cluster of an earlier version gets it too. */
export function additionsVersion(): string {
  const texts = ["storage.yaml", "network-policies.yaml"].map(manifest);
  const images = ["local-path-provisioner", "kube-router"].map(imageOf);
  return createHash("sha256")
    .update(JSON.stringify([texts, images]))
    .digest("hex")
    .slice(0, 12);
}

export async function ensureStorage(report: Progress): Promise<string> {
  const provisioner = await intoNode(await programImage(imageOf("local-path-provisioner"), report), report);
  const shell = await intoNode(await networkBase(report), report);
  await install("storage.yaml", { PROVISIONER_IMAGE: provisioner, SHELL_IMAGE: shell });
  await run(
    "kubectl",
    [
      "--context",
      profile,
      "-n",
      "local-path-storage",
      "rollout",
      "status",
      "deployment/local-path-provisioner",
      "--timeout=120s",
    ],
    { report },
  );
  return "storage: local-path-provisioner provides the default StorageClass";
}

export async function ensureNetworkPolicies(report: Progress): Promise<string> {
  await install("network-policies.yaml", {
    ROUTER_IMAGE: await intoNode(await programImage(imageOf("kube-router"), report), report),
  });
  await run(
    "kubectl",
    ["--context", profile, "-n", "kube-system", "rollout", "status", "daemonset/kube-router", "--timeout=120s"],
    { report },
  );
  return "network policies: kube-router enforces them";
}

/** Loads an image into the node unless it is there, and returns its full name, as the node knows it. */
async function intoNode(image: string, report: Progress): Promise<string> {
  const reference = image.startsWith("docker.io/") ? image : `docker.io/${image}`;
  if (!(await imagesInNode()).has(reference)) await loadImage(reference, report);
  return reference;
}

async function install(file: string, values: Record<string, string>): Promise<void> {
  const manifests = manifest(file).replace(/\$([A-Z_]+)/g, (whole, name) => values[name] ?? whole);
  await run("kubectl", ["--context", profile, "apply", "--server-side", "-f", "-"], {
    input: manifests,
    stdin: undefined,
  });
}
