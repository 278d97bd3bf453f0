// `make promote FROM=staging TO=prod`: carries the images that one environment has proved, by tag and digest, over to
// another's stack file. Deploys nothing: the edit is to be looked at, committed and brought out like any other.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTools } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { writeFromStackFiles } from "./generate/from-stack-files.ts";
import { changedLines, type Image, type Images, imagesIn, withImages } from "./promote/stack-file.ts";
import { verify } from "./promote/verify.ts";
import { knownStack, stackName } from "./stack/stack-file.ts";

const example = "make promote FROM=staging TO=prod";

await runProgram(async () => {
  const [from, to] = [knownStack("FROM", process.argv[2], example), knownStack("TO", process.argv[3], example)];
  if (from === to) throw new Failure(`FROM and TO: expected two environments, found ${from} for both`);
  if (to === "dev") throw new Failure("TO=dev: dev follows the sources; `make images` writes its tags, from app/");
  const file = `Pulumi.${to}.yaml`;
  const [source, before] = [`Pulumi.${from}.yaml`, file].map((name) => readFileSync(join(root, name), "utf8"));
  const present = imagesIn(file, before);
  const ofSource = imagesIn(`Pulumi.${from}.yaml`, source);
  // Either may have services that the other does without.
  const shared = Object.keys(ofSource).filter((service) => service in present);
  const images: Images = Object.fromEntries(shared.map((service) => [service, ofSource[service]]));
  for (const service of shared) {
    const [verified, wanted] = [ofSource, present].map((images) => images[service]?.repository);
    if (verified !== wanted) {
      const hint = "a tag is worth something together with its repository only; make them the same first";
      throw new Failure(
        `${file}: todo:${service}.image.repository: expected ${verified}, as in ${from}, found ${wanted}; ${hint}`,
      );
    }
  }
  await ensureTools({ also: ["helm"] });
  await verify(stackName(from), images);

  const after = withImages(file, before, images);
  const shown = ({ tag, digest }: Image) => [tag, digest].filter(Boolean).join("@");
  const tags = Object.entries<Image>(images).map(([service, image]) => `${service} ${shown(image)}`);
  console.log(`${from} runs, ready and as its file says: ${tags.join(", ")}`);
  if (after === before) {
    return console.log(`${file} has these images already; nothing was changed`);
  }
  writeFileSync(join(root, file), after);
  await writeFromStackFiles().catch(({ message }: Error) => {
    throw new Failure(`${file} has the new images; fix what is wrong and run \`make generate\`: ${message}`);
  });
  console.log(`\n${file}\n${changedLines(before, after).join("\n")}\n`);
  console.log("Go on with:");
  console.log(`  git diff\n  git commit --all --message "Promote the images of ${from} to ${to}"`);
  console.log(`  make compare A=${from} B=${to}\n  make up ENV=${to}`);
});
