// An image of what the cluster gets beside the application.
import type { Progress } from "../../tools/steps.ts";
import { pulling } from "../engine-images.ts";
import type { ClusterRecord } from "../profile.ts";

/**
 * Brings an image into the nodes: pulled, or made where this cluster's are made.
 * @param key where it is named
 * @throws Failure
 */
export async function bringImage(image: string, key: string, record: ClusterRecord, report: Progress): Promise<void> {
  if (record.images === "made") {
    await (await import("../offline/addon-images.ts")).bringAddonImage(image, record, report);
  } else for (const step of await pulling(image, key)) await step.run(report);
}
