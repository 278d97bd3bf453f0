// `make generate`: writes every generated file that is out of date. With --check it writes nothing, and names them: exit code
// 1 where one does not even follow from a stack file.
import { ensureTool } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { expected, Failure, runProgram } from "../tools/program.ts";
import { outOfDate, write } from "./generate/files.ts";
import { generators } from "./generate/generators.ts";
import { trackedStacks } from "./stack/stack-file.ts";

await runProgram(async () => {
  const check = process.argv.includes("--check");
  await ensureTool("helm");
  const stacks = await trackedStacks();
  const stale: string[] = [];
  for (const { files, follows } of generators) {
    const generated = await (async () => files(root, stacks))().catch(expected);
    const found = check ? outOfDate(root, generated) : write(root, generated);
    if (found.length > 0) console.log(`${check ? "out of date" : "wrote"}: ${found.join(", ")}`);
    if (follows === "sources") stale.push(...found);
  }
  if (check && stale.length > 0) {
    throw new Failure(`${stale.join(", ")}: expected what \`make generate\` writes, found another text; run that`);
  }
});
