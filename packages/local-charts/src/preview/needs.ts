// What charts need of a cluster beside the API: without it they are taken, and do not work.
import { clusterGet, NotThere, Refused } from "../cluster/request.ts";
import { groupKind, isMap, type KubernetesObject, title } from "../kubernetes/object.ts";
import { parseQuantity } from "../kubernetes/quantity.ts";
import { peak } from "../quota.ts";
import type { ChartObjects } from "../render/chart.ts";

const PATIENCE_MS = 5_000;

/** Something that a cluster has, or has not. */
export interface Need {
  /** Where the API server has it. */
  path: string;
  /** What asks for it, and what for. */
  text: string;
  fix: string;
  /** Of a Gateway: the listener that is asked for. */
  listener?: string;
  /** Where the API server has what is about to answer: somebody has installed it a moment ago. */
  comes?: string;
}

const STORAGE = "/apis/storage.k8s.io/v1/storageclasses";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

interface Spec {
  storageClassName?: string;
  ingressClassName?: string;
  parentRefs?: { kind?: string; name: string; namespace?: string; sectionName?: string }[];
  listeners?: { name: string }[];
  metrics?: { type: string }[];
  volumeClaimTemplates?: { spec?: Spec }[];
}

/** What objects ask for by name; pure. */
export function needsOf(charts: ChartObjects[]): Need[] {
  const all = charts.flatMap(({ namespace, objects }) => objects.flatMap((object) => needsOfOne(object, namespace)));
  return [...new Map(all.map((need) => [`${need.path} ${need.listener ?? ""}`, need])).values()];
}

function needsOfOne(object: KubernetesObject, namespace: string): Need[] {
  const spec = (isMap(object.spec) ? object.spec : {}) as Spec;
  const asks = title(object, namespace);
  switch (groupKind(object)) {
    case "/PersistentVolumeClaim":
      return storage(asks, spec);
    case "apps/StatefulSet":
      return (spec.volumeClaimTemplates ?? []).flatMap((claim) => storage(asks, claim.spec));
    case "networking.k8s.io/Ingress": {
      const { ingressClassName: name } = spec;
      if (!name) return [];
      const fix = `install a controller of that class, or name one that is there (\`kubectl get ingressclass\`)`;
      return [
        {
          path: `/apis/networking.k8s.io/v1/ingressclasses/${name}`,
          text: `${asks} asks for ingress class ${name}`,
          fix,
        },
      ];
    }
    case "gateway.networking.k8s.io/HTTPRoute":
      return (spec.parentRefs ?? [])
        .filter(({ kind = "Gateway" }) => kind === "Gateway")
        .map(({ name, namespace: at = namespace, sectionName: listener }) => ({
          path: `/apis/gateway.networking.k8s.io/v1/namespaces/${at}/gateways/${name}`,
          text: `${asks} asks for ${listener ? `listener ${listener} of ` : ""}gateway ${at}/${name}`,
          fix: "make it, or name one that is there (`kubectl get gateways --all-namespaces`)",
          ...(listener && { listener }),
        }));
    case "monitoring.coreos.com/PodMonitor":
    case "monitoring.coreos.com/PrometheusRule":
      return [
        {
          path: "/apis/monitoring.coreos.com/v1",
          text: `${asks} asks for the Prometheus operator`,
          fix: "install it (kube-prometheus-stack has it), or do without these objects: nothing else would read them",
        },
      ];
    case "autoscaling/HorizontalPodAutoscaler":
      return (spec.metrics ?? []).some(({ type }) => type.endsWith("Resource"))
        ? [
            {
              path: "/apis/metrics.k8s.io/v1beta1",
              text: `${asks} asks how busy pods are, of a metrics server`,
              fix: "install metrics-server; until then the number of pods stays as it is",
              comes: "/api/v1/namespaces/kube-system/services/metrics-server",
            },
          ]
        : [];
    default:
      return [];
  }
}

