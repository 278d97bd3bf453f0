// What this deployment knows to do about what keeps pods from being ready, beyond what anybody could say.
import type { CauseHints } from "local-charts/objects";
import { profile } from "../settings/minikube.ts";
import { serviceNames, services } from "../settings/services.ts";
import { schemaHint } from "./schema.ts";

/**
 * @param own whether it is on the project's own cluster
 * @param settings undefined where the stack file cannot be read
 */
export function causeHints(own: boolean, settings?: Parameters<typeof schemaHint>[0]): CauseHints {
  return {
    ...(own && {
      loadImage: `minikube -p ${profile} image load`,
      loadBalancer: `\`minikube -p ${profile} tunnel\`, left running, gives it one`,
    }),
    ...(settings && { aboutAnswer: (release, answer) => schemaHint(settings, release, answer) }),
    timeSetting,
  };
}

/** The key of the deadline of a Job or of the start of a pod, by its name; a stack's own services have no name that says so. */
export function timeSetting(name: string, of: "job" | "start"): string | undefined {
  const service = serviceNames.find((each) => name.startsWith(`${services[each].chart}-`));
  return service && `todo:${service}.${of === "job" ? "migration.deadlineSeconds" : "startSeconds"}`;
}
