import { autoscalerOf, autoscalersOf } from "./kubernetes/autoscaler.ts";
import { hookEvents, type KubernetesObject } from "./kubernetes/object.ts";
import { type ContainerSpec, containersOf, podsOf, serves } from "./kubernetes/pods.ts";
import { parseQuantity } from "./kubernetes/quantity.ts";
import type { ChartObjects } from "./render/chart.ts";

/** What all pods and volumes of an environment may take together. */
export interface Quota {
  /** CPU that is set aside, as a quantity: nobody gets less than that. */
  cpu: string;
  /** Memory that may be used, as a quantity. */
  memory: string;
  /** Size of all volumes, in GiB. */
  storageGiB: number;
}

/** `hard` of the ResourceQuota. */
export function hardLimits({ cpu, memory, storageGiB }: Quota): Record<string, string> {
  return { "requests.cpu": cpu, "limits.memory": memory, "requests.storage": `${storageGiB}Gi` };
}

interface Amounts {
  /** cores set aside */
  cpu: number;
  /** bytes that may be used */
  memory: number;
}

const times = (count: number, { cpu, memory }: Amounts): Amounts => ({ cpu: count * cpu, memory: count * memory });
const sum = (all: Amounts[]) => all.reduce((a, b) => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory }), NONE);
const largest = (all: Amounts[]) =>
  all.reduce((a, b) => ({ cpu: Math.max(a.cpu, b.cpu), memory: Math.max(a.memory, b.memory) }), NONE);
const NONE: Amounts = { cpu: 0, memory: 0 };

/** Whether an object's pods are there as long as the release is. A DaemonSet is counted as if there were one node. */
const stays = (object: KubernetesObject) =>
  (serves(object) || object.kind === "Pod") && hookEvents(object).length === 0;

/**
 * The most that charts take at a time. They are installed one after the other, so beside the pods that serve there is
 * one of: a rolling Deployment (its surge, and up to two old pods that are still ending), a Job, a test. A CronJob's pod
 * waits for none of these: its time may come during any.
 */
export function peak(objects: KubernetesObject[]): Amounts & { storage: number } {
  const serving: Amounts[] = [];
  const temporary: Amounts[] = [];
  let storage = 0;
  for (const object of objects) {
    if (object.kind === "PersistentVolumeClaim") storage += sizeOf(object as Claim);
  }
  for (const pod of podsOf(objects)) {
    const containers = containersOf(pod);
    const of = (init: boolean) => containers.filter((one) => one.init === init).map(({ spec }) => amounts(spec));
    const one = largest([sum(of(false)), ...of(true)]);
    if (pod.object.kind === "CronJob") {
      serving.push(one);
      continue;
    }
    if (!stays(pod.object)) {
      temporary.push(one);
      continue;
    }
    const { kind, spec = {} } = pod.object as Workload;
    const replicas = autoscalerOf(pod.object, objects)?.maxReplicas ?? spec.replicas ?? 1;
    serving.push(times(replicas, one));
    const surge = kind === "Deployment" ? surgeOf(spec.strategy, replicas) : 0;
    temporary.push(times(surge === 0 ? 0 : surge + Math.min(2, replicas), one));
    storage += replicas * (spec.volumeClaimTemplates ?? []).reduce((total, claim) => total + sizeOf(claim), 0);
  }
  return { ...sum([...serving, largest(temporary)]), storage };
}

/** A part of a quota that is too small, or that cannot be told. */
export interface QuotaProblem {
  part: keyof Quota;
  /** What was expected and found, and the fix. */
  text: string;
}

/**
 * Each part of the quota that an environment, and a rollout of it, does not fit into; what is not given has no limit.
 * @param charts as renderCharts makes them, so that all their amounts are quantities
 */
export function quotaProblems(quota: Partial<Quota>, charts: ChartObjects[]): QuotaProblem[] {
  const objects = charts.flatMap((chart) => chart.objects);
  const need = peak(objects);
  const pods = autoscalersOf(objects).length > 0 ? "maxReplicas, replicas" : "replicas";
  const problems: QuotaProblem[] = [];
  const check = (part: keyof Quota, needed: number, unit: number, show: (amount: number) => string | number) => {
    if (quota[part] === undefined) return;
    const limit = parseQuantity(quota[part]);
    if (limit === undefined) {
      problems.push({ part, text: `expected a quantity, found ${JSON.stringify(quota[part])}; write it as 2 or 4Gi` });
      return;
    }
    const allowed = limit * unit;
    // Sums of thousandths of a core are a little off in binary.
    if (needed <= allowed + 1e-9) return;
    const text = `expected at least ${show(needed)}, which this environment takes during a rollout, found ${show(allowed)}`;
    problems.push({ part, text: `${text}; raise it, or lower ${pods} or resources` });
  };
  check("cpu", need.cpu, 1, (amount) => `${Math.round(amount * 1000)}m`);
  check("memory", need.memory, 1, (amount) => `${Math.ceil(amount / 2 ** 20)}Mi`);
  check("storageGiB", need.storage, 2 ** 30, (amount) => Math.ceil(amount / 2 ** 30));
  return problems;
}

/** Pods that a rollout adds; a percentage is rounded up, and 25% is what Kubernetes takes where nothing is said. */
function surgeOf({ type, rollingUpdate }: Strategy = {}, replicas: number): number {
  if (type === "Recreate") return 0;
  const surge = rollingUpdate?.maxSurge ?? "25%";
  return typeof surge === "number" ? surge : Math.ceil((Number.parseFloat(surge) / 100) * replicas) || 0;
}

interface Strategy {
  type?: string;
  rollingUpdate?: { maxSurge?: number | string };
}

/** As far as sizes depend on it. */
interface Workload extends KubernetesObject {
  spec?: {
    replicas?: number;
    strategy?: Strategy;
    volumeClaimTemplates?: Claim[];
  };
}

interface Claim {
  spec?: { resources?: { requests?: { storage?: unknown } } };
}

const sizeOf = ({ spec }: Claim) => parseQuantity(spec?.resources?.requests?.storage) ?? 0;

function amounts({ resources = {} }: ContainerSpec): Amounts {
  return { cpu: parseQuantity(resources.requests?.cpu) ?? 0, memory: parseQuantity(resources.limits?.memory) ?? 0 };
}