function storage(asks: string, { storageClassName: name }: Spec = {}): Need[] {
  if (name === "") return [];
  if (name === undefined)
    return [
      {
        path: STORAGE,
        text: `${asks} asks for a volume of the default storage class`,
        fix: "make one the default, or name one (`kubectl get storageclass`)",
      },
    ];
  return [
    {
      path: `${STORAGE}/${name}`,
      text: `${asks} asks for a volume of storage class ${name}`,
      fix: "name one that is there (`kubectl get storageclass`)",
    },
  ];
}

/** Whether what was answered is what was needed: of the default class, a list with one in it; of a Gateway, the listener. */
export function isMet({ path, listener }: Need, answer: unknown): boolean {
  if (listener) return (answer as { spec: Spec }).spec.listeners?.some(({ name }) => name === listener) ?? false;
  if (path !== STORAGE) return true;
  const { items } = answer as { items: KubernetesObject[] };
  return items.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true");
}

interface Node {
  spec: { unschedulable?: boolean; taints?: { effect: string }[] };
  status: { allocatable?: Record<string, string> };
}

interface Pod {
  metadata: { namespace: string };
  spec: { containers: { resources?: { requests?: Record<string, string> } }[] };
  status: { phase?: string };
}

/**
 * What is short of the cores that charts set aside during a rollout, in a sentence; undefined where nothing is. Pure.
 * @param pods all of the cluster
 */
export function shortOfCores(charts: ChartObjects[], nodes: Node[], pods: Pod[]): string | undefined {
  const own = new Set(charts.map(({ namespace }) => namespace));
  const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);
  const usable = nodes.filter(
    ({ spec }) => !spec.unschedulable && !spec.taints?.some(({ effect }) => effect !== "PreferNoSchedule"),
  );
  const all = sum(usable.map(({ status }) => parseQuantity(status.allocatable?.cpu) ?? 0));
  const others = pods
    .filter(({ metadata, status }) => !own.has(metadata.namespace) && !/Succeeded|Failed/.test(status.phase ?? ""))
    .flatMap(({ spec }) => spec.containers.map(({ resources }) => parseQuantity(resources?.requests?.cpu) ?? 0));
  const free = all - sum(others);
  const { cpu } = peak(charts.flatMap(({ objects }) => objects));
  if (usable.length === 0 || cpu <= free + 1e-9) return undefined;
  const shown = (cores: number) => `${Math.round(cores * 1000)}m`;
  return `expected ${shown(cpu)} of cpu that no other namespace has set aside, which a rollout of all takes, found ${shown(Math.max(free, 0))} of ${shown(all)}; take another environment down, give the cluster more, or lower resources`;
}

/**
 * What a cluster lacks of what charts need, a sentence each. Who may not look hears nothing, and so does who gets no answer.
 */
export async function lacks(context: string, charts: ChartObjects[]): Promise<string[]> {
  const ask = (path: string) => clusterGet(context, path, PATIENCE_MS);
  const missing = needsOf(charts).map(async (need): Promise<string[]> => {
    const text = `${need.text}, and this cluster has none; ${need.fix}`;
    try {
      return isMet(need, await ask(need.path)) ? [] : [text];
    } catch (error) {
      if (error instanceof Refused && error.status === 503)
        return [`${need.text}, and this cluster has one that does not answer; ${need.fix}`];
      if (!(error instanceof NotThere)) return [];
      return need.comes && (await ask(need.comes).catch(() => undefined)) ? [] : [text];
    }
  });
  // Both answers are waited for: what may not be looked at is said.
  const cores = Promise.allSettled([ask("/api/v1/nodes"), ask("/api/v1/pods")]).then(([nodes, pods]) => {
    if (nodes.status === "rejected" || pods.status === "rejected") return [];
    const text = shortOfCores(charts, (nodes.value as { items: Node[] }).items, (pods.value as { items: Pod[] }).items);
    return text ? [text] : [];
  });
  return (await Promise.all([...missing, cores])).flat();
}
