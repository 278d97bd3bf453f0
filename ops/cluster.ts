// `make cluster [ADDONS=1]`: one running Minikube, made, found or woken; with all that stacks may ask of it.
import { addonNames } from "../cluster/addons/asked.ts";
import { bringAddons } from "../cluster/addons/install.ts";
import { ensureToolsAndCluster } from "../cluster/start.ts";
import { runProgram } from "../tools/program.ts";

await runProgram(async () => {
  const record = await ensureToolsAndCluster();
  if (process.argv.includes("ADDONS=1")) await (await bringAddons([...addonNames], record)).there();
});
