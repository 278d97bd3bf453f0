import { withoutChecksum } from "../../components/helm-values";
import { chartsOf, partsOf } from "../../components/parts";
import { compare, type FieldChange, fieldChanges, type ObjectChange } from "../../components/preview/diff";
import { title } from "../../components/preview/objects";
import { type KubernetesObject, type RenderedChart, renderCharts, type Template } from "../../components/render-chart";
import type { SecretValue, Settings } from "../../settings";
import { sections } from "../../settings/contract";

export interface Comparison {
  names: [left: string, right: string];
  /** What two environments cannot share; left out of everything below. */
  necessary: FieldChange[];
  /** By key below the stack file's `config:`, defaults filled in. */
  settings: FieldChange[];
  /** Whether each secret is set; their values are never looked at. */
  secrets: FieldChange[];
  objects: {
    /** `todo-backend: Deployment todo-backend`; names are without the environment's. */
    differing: { object: string; fields: FieldChange[] }[];
    onlyLeft: string[];
    onlyRight: string[];
    same: number;
  };
}

/** What differs between two environments, in what they are made from and in what is made of it. Rejects as renderCharts. */
export async function compareEnvironments(left: Settings, right: Settings, template: Template): Promise<Comparison> {
  const both = [left, right] as const;
  const ports = both.map(({ frontend }) => frontend.service.nodePort);
  // Two node ports in one cluster have to differ; having one at all need not.
  const samePort = ports.every((port) => port !== undefined);
  const [before, after] = both.map((settings) => anonymous(settings, samePort));
  const charts = await Promise.all([before, after].map((settings) => rendered(settings, template)));
  return {
    names: [left.environment, right.environment],
    necessary: [
      ...fieldChanges(left.origin, right.origin, ["todo:origin"]),
      ...(samePort ? fieldChanges(ports[0], ports[1], ["todo:frontend", "service", "nodePort"]) : []),
    ],
    settings: fieldChanges(plain(before), plain(after)),
    secrets: fieldChanges(presence(left.secrets), presence(right.secrets)),
    objects: objectsOf(charts[0], charts[1]),
  };
}

/** By the chart's name. */
type Charts = Record<string, RenderedChart>;

/** The name that both sides get: what follows from a name (namespace, releases, addresses) is then the same. */
const NAME = "environment";

/** Settings as those of an environment without a name or an address of its own. Its scheme is a choice, and stays. */
function anonymous(settings: Settings, samePort: boolean): Settings {
  const { frontend, origin } = settings;
  const service = samePort ? { ...frontend.service, nodePort: 30000 } : frontend.service;
  const address = `${new URL(origin).protocol}//${NAME}.example`;
  return { ...settings, environment: NAME, origin: address, frontend: { ...frontend, service } };
}

function plain(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(sections).map((name) => [`todo:${name}`, settings[name as keyof typeof sections]]),
  );
}

function presence(secrets: Settings["secrets"]): Record<string, string> {
  const set = (Object.entries(secrets) as [string, SecretValue][]).filter(
    ([, value]) => value.fingerprint !== "missing",
  );
  return Object.fromEntries(set.map(([name]) => [`todo:${name}`, "set"]));
}

function rendered(settings: Settings, template: Template): Promise<Charts> {
  // The checksum differs wherever a secret does; the secrets are compared by themselves.
  return renderCharts(chartsOf(partsOf(settings)).map(withoutChecksum), template);
}

function objectsOf(left: Charts, right: Charts): Comparison["objects"] {
  const changes = Object.values({ ...left, ...right }).flatMap(({ chart, namespace }) => {
    const [before, after] = [left, right].map((charts) => charts[chart]?.objects ?? []);
    return compare(before, after, namespace).map((change) => {
      const object = (change.after ?? change.before) as KubernetesObject;
      return { ...change, object: `${chart}: ${title(object, namespace).replace(`-${NAME}`, "")}` };
    });
  });
  const those = (what: ObjectChange["what"]) => changes.filter((change) => change.what === what);
  const [differing, onlyLeft] = [those("changed"), those("removed")];
  const all = Object.values(left).flatMap(({ objects }) => objects);
  return {
    differing: differing.map(({ object, fields }) => ({ object, fields })),
    onlyLeft: onlyLeft.map(({ object }) => object),
    onlyRight: those("added").map(({ object }) => object),
    same: all.length - differing.length - onlyLeft.length,
  };
}
