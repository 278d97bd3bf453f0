// Images of the tests' own applications, built from their folders and loaded into the node, as `make images` does the
// application's.
import { contentTag } from "../../cluster/content-tag.ts";
import { clusterEnvironment } from "../../cluster/environment.ts";
import { build, type Source } from "../../cluster/images.ts";
import { imagesInNode } from "../../cluster/node.ts";
import { readRecord } from "../../cluster/profile.ts";
import { Failure } from "../../tools/program.ts";

/**
 * Brings an image into the node, unless its content is there.
 * @param repository the image's name without a tag
 * @returns its tag
 * @throws Failure where there is no cluster
 */
export async function loadImage(repository: string, source: Source): Promise<string> {
  const record = readRecord();
  if (!record?.uid) throw new Failure("there is no cluster; `make cluster` makes it");
  Object.assign(process.env, await clusterEnvironment(record));
  const tag = await contentTag(source.folder);
  const image = `${repository}:${tag}`;
  if (!(await imagesInNode()).has(image)) await build(source, image, record, () => undefined);
  return tag;
}
