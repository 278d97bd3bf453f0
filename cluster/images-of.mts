// `make images [ENV=dev]`: brings a stack's images into the cluster. Its tags become what the sources give, but for prod's:
// they come by promotion.
import { stackName } from "../ops/pulumi.mts";
import { ensureTools } from "../tools/install.mts";
import { main } from "../tools/main.mts";
import { ensureImages } from "./images.mts";
import { ensureCluster } from "./start.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  await ensureTools({ more: true });
  await ensureImages(stack, await ensureCluster(), stack !== "prod");
});
