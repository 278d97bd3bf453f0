// A registry with a password, in the cluster: a stand-in of the one that a team has. Its name is localhost and a node port,
// which for the node is itself, and where plain HTTP will do.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { loadImage as load } from "../../../../cluster/node.ts";
import { profile } from "../../../../cluster/profile.ts";
import { command, placeOf } from "../../cluster.ts";
import { loadImage } from "../../load-images.ts";
import { OTHER_PORT } from "../application.ts";

export const namespace = "registry";
export const server = `localhost:${OTHER_PORT}`;
export const user = "team";
export const password = randomBytes(16).toString("hex");

/** Installs it into its namespace and returns when it answers. */
export async function install(): Promise<void> {
  const folder = join(import.meta.dirname, "image");
  const image = `localhost/registry:${await loadImage("localhost/registry", { folder, base: "python" })}`;
  const values = Object.entries({ image, user, password, nodePort: OTHER_PORT }).flatMap(([name, value]) => [
    "--set",
    `${name}=${value}`,
  ]);
  const where = ["--kube-context", profile, "--namespace", namespace, "--create-namespace"];
  command("helm", "install", "registry", join(import.meta.dirname, "chart"), ...where, ...values, "--wait");
}

const ctr = (...words: string[]) => command("docker", "exec", profile, "ctr", "--namespace=k8s.io", "images", ...words);

/**
 * Puts an image of the engine into the registry, with a label more. For the kubelet remembers by an image's content that it
 * came with a password, and asks for that where the same content, which was loaded, has another name.
 * @returns its digest
 */
export async function push(image: string, name: string): Promise<string> {
  const labelled = `localhost/${name}`;
  const classicBuilder = { DOCKER_BUILDKIT: "0" };
  const { run } = placeOf("dev", undefined, classicBuilder);
  run(`FROM ${image}\nLABEL registry=${server}\n`, "docker", "build", "--tag", labelled, "-");
  await load(labelled, () => undefined);
  ctr("push", "--plain-http", `--user=${user}:${password}`, `${server}/${name}`, labelled);
  return /sha256:\S+/.exec(ctr("list", `name==${labelled}`))?.[0] as string;
}

/** Removes from the node what it has pulled from there, and what was loaded to get there. */
export function forget(): void {
  const names = ctr("list", "--quiet").split("\n");
  const own = names.filter((name) => name.startsWith(`${server}/`) || name.startsWith("localhost/notes/"));
  if (own.length > 0) ctr("remove", ...own);
}
