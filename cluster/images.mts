// `make images`: the application's images, built and loaded only where their content changed.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { Failure, type Report, run, type Step, steps } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { contentTag, contextFiles } from "./content-tag.mts";
import { imagesInNode, loadImage } from "./node.mts";
import type { ClusterRecord } from "./profile.mts";

/** The images this repository can build, by the stack's key: an image of any other name is somebody's own. */
const sources = {
  backend: { repository: "localhost/todo-backend", folder: join(root, "app", "backend"), base: "python" },
  frontend: { repository: "localhost/todo-frontend", folder: join(root, "app", "frontend"), base: "node" },
} as const;

/** What an image is built from: its folder, and the official image that its Dockerfile takes as BASE. */
export interface Source {
  folder: string;
  base: "python" | "node";
}

/**
 * Brings the images that a stack names into the cluster.
 * @param follow edit the stack's tags to what the sources give; otherwise they are what was decided on, are never edited,
 * and have to be in the cluster or be what the sources give. By default only stack dev follows the sources.
 */
export async function ensureImages(stack: string, record: ClusterRecord, follow = stack === "dev"): Promise<void> {
  const file = join(root, `Pulumi.${stack}.yaml`);
  const config = parseDocument(readFileSync(file, "utf8"));
  const there = await imagesInNode();
  const builds: Step[] = [];
  const edits: string[] = [];
  for (const [service, source] of Object.entries(sources)) {
    const at = ["config", `todo:${service}`, "image"];
    if (config.getIn([...at, "repository"]) !== source.repository) continue;
    const tag = await contentTag(source.folder);
    const configured = config.getIn([...at, "tag"]);
    if (configured !== tag && follow) {
      config.setIn([...at, "tag"], tag);
      edits.push(`Pulumi.${stack}.yaml: todo:${service}.image.tag is now ${tag}, the digest of app/${service}`);
    } else if (configured !== tag && !there.has(`${source.repository}:${configured}`)) {
      throw new Failure(
        `Pulumi.${stack}.yaml: todo:${service}.image.tag is ${configured}, which is neither in the cluster nor what app/${service} gives now (${tag}); ${otherTag(stack)}, or run \`make images ENV=${stack}\` in a checkout of the commit that it was built from`,
      );
    }
    const image = `${source.repository}:${config.getIn([...at, "tag"])}`;
    if (there.has(image)) continue;
    builds.push({
      title: `image ${image}: building, about 1 min`,
      run: (report) => build(source, image, record, report),
    });
  }
  if (config.getIn(["config", "todo:database", "mode"]) !== "external" && record.images === "made") {
    const { postgresImage, postgresReference } = await import("./offline/images.mts");
    if (!there.has(postgresReference)) {
      const make = async (report: Report) => loadImage(await postgresImage(report), report);
      builds.push({ title: `image ${postgresReference}: making its stand-in, about 1 min`, run: make });
    }
  }
  if (builds.length > 0) await steps(builds, 2);
  if (edits.length > 0) {
    writeFileSync(file, config.toString({ lineWidth: 0 }));
    console.log(edits.join("\n"));
    // What is generated from the stack file follows it.
    await run("node", ["-r", "ts-node/register", "helm/values.ts"], { cwd: root });
  }
}

/** prod runs what another environment has run before. */
const otherTag = (stack: string) =>
  stack === "prod"
    ? "`make promote FROM=staging TO=prod` takes over those of staging"
    : `\`make images ENV=${stack}\` writes it there`;

/** Where Debian and those that follow it keep them. */
const SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Builds an image and loads it into the node. */
export async function build(source: Source, image: string, record: ClusterRecord, report: Report): Promise<string> {
  const offline = record.images === "made" ? await import("./offline/images.mts") : undefined;
  const base = (await offline?.applicationBase(source.base, report)) ?? undefined;
  const context = mkdtempSync(join(tmpdir(), "todo-image-"));
  try {
    for (const file of await contextFiles(source.folder)) cpSync(join(source.folder, file), join(context, file));
    // Behind a proxy that inspects TLS the build needs the certificates that this machine's own tools are told to use, or
    // that its system trusts.
    const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE } = process.env;
    const certificates = [NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, SYSTEM_CERTIFICATES].find(
      (file) => file && existsSync(file),
    );
    if (certificates) cpSync(certificates, join(context, "ca.crt"));
    const args = base ? ["--build-arg", `BASE=${base}`] : [];
    await run("docker", ["build", ...args, "--tag", image, context], { report, env: offline?.classicBuilder });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return loadImage(image, report);
}
