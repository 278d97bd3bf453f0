// `make cluster`: one running Minikube, made, found or woken.

import { ensureCluster } from "../cluster/start.ts";
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";

await runProgram(async () => {
  await ensureTools({ more: true });
  await ensureCluster();
});
