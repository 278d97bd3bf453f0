// Which add-ons of the cluster a stack asks for: a metrics server for its autoscalers, Traefik for its Ingress or HTTPRoute.
// Who asks for none gets none.
import { isServedByTraefik, profile } from "../../settings/minikube.ts";
import { sectionsIn } from "../../settings/services.ts";
import { mapOf } from "../../settings/yaml.ts";

export const addonNames = ["metrics-server", "traefik"] as const;
export type AddonName = (typeof addonNames)[number];

/** By its `config:` as it stands in the file: whether that is valid, Pulumi says better. */
export function addonsAskedBy(config: Record<string, unknown>): AddonName[] {
  const { context, ingressClass, gateway } = mapOf(config["todo:cluster"]);
  if (context !== profile) return [];
  const reached = isServedByTraefik({ ingressClass, gateway: mapOf(gateway) });
  const scaled = sectionsIn(config).some(({ section }) => mapOf(mapOf(section).autoscaling).enabled === true);
  return addonNames.filter((each) => (each === "traefik" ? reached : scaled));
}

/** The hosts that a stack is to be reached at by https. */
export function httpsHostsIn(config: Record<string, unknown>): string[] {
  const origins = [config["todo:origin"], mapOf(config["todo:backend"]).origin];
  return origins.flatMap((origin) =>
    typeof origin === "string" && URL.canParse(origin) && origin.startsWith("https:") ? [new URL(origin).hostname] : [],
  );
}
