// A Job of the cluster, as far as the verbs look at it that run one.
import type { KubernetesObject } from "local-charts/objects";
import { Failure } from "../../tools/program.ts";

/** A container, as far as it is looked at. */
export interface Container {
  name: string;
  image: string;
  command: string[];
  env?: { name: string; value?: string; valueFrom?: unknown }[];
}

/** A Job as far as it is looked at. */
export interface Job extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp?: string };
  spec: {
    activeDeadlineSeconds: number;
    backoffLimit?: number;
    ttlSecondsAfterFinished?: number;
    template: { spec: { containers: Container[] } };
  };
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** How long a Job stays that nobody waited for, with its log. */
export const KEPT_SECONDS = 600;

/** How a Job ended: a condition of it; undefined while it runs. */
export function endOf({ status }: Pick<Job, "status">) {
  const ends = ["Complete", "Failed"];
  return status?.conditions?.find((condition) => ends.includes(condition.type) && condition.status === "True");
}

/**
 * @param what a Job is that must not run: "migration"
 * @param kubectl the command, with its cluster and namespace
 * @throws Failure for the first that runs
 */
export function assertNoneRuns(stack: string, what: string, jobs: Job[], kubectl: string): void {
  const running = jobs.find((job) => !endOf(job));
  if (!running) return;
  const { name, creationTimestamp: since } = running.metadata;
  throw new Failure(
    `stack ${stack}: expected no ${what} that runs already, found Job ${name}, since ${since}; \`${kubectl} logs job/${name} --follow\` shows it, and when it has ended run this again`,
  );
}
