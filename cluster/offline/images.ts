// The images that can be had nowhere here, made from Debian packages and our own builds: the node's, those of
// Kubernetes (in minikube's image cache, so that `minikube start` fetches nothing), and the bases of the application's.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { find, tool } from "../../tools/catalog.ts";
import { run } from "../../tools/command.ts";
import { cache, state } from "../../tools/places.ts";
import type { Progress } from "../../tools/steps.ts";
import { engineHas } from "../engine-images.ts";
import { kubernetesVersion } from "../profile.ts";
import { rootArchive } from "./debian.ts";
import { program, programImages } from "./node-programs.ts";

/** Of minikube's folder, which by its own rule is called so; the cluster's keys are in it, hence not in the cache. */
export const minikubeHome = join(state, ".minikube");
const minikubeCache = join(cache, "offline", "minikube-cache");
const minikubeCacheLink = join(minikubeHome, "cache");
const imageCache = join(minikubeCache, "images", "amd64");
const here = import.meta.dirname;

/** A short digest of texts and of the files and folders among them: the tag of what is made from them. */
function digest(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const files = !existsSync(part) ? [] : statSync(part).isFile() ? [part] : globSync(join(part, "**/*")).sort();
    if (files.length === 0) hash.update(part);
    for (const file of files) if (statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}

/** The engine may be older than BuildKit, and the client may lack it. */
export const classicBuilder = { DOCKER_BUILDKIT: "0" };

/** The image that has a Debian release and nothing else. */
export async function debian(suite: string, report: Progress): Promise<string> {
  const image = `todo-on-minikube/debian:${suite}-slim`;
  if (!(await engineHas(image))) {
    const archive = await rootArchive(suite, report);
    report("importing the root file system");
    await run("docker", ["import", archive, image]);
  }
  return image;
}

async function build(
  image: string,
  folder: string,
  base: string,
  report: Progress,
  dockerfile = join(folder, "Dockerfile"),
): Promise<string> {
  if (!(await engineHas(image))) {
    await run("docker", ["build", "--build-arg", `BASE=${base}`, "-t", image, "-f", dockerfile, folder], {
      env: classicBuilder,
      report,
    });
  }
  return image;
}

/** Builds in a folder that holds copies of `files` only. */
async function withContext<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "todo-image-"));
  try {
    for (const [name, source] of Object.entries(files))
      cpSync(source, join(folder, name), { recursive: true, dereference: true });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The node image that `minikube start --base-image` takes. Its name follows its content. */
export const nodeImageName = async () => `todo-on-minikube/node:${digest(join(here, "node"), program("crictl"))}`;

export async function nodeImage(report: Progress): Promise<string> {
  const image = await nodeImageName();
  const base = await debian("bookworm", report);
  const sources = readdirSync(join(here, "node")).map((name) => [name, join(here, "node", name)]);
  const files = { crictl: program("crictl"), ...Object.fromEntries(sources) };
  await withContext(files, (folder) => build(image, folder, base, report));
  return `image ${image}: built`;
}

const kubernetesPrograms = ["kubelet", "kubeadm", "kubectl"];
const cachedProgram = (name: string) => join(minikubeCache, "linux", "amd64", kubernetesVersion, name);
const cachedImages = programImages
  .filter(({ reference, isAddon }) => !isAddon && /^(registry\.k8s|gcr)\.io\//.test(reference))
  .map(({ reference }) => ({ reference, archive: join(imageCache, reference.replace(/:([^:]*)$/, "_$1")) }));

/** Any minikube command makes a folder of this name where there is none, in a shell that still knows a cluster that is gone. */
const minikubeCacheIsLinked = () =>
  existsSync(minikubeCacheLink) && realpathSync(minikubeCacheLink) === realpathSync(minikubeCache);

export const minikubeCacheIsFull = () =>
  [...kubernetesPrograms.map(cachedProgram), ...cachedImages.map(({ archive }) => archive)].every((path) =>
    existsSync(path),
  ) && minikubeCacheIsLinked();

/** Puts the programs and images of Kubernetes where `minikube start` looks for them before it downloads. */
export async function fillMinikubeCache(report: Progress): Promise<string> {
  mkdirSync(minikubeHome, { recursive: true });
  mkdirSync(minikubeCache, { recursive: true });
  if (!minikubeCacheIsLinked()) {
    rmSync(minikubeCacheLink, { recursive: true, force: true });
    symlinkSync(minikubeCache, minikubeCacheLink);
  }
  const fill = async (target: string, make: (part: string) => Promise<unknown>) => {
    if (existsSync(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    await make(`${target}.part`);
    renameSync(`${target}.part`, target);
  };
  for (const name of kubernetesPrograms) {
    const source = name === "kubectl" ? ((await find(tool("kubectl"))).path as string) : program(name);
    await fill(cachedProgram(name), (part) => copyFile(source, part));
  }
  for (const { reference, archive } of cachedImages) {
    report(reference);
    await fill(archive, async (part) => run("docker", ["save", await programImage(reference, report), "-o", part]));
  }
  return "Kubernetes images: in minikube's cache";
}

/** Makes the image of one of the built programs. */
export async function programImage(reference: string, report: Progress): Promise<string> {
  const { program: name, network } = programImages.find((each) => each.reference === reference) ?? {};
  if (!name) throw new Error(`node-programs.yaml has no image ${reference}`);
  const base = network ? await networkBase(report) : "scratch";
  // CoreDNS and pause are started without a command; the others by their name. At the root or on the path: both work.
  return withContext({ [name]: program(name) }, (folder) => {
    writeFileSync(
      join(folder, "Dockerfile"),
      `ARG BASE\nFROM \${BASE}\nCOPY ${name} /usr/local/bin/${name}\nENTRYPOINT ["/usr/local/bin/${name}"]\n`,
    );
    return build(reference, folder, base, report);
  });
}

export const networkBase = async (report: Progress) =>
  base("network", await debian("bookworm", report), {}, "", report);

/** @param contents a text that says what `files` hold, where reading them all would take long */
async function base(
  name: string,
  from: string,
  files: Record<string, string>,
  contents: string,
  report: Progress,
): Promise<string> {
  const dockerfile = join(here, "bases", `${name}.Dockerfile`);
  const image = `todo-on-minikube/${name}:${digest(dockerfile, from, contents)}`;
  return withContext(files, (folder) => build(image, folder, from, report, dockerfile));
}

/** A base of the application's images: what its Dockerfile takes as BASE in place of the official one. */
export async function applicationBase(name: "python" | "node", report: Progress): Promise<string> {
  const from = await debian("trixie", report);
  if (name === "python") return base("python", from, {}, "", report);
  const npm = join(realpathSync(await run("sh", ["-c", "command -v npm"])), "..", "..");
  const { version } = JSON.parse(readFileSync(join(npm, "package.json"), "utf8"));
  return base("node", from, { node: process.execPath, npm }, `node ${process.version} npm ${version}`, report);
}

/** The stand-in of the official PostgreSQL image, under that one's name: stack files are the same on every machine. */
export const postgresImage = async (reference: string, report: Progress) =>
  build(reference, join(here, "bases", "postgres"), await debian("trixie", report), report);
