import { groupKind, hookEvents } from "../kubernetes/object.ts";
import { containersOf, podsOf } from "../kubernetes/pods.ts";
import { fits } from "../kubernetes/selector.ts";
import type { ChartObjects } from "../render/chart.ts";
import type { WiringFacts } from "./facts.ts";
import type { Placed, Service, ServicePort, Texts, Workload } from "./workloads.ts";

/** Everything that an environment's charts make, ready to be looked up by name. */
export interface Model {
  facts: WiringFacts;
  namespace: string;
  all: Placed[];
  workloads: Workload[];
  services: Service[];
  /** Names of Secrets, and what may be known of each key's content. */
  secrets: Map<string, Map<string, string | undefined>>;
  configMaps: Map<string, Texts>;
}

export function modelOf(facts: WiringFacts, charts: ChartObjects[]): Model {
  const { namespace, secrets = {} } = facts;
  // What is in another namespace cannot be meant by a name without one.
  const here = charts.flatMap(({ chart, release, objects, namespace: own }) =>
    objects
      .filter(({ metadata }) => (metadata.namespace ?? own) === namespace)
      .map((object): Placed => ({ chart, release, object })),
  );
  const ofKind = (kind: string) => here.filter(({ object }) => groupKind(object) === kind);
  return {
    facts,
    namespace,
    all: here,
    workloads: here.flatMap(workloadOf).sort((a, b) => rank(a) - rank(b)),
    services: ofKind("/Service").map(serviceOf),
    secrets: new Map([...ofKind("/Secret").map(contentOf), ...Object.entries(secrets).map(madeBefore)]),
    configMaps: new Map(ofKind("/ConfigMap").map(textsOf)),
  };
}

const textsOf = ({ object }: Placed): [string, Texts] => [
  object.metadata.name,
  { ...(object.data as Texts), ...(object.binaryData as Texts) },
];

type SecretEntry = [name: string, keys: Map<string, string | undefined>];

const madeBefore = ([name, keys]: [string, Record<string, string | undefined>]): SecretEntry => [
  name,
  new Map(Object.entries(keys)),
];

/** A chart's own Secret; its values are nobody's business. */
function contentOf({ object: { metadata, data, stringData } }: Placed): SecretEntry {
  const keys = Object.keys({ ...(data ?? {}), ...(stringData ?? {}) });
  return [metadata.name, new Map(keys.map((key) => [key, undefined]))];
}

function workloadOf(placed: Placed): Workload[] {
  const events = hookEvents(placed.object);
  return podsOf([placed.object]).map((pod) => ({
    ...placed,
    labels: pod.metadata.labels ?? {},
    pod: pod.spec,
    containers: containersOf(pod).map(({ spec }) => spec),
    longRunning: events.length === 0 && !/Job$/.test(placed.object.kind),
    test: events.some((event) => event.startsWith("test")),
  }));
}

function serviceOf(placed: Placed): Service {
  const spec = (placed.object.spec ?? {}) as { ports?: ServicePort[]; selector?: Texts; type?: string };
  const { ports = [], selector, type = "ClusterIP" } = spec;
  return { ...placed, name: placed.object.metadata.name, ports, selector, type };
}

/** What stays first, then Jobs, then tests: the first of several that say the same stands for all. */
const rank = ({ longRunning, test }: Workload) => Number(!longRunning) + Number(test);

/** The workloads whose pods a Service leads to. */
export function selectedBy({ workloads }: Model, { selector }: Service): Workload[] {
  return selector ? workloads.filter(({ labels }) => fits({ matchLabels: selector }, labels)) : [];
}
