// `make monitoring [DOWN=1]`: metrics, dashboards, logs and alerts of the cluster, installed from platform/, or removed.
import { ensureCluster, ensureToolsAndCluster } from "../cluster/start.ts";
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";
import { deployMonitoring } from "./monitoring/deploy.ts";
import { removeMonitoring } from "./monitoring/remove.ts";
import { isWished } from "./monitoring/wish.ts";

await runProgram(async () => {
  if (!isWished("DOWN", process.argv[2])) return deployMonitoring(await ensureToolsAndCluster());
  await ensureTools();
  await removeMonitoring(await ensureCluster());
});
