// The application's images, built and loaded only where their content changed.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Document, isAlias, isMap, isScalar, Scalar } from "yaml";
import type { ImageSource } from "../settings/service.ts";
import { sectionsIn, services } from "../settings/services.ts";
import { configOf, sectionPlace, stackFile } from "../settings/stack-files.ts";
import { mapOf, parseYaml, readYaml } from "../settings/yaml.ts";
import { run } from "../tools/command.ts";
import { root } from "../tools/places.ts";
import { Failure } from "../tools/program.ts";
import { type Progress, type Step, steps } from "../tools/steps.ts";
import { contentTag, contextFiles } from "./content-tag.ts";
import { fullName, pulling } from "./engine-images.ts";
import { imagesInNode, loadImage } from "./node.ts";
import type { ClusterRecord } from "./profile.ts";

/** The images this repository can build: one of any other name is somebody's own. */
const sources = Object.values(services).map(({ source }) => source);

/** What an image is built from. */
export type Source = Pick<ImageSource, "folder" | "base">;

export interface Tags {
  /** Edit the stack's tags to what the sources give; otherwise they have to be in the cluster or be what the sources give. */
  follow: boolean;
  /** Whether the tags come by promotion: what to do about one that is nowhere. */
  promoted: boolean;
}

/** Brings the images that a stack names into the cluster. */
export async function ensureImages(stack: string, record: ClusterRecord, { follow, promoted }: Tags): Promise<void> {
  const file = stackFile(root, stack);
  const config = configOf(root, stack);
  const { document } = parseYaml(readFileSync(file, "utf8"));
  const there = await imagesInNode();
  const pulled = async (image: string, key: string) =>
    there.has(fullName(image)) ? [] : pulling(fullName(image), key);
  const builds: Step[] = [];
  const edits: string[] = [];
  // Several services may have one image.
  const building = new Set<string>();
  for (const { key, section } of sectionsIn(config)) {
    const { repository, tag: configured, digest } = mapOf(mapOf(section).image);
    const relative = sources.find((each) => each.repository === repository);
    // What has a digest comes from a registry.
    if (!relative || digest !== undefined) {
      const name = `${repository}${configured ? `:${configured}` : ""}${digest ? `@${digest}` : ""}`;
      // Without a name, or without one of the other two, settings say what is wrong.
      if (repository && (configured || digest) && !building.has(name)) {
        building.add(name);
        builds.push(...(await pulled(name, `Pulumi.${stack}.yaml: todo:${key}.image`)));
      }
      continue;
    }
    const source = { ...relative, folder: join(root, relative.folder) };
    const tag = await contentTag(source.folder);
    if (configured !== tag && follow) {
      setTag(document, [...sectionPlace(document, key), "image", "tag"], tag, `Pulumi.${stack}.yaml: todo:${key}`);
      edits.push(`Pulumi.${stack}.yaml: todo:${key}.image.tag is now ${tag}, the digest of ${relative.folder}`);
    } else if (configured !== tag && !there.has(`${source.repository}:${configured}`)) {
      throw new Failure(
        `Pulumi.${stack}.yaml: todo:${key}.image.tag is ${configured}, which is neither in the cluster nor what ${relative.folder} gives now (${tag}); ${otherTag(stack, promoted)}, or run \`make images ENV=${stack}\` in a checkout of the commit that it was built from`,
      );
    }
    const image = `${source.repository}:${follow ? tag : configured}`;
    if (there.has(image) || building.has(image)) continue;
    building.add(image);
    builds.push({
      title: `image ${image}: building, about 1 min`,
      cost: `image ${source.repository}`,
      run: (report) => build(source, image, record, report),
    });
  }
  if (mapOf(config["todo:database"]).mode !== "external") {
    const image = databaseImage();
    if (record.images === "pulled") builds.push(...(await pulled(image, "helm/todo-postgres/values.yaml: image")));
    else if (!there.has(image)) builds.push(standIn(image));
  }
  if (builds.length > 0) await steps(builds, 2);
  if (edits.length > 0) {
    writeFileSync(file, document.toString({ lineWidth: 0 }));
    console.log(edits.join("\n"));
  }
}

/** The image that the database's chart names. */
export function databaseImage(): string {
  const chart = join(import.meta.dirname, "..", "helm", "todo-postgres");
  const { image } = readYaml(chart, "values.yaml") as { image: Record<string, string> };
  return `${image.repository}:${image.tag}`;
}

const standIn = (image: string): Step => ({
  title: `image ${image}: making its stand-in, about 1 min`,
  cost: `image ${image}`,
  run: async (report) => loadImage(await (await import("./offline/images.ts")).postgresImage(image, report), report),
});

/** Edits a tag where it stands. @throws Failure where it stands elsewhere, and an edit of it would be one of something else too */
function setTag(document: Document, path: string[], tag: string, service: string): void {
  const node = document.getIn(path, true);
  const image = document.getIn(path.slice(0, -1), true);
  if (!isMap(image) || isAlias(node)) {
    throw new Failure(
      `${service}.image.tag: expected a text that stands there itself, found one that comes by an alias or <<; write it out, as \`make images\` gives it the digest of the sources`,
    );
  }
  // In quotes in any case: digits alone would be a number, and 0b1101 one for Pulumi alone.
  if (isScalar(node)) Object.assign(node, { value: tag, type: "QUOTE_DOUBLE" });
  else image.set("tag", Object.assign(new Scalar(tag), { type: "QUOTE_DOUBLE" }));
}

const otherTag = (stack: string, promoted: boolean) =>
  promoted
    ? `\`make promote FROM=… TO=${stack}\` takes over those of another environment`
    : `\`make images ENV=${stack}\` writes it there`;

/** Where Debian and those that follow it keep them. */
const SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The variables by which a build's own downloads find their way out. Named without a value: docker takes it from here, and
 * it stays out of the image. A proxy on this machine's loopback is not where a container would find it.
 */
export function proxies(env: Record<string, string | undefined> = process.env): string[] {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  const loopback = /^(\w+:\/\/)?(.*@)?(localhost|127\.[0-9.]+|\[::1\])(:\d+)?\/?$/;
  return names.filter((name) => env[name] && (/^no_/i.test(name) || !loopback.test(env[name])));
}

/** A folder as a tar archive, without the files that macOS would add to it. What goes wrong ends the stream. */
const archive = (folder: string) =>
  execa("tar", ["-C", folder, "-cf", "-", "."], { env: { COPYFILE_DISABLE: "1" }, buffer: false }).readable();

/** Builds an image and loads it into the node. */
export async function build(source: Source, image: string, record: ClusterRecord, report: Progress): Promise<string> {
  const offline = record.images === "made" ? await import("./offline/images.ts") : undefined;
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
    const args = [...(base ? [`BASE=${base}`] : []), ...proxies()].flatMap((value) => ["--build-arg", value]);
    // As a stream: a Docker that is a snap sees neither /tmp nor hidden folders.
    const stream = { stdin: undefined, input: archive(context) };
    await run("docker", ["build", ...args, "--tag", image, "-"], { report, env: offline?.classicBuilder, ...stream });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return loadImage(image, report);
}
