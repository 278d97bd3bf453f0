import type { Parts } from "../../components/parts";
import type { Container } from "../../components/pods";
import type { Exception } from "../../components/policy/exceptions";
import type { KubernetesObject, RenderedChart } from "../../components/render-chart";

/** What there is to look at. Rules see nothing else, so that each can be shown a violation. */
export interface World {
  /** Text of every file that git tracks, by its path. */
  files: Record<string, string>;
  environments: EnvironmentWorld[];
  /** The reviewed exceptions from rules about rendered objects. */
  exceptions: Exception[];
  /** Only where a cluster answers. */
  cluster?: ClusterWorld;
  /** What the last `make e2e` of this commit said. */
  endToEnd?: EndToEnd;
}

export interface EnvironmentWorld {
  name: string;
  parts: Parts;
  charts: RenderedChart[];
  /** By chart: its objects as `helm/<chart>/values/<environment>.yaml` gives them. */
  fromValuesFile: Record<string, KubernetesObject[]>;
  /** By chart: what its NOTES.txt says there. */
  notes: Record<string, string>;
}

/** Objects of the cluster, as kubectl prints them. */
// biome-ignore lint/suspicious/noExplicitAny: an object of the cluster has no static type.
export type Live = any;

export interface ClusterWorld {
  nodes: Live[];
  namespaces: Live[];
  /** Those of the environments' namespaces; so are the others below. */
  pods: Live[];
  configMaps: Live[];
  /** Helm's records of releases: labels and time only. */
  records: Live[];
}

export interface EndToEnd {
  commit: string;
  tests: { title: string; state: string }[];
}

/** `open`: nothing was found wrong, and nothing was proved either. */
export type Outcome =
  | { state: "holds"; proof: string[] }
  | { state: "fails"; problems: string[] }
  | { state: "open"; reason: string };

export interface Rule {
  id: string;
  /** The rule itself. */
  text: string;
  check(world: World): Outcome;
}

/** Holds with its proof; a problem, or nothing at all to look at, fails it. */
export function settle(proof: string[], problems: string[]): Outcome {
  if (problems.length > 0) return { state: "fails", problems };
  return proof.length > 0
    ? { state: "holds", proof }
    : { state: "fails", problems: ["expected something to look at, found nothing"] };
}

/** Files whose path matches, as [path, text]. */
export const filesOf = ({ files }: World, path: RegExp) => Object.entries(files).filter(([name]) => path.test(name));

/** Every chart of every environment. */
export const chartsOf = ({ environments }: World) =>
  environments.flatMap(({ name, charts }) => charts.map((chart) => ({ ...chart, environment: name })));

export const variablesOf = ({ spec }: Container) => spec.env ?? [];
