// `make promote FROM=staging TO=prod`: carries the image tags that one environment has proved over to another's stack
// file. Deploys nothing: the edit is to be looked at, committed and brought out like any other.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterEnvironment, profile, readRecord } from "../cluster/profile.mts";
import { ensureTools } from "../tools/install.mts";
import { Failure, main, run } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { changedLines, imagesIn, services, withTags } from "./promote/stack-file.mts";
import { checkVerified, type State } from "./promote/verified.mts";
import { stackName, usePulumi } from "./pulumi.mts";

await main(async () => {
  const [from, to] = [known("FROM", process.argv[2]), known("TO", process.argv[3])];
  if (from === to) throw new Failure(`FROM and TO: expected two environments, found ${from} for both`);
  if (to === "dev") throw new Failure("TO=dev: dev follows the sources; `make images` writes its tags, from app/");
  const file = `Pulumi.${to}.yaml`;
  const [source, before] = [`Pulumi.${from}.yaml`, file].map((name) => readFileSync(join(root, name), "utf8"));
  const images = imagesIn(`Pulumi.${from}.yaml`, source);
  const present = imagesIn(file, before);
  for (const service of services) {
    const [verified, wanted] = [images[service].repository, present[service].repository];
    if (verified !== wanted) {
      const way = "a tag is worth something together with its repository only; make them the same first";
      throw new Failure(
        `${file}: todo:${service}.image.repository: expected ${verified}, as in ${from}, found ${wanted}; ${way}`,
      );
    }
  }
  await ensureTools();
  await verify(stackName(from), images);

  const after = withTags(file, before, images);
  console.log(
    `${from} runs, ready and as its file says: ${services.map((name) => `${name} ${images[name].tag}`).join(", ")}`,
  );
  if (services.every((service) => present[service].tag === images[service].tag)) {
    return console.log(`${file} has these tags already; nothing was changed`);
  }
  writeFileSync(join(root, file), after);
  await run("node", ["-r", "ts-node/register", "helm/values.ts"], {
    cwd: root,
    wayOut: `${file} has the new tags; mend what is wrong and run \`make generate\``,
  });
  console.log(`\n${file}\n${changedLines(before, after).join("\n")}\n`);
  console.log("Go on with:");
  console.log(`  git diff\n  git commit --all --message "Promote the images of ${from} to ${to}"`);
  console.log(`  make compare A=${from} B=${to}\n  make up ENV=${to}`);
});

function known(variable: string, stack: string | undefined): string {
  if (stack && existsSync(join(root, `Pulumi.${stack}.yaml`))) return stack;
  const stacks = readdirSync(root).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const found = stack ? `${stack}, which has no stack file` : "nothing";
  const expected = stacks.sort().join(", ");
  throw new Failure(`${variable}: expected one of ${expected}, found ${found}; make promote FROM=staging TO=prod`);
}

/** Looks at Pulumi's state and at the cluster. @throws Failure where they are not there, or as checkVerified */
async function verify(stack: string, images: ReturnType<typeof imagesIn>): Promise<void> {
  const record = readRecord();
  if (!record?.uid)
    throw new Failure(`${stack} has no verified images: there is no cluster; \`make up ENV=${stack}\` comes first`);
  Object.assign(process.env, await clusterEnvironment(record));
  usePulumi(stack, record);
  const stacks = JSON.parse(await run("pulumi", ["stack", "ls", "--json"], { cwd: root })) as { name: string }[];
  if (!stacks.some(({ name }) => name.split("/").at(-1) === stack)) {
    throw new Failure(
      `${stack} has no verified images: it was never deployed here; \`make up ENV=${stack}\` comes first`,
    );
  }
  const state: State = JSON.parse(await run("pulumi", ["stack", "export", "--stack", stack], { cwd: root }));
  const wayOut = "`make cluster` starts it";
  const target = ["--context", profile, "--namespace", `todo-${stack}`, "--request-timeout", "10s"];
  const { items } = JSON.parse(await run("kubectl", [...target, "get", "deployments", "--output", "json"], { wayOut }));
  checkVerified(stack, images, state, items);
}
