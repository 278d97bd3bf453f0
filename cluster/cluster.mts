// `make cluster`: one running Minikube, made, found or woken.

import { ensureTools } from "../tools/install.mts";
import { main } from "../tools/main.mts";
import { ensureCluster } from "./start.mts";

await main(async () => {
  await ensureTools({ more: true });
  await ensureCluster();
});
