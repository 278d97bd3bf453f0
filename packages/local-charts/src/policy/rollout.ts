// What keeps an update, a changed secret and a drained node from being noticed by users.

import { autoscalerOf } from "../kubernetes/autoscaler.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { podsOf, serves } from "../kubernetes/pods.ts";
import { fits, type Selector } from "../kubernetes/selector.ts";
import { breaches, expectation, type Rule } from "./rule.ts";

/** The fewest pods of a workload: its own number, or that of its autoscaler. */
function guaranteed(workload: KubernetesObject, objects: KubernetesObject[]): number {
  const scaler = autoscalerOf(workload, objects);
  return (scaler ? scaler.minReplicas : (workload.spec as { replicas?: number } | undefined)?.replicas) ?? 1;
}

/** Pods that a budget keeps: a number, or a part of those there are, rounded up as Kubernetes does. */
function needed(minAvailable: unknown, pods: number): number {
  if (minAvailable === undefined) return -1;
  const text = String(minAvailable);
  return text.endsWith("%") ? Math.ceil((Number.parseFloat(text) / 100) * pods) : Number(text);
}

interface Budget {
  minAvailable?: number | string;
  maxUnavailable?: number | string;
  selector?: Selector;
}

export const rolloutRules: Rule[] = [
  {
    id: "rollout",
    title: "an update loses no request, and a changed secret restarts its users",
    check: (objects) =>
      podsOf(objects.filter(serves)).flatMap(({ owner: where, object, metadata, spec }) => {
        const { strategy } = (object.spec ?? {}) as { strategy?: { rollingUpdate?: { maxUnavailable?: unknown } } };
        const { containers, initContainers } = spec;
        const secrets = /"secret(Key)?Ref"/.test(JSON.stringify([containers, initContainers]));
        const checksums = Object.keys(metadata.annotations ?? {}).some((name) => name.startsWith("checksum/"));
        const texts = [
          object.kind === "Deployment" &&
            !["0", "0%"].includes(String(strategy?.rollingUpdate?.maxUnavailable)) &&
            expectation(
              "maxUnavailable: 0",
              strategy?.rollingUpdate?.maxUnavailable,
              "Helm would call an update ready with no pod serving",
            ),
          secrets &&
            !checksums &&
            expectation(
              "a checksum/… annotation on the pod",
              undefined,
              "Kubernetes restarts nothing for a changed Secret",
            ),
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
          const { minAvailable, maxUnavailable, selector } = (budget.spec ?? {}) as Budget;
          // Without a selector it is a budget of no pods; whether one selects any is the wiring's business.
          const targets = podsOf(objects.filter(serves)).filter(
            ({ metadata }) => selector && fits(selector, metadata.labels ?? {}),
          );
          if (targets.length === 0) return [];
          const pods = targets.reduce((sum, { object }) => sum + guaranteed(object, objects), 0);
          const why = "at this one no node could ever be drained";
          return breaches(`PodDisruptionBudget ${budget.metadata.name}`, [
            ["0", "0%"].includes(String(maxUnavailable)) &&
              expectation("a maxUnavailable of 1 or more", maxUnavailable, why),
            needed(minAvailable, pods) >= pods &&
              expectation(`a minAvailable below the ${pods} pods there are`, minAvailable, why),
          ]);
        }),
  },
];
