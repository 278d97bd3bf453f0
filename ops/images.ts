// `make images [ENV=dev]`: brings a stack's images into the cluster. Its tags become what the sources give, but for those of
// a protected stack: they come by promotion.
import { ensureImages } from "../cluster/images.ts";
import { ensureToolsAndCluster } from "../cluster/start.ts";
import { runProgram } from "../tools/program.ts";
import { writeFromStackFiles } from "./generate/from-stack-files.ts";
import { isProtected, stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  const promoted = isProtected(stack);
  await ensureToolsAndCluster((record) => ensureImages(stack, record, { follow: !promoted, promoted }));
  await writeFromStackFiles();
});
