import * as pulumi from "@pulumi/pulumi";
import type { Sections } from "../settings/contract";
import { bytes, millicores } from "../settings/quantity";
import { type Problem, report } from "../settings/report";
import { type ContainerSpec, containersOf, podsOf } from "./pods";
import type { KubernetesObject, RenderedChart } from "./render-chart";

/** Section `todo:quota` of the settings. */
export type Quota = Sections["quota"];

/** `hard` of the ResourceQuota. CPU counts as set aside: nobody gets less than that. Memory counts as it may be used. */
export function hardLimits({ cpu, memory, storageGiB }: Quota): Record<string, string> {
  return { "requests.cpu": cpu, "limits.memory": memory, "requests.storage": `${storageGiB}Gi` };
}

/** What a container gets that states nothing itself, as one of `kubectl run`: under a quota it would be refused. */
export const CONTAINER_DEFAULTS = {
  type: "Container",
  defaultRequest: { cpu: "50m", memory: "64Mi" },
  default: { cpu: "500m", memory: "256Mi" },
};

interface Amounts {
  /** millicores set aside */
  cpu: number;
  /** bytes that may be used */
  memory: number;
}

const times = (count: number, { cpu, memory }: Amounts): Amounts => ({ cpu: count * cpu, memory: count * memory });
const sum = (all: Amounts[]) => all.reduce((a, b) => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory }), NONE);
const largest = (all: Amounts[]) =>
  all.reduce((a, b) => ({ cpu: Math.max(a.cpu, b.cpu), memory: Math.max(a.memory, b.memory) }), NONE);
const NONE: Amounts = { cpu: 0, memory: 0 };

/**
 * The most that charts take at a time. They are installed one after the other, so beside the pods that serve there is
 * one of: a rolling Deployment (its surge, and up to two old pods that are still ending), a Job, a test.
 */
export function peak(objects: KubernetesObject[]): Amounts & { storage: number } {
  const serving: Amounts[] = [];
  const passing: Amounts[] = [];
  for (const pod of podsOf(objects)) {
    const containers = containersOf(pod);
    const of = (init: boolean) => containers.filter((one) => one.init === init).map(({ spec }) => amounts(spec));
    const one = largest([sum(of(false)), ...of(true)]);
    const { kind, metadata, spec } = pod.object as Workload;
    if (kind !== "Deployment" && kind !== "StatefulSet") {
      passing.push(one);
      continue;
    }
    const replicas = mostReplicas(objects, metadata.name) ?? spec.replicas ?? 1;
    serving.push(times(replicas, one));
    const surge = spec.strategy?.rollingUpdate?.maxSurge ?? 0;
    passing.push(times(surge === 0 ? 0 : surge + Math.min(2, replicas), one));
  }
  const storage = objects
    .flatMap((object) => (object as Workload).spec?.volumeClaimTemplates ?? [])
    .reduce((total, claim) => total + (bytes(claim.spec.resources.requests.storage) ?? 0), 0);
  return { ...sum([...serving, largest(passing)]), storage };
}

/** Throws one error that names each part of the quota that an environment, and a rollout of it, does not fit into. */
export function assertFits(environment: string, quota: Quota, charts: RenderedChart[]): void {
  const objects = charts.flatMap((chart) => chart.objects);
  const need = peak(objects);
  const pods = objects.some(({ kind }) => kind === SCALER) ? "maxReplicas, replicas" : "replicas";
  const problems: Problem[] = [];
  const check = (key: string, needed: number, allowed: number, show: (amount: number) => string | number) => {
    if (needed <= allowed) return;
    const text = `expected at least ${show(needed)}, which this environment takes during a rollout, found ${show(allowed)}`;
    problems.push({ key: `todo:quota.${key}`, text: `${text}; raise it, or lower ${pods} or resources` });
  };
  check("cpu", need.cpu, millicores(quota.cpu) ?? 0, (amount) => `${amount}m`);
  check("memory", need.memory, bytes(quota.memory) ?? 0, (amount) => `${Math.ceil(amount / 2 ** 20)}Mi`);
  check("storageGiB", need.storage, quota.storageGiB * 2 ** 30, (amount) => Math.ceil(amount / 2 ** 30));
  if (problems.length > 0) throw new pulumi.RunError(report(environment, problems));
}

/** As far as sizes depend on it; the charts always have numbers, no percentages. */
interface Workload extends KubernetesObject {
  spec: {
    replicas?: number;
    strategy?: { rollingUpdate?: { maxSurge?: number } };
    volumeClaimTemplates?: { spec: { resources: { requests: { storage: string } } } }[];
  };
}

const SCALER = "HorizontalPodAutoscaler";

interface Autoscaler extends KubernetesObject {
  spec: { maxReplicas: number; scaleTargetRef: { name: string } };
}

/** Where an autoscaler owns the number of pods, the most that it may make. */
function mostReplicas(objects: KubernetesObject[], name: string): number | undefined {
  const scalers = objects.filter(({ kind }) => kind === SCALER) as Autoscaler[];
  return scalers.find(({ spec }) => spec.scaleTargetRef.name === name)?.spec.maxReplicas;
}

function amounts({ resources = {} }: ContainerSpec): Amounts {
  return {
    cpu: millicores(String(resources.requests?.cpu)) ?? 0,
    memory: bytes(String(resources.limits?.memory)) ?? 0,
  };
}
