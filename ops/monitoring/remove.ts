// What `make monitoring DOWN=1` does: nothing of the stack is left, on the nodes neither.
import { removeFolder } from "../../cluster/node.ts";
import type { StartedCluster } from "../../cluster/profile.ts";
import { MONITORING } from "../../settings/monitoring.ts";
import { removeVolumes } from "../stack/volumes.ts";
import { enterPlatform, pulumiOfPlatform } from "./platform.ts";

/** Removes all that `make monitoring` has installed but metrics-server, which autoscalers of environments ask. */
export async function removeMonitoring(record: StartedCluster): Promise<void> {
  await enterPlatform(record);
  await pulumiOfPlatform("destroy", "make monitoring DOWN=1");
  await removeVolumes(MONITORING.namespace);
  await removeFolder(MONITORING.agentState);
}
