// `make cluster [ADDONS=1] [NODES=2]`: one running Minikube, made, found or woken; with all that stacks may ask of it, and with
// more nodes than one.
import { addonNames } from "../cluster/addons/asked.ts";
import { bringAddons } from "../cluster/addons/install.ts";
import { nodeSteps, nodesWanted } from "../cluster/more-nodes.ts";
import { ensureToolsAndCluster } from "../cluster/start.ts";
import { runProgram } from "../tools/program.ts";
import { steps } from "../tools/steps.ts";

await runProgram(async () => {
  const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split(/=(.*)/s)));
  const nodes = given.NODES && nodesWanted(given.NODES);
  const record = await ensureToolsAndCluster();
  if (nodes) await steps(await nodeSteps(nodes, record));
  if (given.ADDONS) await (await bringAddons([...addonNames], record)).there();
});
