// Builds the image pair of these folders and loads it into the node, as `make images` does the application's:
//   node test/e2e/other-images/load.mts        prints {backend: {repository, tag}, frontend: {…}} as JSON
import { join } from "node:path";
import { contentTag } from "../../../cluster/content-tag.mts";
import { build, type Source } from "../../../cluster/images.mts";
import { imagesInNode } from "../../../cluster/node.mts";
import { clusterEnvironment, readRecord } from "../../../cluster/profile.mts";
import { Failure, main } from "../../../tools/main.mts";

const sources: Record<string, Source> = {
  backend: { folder: join(import.meta.dirname, "backend"), base: "node" },
  frontend: { folder: join(import.meta.dirname, "frontend"), base: "python" },
};

await main(async () => {
  const record = readRecord();
  if (!record?.uid) throw new Failure("there is no cluster; `make cluster` makes it");
  Object.assign(process.env, await clusterEnvironment(record));
  const there = await imagesInNode();
  const images: Record<string, { repository: string; tag: string }> = {};
  for (const [service, source] of Object.entries(sources)) {
    const image = { repository: `localhost/acme-${service}`, tag: await contentTag(source.folder) };
    const name = `${image.repository}:${image.tag}`;
    if (!there.has(name)) await build(source, name, record, () => undefined);
    images[service] = image;
  }
  console.log(JSON.stringify(images));
});
