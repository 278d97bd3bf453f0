// What keeps an update, a changed secret and a drained node from being noticed by users.
import { podsOf, serves } from "../pods";
import type { KubernetesObject } from "../render-chart";
import { breaches, type Rule, say } from "./rule";

/** The fewest pods of a workload: its own number, or that of its autoscaler. */
function guaranteed({ kind, metadata, spec }: KubernetesObject, objects: KubernetesObject[]): number {
  const scaler = objects
    .map((object) => ({ kind: object.kind, ...(object.spec as { scaleTargetRef?: Target; minReplicas?: number }) }))
    .find(({ kind: of, scaleTargetRef: target }) => {
      return of === "HorizontalPodAutoscaler" && target?.kind === kind && target.name === metadata.name;
    });
  return (scaler ? scaler.minReplicas : (spec as { replicas?: number } | undefined)?.replicas) ?? 1;
}

interface Target {
  kind: string;
  name: string;
}

export const rolloutRules: Rule[] = [
  {
    id: "rollout",
    title: "an update loses no request, and a changed secret restarts its users",
    check: (objects) =>
      podsOf(objects.filter(serves)).flatMap(({ owner: where, object, metadata, spec }) => {
        const { strategy } = (object.spec ?? {}) as { strategy?: { rollingUpdate?: { maxUnavailable?: unknown } } };
        const secrets = JSON.stringify(spec.containers).includes('"secretKeyRef"');
        const checksums = Object.keys(metadata.annotations ?? {}).some((name) => name.startsWith("checksum/"));
        const texts = [
          object.kind === "Deployment" &&
            strategy?.rollingUpdate?.maxUnavailable !== 0 &&
            say(
              "maxUnavailable: 0",
              strategy?.rollingUpdate?.maxUnavailable,
              "Helm would call an update ready with no pod serving",
            ),
          secrets &&
            !checksums &&
            say("a checksum/… annotation on the pod", undefined, "Kubernetes restarts nothing for a changed Secret"),
        ];
        return breaches(where, texts);
      }),
  },
  {
    id: "drain",
    title: "no PodDisruptionBudget blocks every drain",
    check: (objects) =>
      objects
        .filter(({ kind }) => kind === "PodDisruptionBudget")
        .flatMap((budget) => {
          const { minAvailable, maxUnavailable, selector } = budget.spec as Record<string, unknown>;
          const wanted = Object.entries((selector as { matchLabels?: Record<string, string> })?.matchLabels ?? {});
          const targets = podsOf(objects.filter(serves)).filter(({ metadata }) =>
            wanted.every(([name, value]) => metadata.labels?.[name] === value),
          );
          const pods = targets.reduce((sum, { object }) => sum + guaranteed(object, objects), 0);
          const blocks =
            maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%" || Number(minAvailable) >= pods;
          const found = minAvailable ?? maxUnavailable;
          const text = say(
            `a budget below the ${pods} pods there are`,
            found,
            "at this one no node could ever be drained",
          );
          return breaches(`PodDisruptionBudget ${budget.metadata.name}`, [blocks && text]);
        }),
  },
];
