// The objects that the scanners look at: every environment as it would be deployed.
import { join } from "node:path";
import type { KubernetesObject } from "local-charts/objects";
import { renderEnvironment } from "../../components/rendered.ts";
import { stackNames } from "../../settings/stack-files.ts";
import { readSettings } from "../../settings.ts";

/** Folder of a stack file that asks for all that the charts have, as no environment does. */
const FULL = "ops/scan";

export interface ScannedEnvironment {
  environment: string;
  objects: KubernetesObject[];
}

/** Every environment of a checkout, and one with all settings. @throws Error naming what cannot be rendered */
export async function scannedEnvironments(root: string): Promise<ScannedEnvironment[]> {
  const places = [root, join(root, FULL)].flatMap((folder) => stackNames(folder).map((stack) => ({ folder, stack })));
  return Promise.all(places.map(({ folder, stack }) => rendered(root, folder, stack)));
}

async function rendered(root: string, folder: string, stack: string): Promise<ScannedEnvironment> {
  const settings = readSettings(folder, stack, { assumeSecrets: true });
  const { charts } = await renderEnvironment(settings, root);
  const objects = charts.flatMap((chart) => chart.objects.map((object) => withNamespace(object, chart.namespace)));
  return { environment: settings.environment, objects };
}

/** As the API server has it: what a chart leaves out is the namespace of its installation. */
const withNamespace = (object: KubernetesObject, namespace: string): KubernetesObject => ({
  ...object,
  metadata: { namespace, ...object.metadata },
});
