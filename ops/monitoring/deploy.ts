// What `make monitoring` does: from a cluster to pages that answer. Changes nothing where nothing changed.
import { bringImage } from "../../cluster/addons/image.ts";
import { bringAddons } from "../../cluster/addons/install.ts";
import { imagesInNode } from "../../cluster/node.ts";
import type { StartedCluster } from "../../cluster/profile.ts";
import { MONITORING, monitoringPages } from "../../settings/monitoring.ts";
import { steps } from "../../tools/steps.ts";
import { forward } from "../page/forward.ts";
import { waitForUrl } from "../page/url.ts";
import { assertMonitoringFits } from "./assert-room.ts";
import { monitoringImages } from "./needs.ts";
import { enterPlatform, pulumiOfPlatform } from "./platform.ts";

/** @throws Failure where it does not fit into the node, before anything is installed */
export async function deployMonitoring(record: StartedCluster): Promise<void> {
  await assertMonitoringFits();
  await bringImages(record);
  const addons = await bringAddons(["metrics-server"], record);
  await enterPlatform(record);
  await pulumiOfPlatform("up", "make monitoring").catch(async (failure) => {
    // What has begun goes on to its end, and is seen to; why it failed, if it did, the next run says.
    await addons.there().catch(() => {});
    throw failure;
  });
  await addons.there();
  console.log();
  for (const [page, { path }] of Object.entries(monitoringPages)) await answers(page, path);
}

async function bringImages(record: StartedCluster): Promise<void> {
  const present = await imagesInNode();
  const missing = [...new Set(monitoringImages())].filter((image) => !present.has(image));
  await steps(
    missing.map((image) => ({
      title: `image ${image}: bringing`,
      run: async (report) => {
        await bringImage(image, "platform/charts", record, report);
        return `image ${image}: in the cluster`;
      },
    })),
  );
}

/** Waits until a page answers, and says how it is opened. */
async function answers(page: string, path: string): Promise<void> {
  const { port, end } = await forward(MONITORING.stack, `service/${page}`);
  await waitForUrl(`http://127.0.0.1:${port}${path}`).finally(end);
  console.log(`The page of ${page} answers; it opens while this runs: make open WHAT=${page}`);
}
