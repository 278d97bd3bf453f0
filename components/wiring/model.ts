import type { Parts } from "../parts";
import { containersOf, podsOf } from "../pods";
import { type RenderedChart, releaseName } from "../render-chart";
import type { SecretSource, SecretSpec } from "../secrets";
import { fits, type Placed, type Service, type ServicePort, type Texts, type Workload } from "./objects";

/** Everything that an environment's charts make, ready to be looked up by name. */
export interface Model {
  parts: Parts;
  namespace: string;
  all: Placed[];
  workloads: Workload[];
  services: Service[];
  /** Names of Secrets, and what is known of each key's content. */
  secrets: Map<string, Map<string, SecretSource | undefined>>;
  configMaps: Map<string, Texts>;
}

export function modelOf(parts: Parts, charts: RenderedChart[]): Model {
  const { namespace } = parts.environment;
  const all = charts.flatMap(({ chart, environment, objects }) =>
    objects.map((object): Placed => ({ chart, release: releaseName(chart, environment), object })),
  );
  // What is in another namespace cannot be meant by a name without one.
  const here = all.filter(({ object }) => (object.metadata.namespace ?? namespace) === namespace);
  const ofKind = (kind: string) => here.filter(({ object }) => object.kind === kind);
  return {
    parts,
    namespace,
    all: here,
    workloads: here.flatMap(workloadOf).sort((a, b) => rank(a) - rank(b)),
    services: ofKind("Service").map(serviceOf),
    secrets: new Map([...ofKind("Secret").map(contentOf), ...Object.values(parts.environment.secrets).map(madeBefore)]),
    configMaps: new Map(
      ofKind("ConfigMap").map(({ object }) => [object.metadata.name, (object.data ?? {}) as Texts] as const),
    ),
  };
}

type SecretEntry = [name: string, keys: Map<string, SecretSource | undefined>];

const madeBefore = ({ name, keys }: SecretSpec): SecretEntry => [name, new Map(Object.entries(keys))];

/** A chart's own Secret; its values are nobody's business. */
function contentOf({ object: { metadata, data, stringData } }: Placed): SecretEntry {
  const keys = Object.keys({ ...(data ?? {}), ...(stringData ?? {}) });
  return [metadata.name, new Map(keys.map((key) => [key, undefined]))];
}

function workloadOf(placed: Placed): Workload[] {
  const { kind, metadata } = placed.object;
  const hook = metadata.annotations?.["helm.sh/hook"];
  return podsOf([placed.object]).map((pod) => ({
    ...placed,
    labels: pod.metadata.labels ?? {},
    pod: pod.spec,
    containers: containersOf(pod).map(({ spec }) => spec),
    lasting: hook === undefined && !/Job$/.test(kind),
    test: hook?.includes("test") ?? false,
  }));
}

function serviceOf(placed: Placed): Service {
  const spec = placed.object.spec as { ports?: ServicePort[]; selector?: Texts; type?: string };
  const { ports = [], selector, type = "ClusterIP" } = spec;
  return { ...placed, name: placed.object.metadata.name, ports, selector, type };
}

/** What stays first, then Jobs, then tests: the first of several that say the same stands for all. */
const rank = ({ lasting, test }: Workload) => Number(!lasting) + Number(test);

/** The workloads whose pods a Service leads to. */
export function behind({ workloads }: Model, { selector }: Service): Workload[] {
  return selector ? workloads.filter(({ labels }) => fits({ matchLabels: selector }, labels)) : [];
}
