import { type ChartArgs, chartName, type RenderedChart, type Template } from "local-charts";
import {
  compare,
  type FieldChange,
  familyName,
  fieldChanges,
  type KubernetesObject,
  type ObjectChange,
  title,
} from "local-charts/objects";
import type { Parts } from "../../components/parts.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { sections } from "../../settings/contract.ts";
import { ASSUMED, furtherKey, type SecretValue } from "../../settings/secret-values.ts";
import { type AnyServiceSettings, servicesOf } from "../../settings/services.ts";
import type { Settings } from "../../settings.ts";
import { root } from "../../tools/places.ts";
import { withoutContent } from "../generate/helm-values.ts";

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

/**
 * What differs between two environments, in what they are made from and in what is made of it. Rejects as renderEnvironment.
 * @param template renders in the place of the `helm` on PATH
 */
export async function compareEnvironments(left: Settings, right: Settings, template?: Template): Promise<Comparison> {
  const both = [left, right] as const;
  const ports = both.map(nodePorts);
  // Two node ports in one cluster have to differ; having one at all need not.
  const shared = Object.keys(ports[0]).filter((key) => key in ports[1]);
  const [before, after] = both.map((settings) => anonymous(settings, shared));
  const charts = await Promise.all([
    rendered(before, left.environment, template),
    rendered(after, right.environment, template),
  ]);
  return {
    names: [left.environment, right.environment],
    necessary: [
      ...fieldChanges(left.origin, right.origin, ["todo:origin"]),
      ...fieldChanges(left.backend?.origin, right.backend?.origin, ["todo:backend", "origin"]),
      ...shared.flatMap((key) => {
        const [section, ...rest] = key.split(".");
        return fieldChanges(ports[0][key], ports[1][key], [`todo:${section}`, ...rest, "service", "nodePort"]);
      }),
    ],
    settings: fieldChanges(plain(before), plain(after)),
    secrets: fieldChanges(presence(left), presence(right)),
    objects: objectsOf(charts[0], charts[1]),
  };
}

/** The node ports of an environment, by the key of their service. */
const nodePorts = (settings: Settings): Record<string, number> =>
  Object.fromEntries(
    servicesOf(settings).flatMap(({ key, settings: { service } }) =>
      service.nodePort === undefined ? [] : [[key, service.nodePort]],
    ),
  );

/** By the release's name. */
type Charts = Record<string, RenderedChart>;

/** The name that both sides get: what follows from a name (namespace, releases, addresses) is then the same. */
const NAME = "environment";

/** Settings as those of an environment without a name or an address of its own. Its scheme is a choice, and stays. */
function anonymous(settings: Settings, shared: string[]): Settings {
  const { backend, frontend } = settings;
  const address = (origin: string, name: string) => `${new URL(origin).protocol}//${name}.example`;
  const port = <Section extends AnyServiceSettings>(key: string, section: Section): Section =>
    shared.includes(key)
      ? { ...section, service: { ...section.service, nodePort: 30000 + shared.indexOf(key) } }
      : section;
  const further = Object.entries(settings.services).map(([name, section]) => [name, port(`services.${name}`, section)]);
  return {
    ...{ ...settings, environment: NAME, origin: address(settings.origin, NAME) },
    backend: backend && {
      ...port("backend", backend),
      ...(backend.origin && { origin: address(backend.origin, `api.${NAME}`) }),
    },
    frontend: frontend && port("frontend", frontend),
    services: Object.fromEntries(further),
  };
}

function plain(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(sections).map((name) => [`todo:${name}`, settings[name as keyof typeof sections]]),
  );
}

function presence({ secrets, furtherSecrets }: Settings): Record<string, string> {
  const set = (Object.entries(secrets) as [string, SecretValue][]).filter(([, value]) => value !== ASSUMED);
  const names = [...set.map(([name]) => `todo:${name}`), ...Object.keys(furtherSecrets).map(furtherKey)];
  return Object.fromEntries(names.map((name) => [name, "set"]));
}

/** @param named the environment that messages name */
async function rendered(settings: Settings, named: string, template: Template | undefined): Promise<Charts> {
  // Names and checksums of Secrets differ wherever a secret does; the secrets are compared by themselves.
  const instead = (chart: ChartArgs, { environment }: Parts) => withoutContent(chart, environment.secrets);
  const { charts } = await renderEnvironment(settings, root, { template, instead, named });
  return Object.fromEntries(charts.map((chart) => [chart.release, chart]));
}

/** Objects without what of names follows from contents, wherever it stands: the contents are compared by themselves. */
function byFamily(objects: KubernetesObject[]): KubernetesObject[] {
  const names = objects.map((object) => [object.metadata.name, familyName(object)]);
  const text = names.reduce(
    (all, [name, family]) => all.replaceAll(`"${name}"`, `"${family}"`),
    JSON.stringify(objects),
  );
  return JSON.parse(text);
}

function objectsOf(left: Charts, right: Charts): Comparison["objects"] {
  const changes = Object.values({ ...left, ...right }).flatMap((rendered) => {
    const { release, namespace } = rendered;
    const [before, after] = [left, right].map((charts) => byFamily(charts[release]?.objects ?? []));
    return compare(before, after, namespace).map((change) => {
      const object = (change.after ?? change.before) as KubernetesObject;
      return { ...change, object: `${chartName(rendered)}: ${title(object, namespace).replace(`-${NAME}`, "")}` };
    });
  });
  const those = (what: ObjectChange["what"]) => changes.filter((change) => change.what === what);
  const [differing, onlyLeft] = [those("changed"), those("removed")];
  const all = Object.values(left).flatMap(({ objects }) => objects);
  // A ConfigMap that a rollback makes again is a hook as well, and differs in the same.
  const distinct = new Map(
    differing.map(({ object, fields }) => [JSON.stringify([object, fields]), { object, fields }]),
  );
  return {
    differing: [...distinct.values()],
    onlyLeft: onlyLeft.map(({ object }) => object),
    onlyRight: those("added").map(({ object }) => object),
    same: all.length - differing.length - onlyLeft.length,
  };
}
