// `make images [ENV=dev]`: brings a stack's images into the cluster. Its tags become what the sources give, but for those of
// a protected stack: they come by promotion.
import { ensureImages } from "../cluster/images.ts";
import { ensureCluster } from "../cluster/start.ts";
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";
import { writeFromStackFiles } from "./generate/from-stack-files.ts";
import { isProtected, stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  const promoted = isProtected(stack);
  await ensureTools({ more: true });
  await ensureImages(stack, await ensureCluster(), { follow: !promoted, promoted });
  await writeFromStackFiles();
});
