import { isDefault } from "./defaults.ts";
import type { Path } from "./path.ts";
import { inLargestUnit } from "./quantity.ts";

/** A rendered object, as far as all kinds agree. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Texts; annotations?: Texts };
  [field: string]: unknown;
}
type Texts = Record<string, string>;

type Fields = Record<string, unknown>;

/** `apps/Deployment`, and `/Service` for the core's: others have kinds of the same names. */
export function groupKind({ apiVersion, kind }: KubernetesObject): string {
  return `${apiVersion.includes("/") ? apiVersion.split("/")[0] : ""}/${kind}`;
}

/** Which object of a cluster an object is: Helm takes two of the same group, kind, namespace and name for one. */
export function identity(object: KubernetesObject, releaseNamespace: string): string {
  const { namespace = releaseNamespace, name } = object.metadata;
  const kind = groupKind(object);
  return [kind, CLUSTER_WIDE.has(kind) ? "" : namespace, name].join("/");
}

/** How the name of an object ends that is made for one content: a hash of it. */
const CONTENT = /-[0-9a-f]{8,64}$/;

/**
 * The name of an object without what follows from its content: another content is another object of the same family, as
 * an immutable one cannot be changed. The whole name for all others.
 */
export function familyName({ immutable, metadata }: KubernetesObject): string {
  return immutable === true ? metadata.name.replace(CONTENT, "") : metadata.name;
}

/** Kinds whose objects are in no namespace, as far as charts have them; of other such kinds two releases are not told to share. */
const CLUSTER_WIDE = new Set([
  ...["/Namespace", "/PersistentVolume"],
  ...["ClusterRole", "ClusterRoleBinding"].map((kind) => `rbac.authorization.k8s.io/${kind}`),
  ...["StorageClass", "CSIDriver"].map((kind) => `storage.k8s.io/${kind}`),
  ...["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"].map(
    (kind) => `admissionregistration.k8s.io/${kind}`,
  ),
  "networking.k8s.io/IngressClass",
  "gateway.networking.k8s.io/GatewayClass",
  "scheduling.k8s.io/PriorityClass",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
]);

/** As a person says it: `Deployment web-dev`; with its namespace where that is not the release's. */
export function title({ kind, metadata }: KubernetesObject, releaseNamespace: string): string {
  const elsewhere = metadata.namespace !== undefined && metadata.namespace !== releaseNamespace;
  return `${kind} ${elsewhere ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

/** When Helm runs an object as a hook; empty for one that it installs. */
export function hookEvents({ metadata }: KubernetesObject): string[] {
  const events = metadata.annotations?.["helm.sh/hook"] ?? "";
  return events.split(",").flatMap((event) => event.trim() || []);
}

/**
 * An object as the API server understands it: no nulls, no empty maps of labels or annotations, amounts in one unit.
 * Labels of the chart's version and checksums stay: they are part of the object, and a change of them is rolled out.
 */
export function normalised(object: KubernetesObject): KubernetesObject {
  const { labels, annotations, ...names } = object.metadata;
  const kept = Object.entries({ labels, annotations }).filter(([, map]) => map && Object.keys(map).length > 0);
  return plain({ ...object, metadata: { ...names, ...Object.fromEntries(kept) } }, []) as KubernetesObject;
}

/** What a digest is made of: two texts of an object that the API server takes for the same are one here. */
export function digestForm(object: KubernetesObject): KubernetesObject {
  return withoutDefaults(normalised(object), []) as KubernetesObject;
}

function withoutDefaults(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutDefaults(inner, [...path, "[]"]));
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !isDefault([...path, key], inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutDefaults(inner, [...path, key])]));
}

function plain(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((inner, index) => plain(inner, [...path, `[${index}]`]));
  if (!isMap(value)) return isAmount(path) ? inLargestUnit(value) : value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, plain(inner, [...path, key])]));
}

export function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields that the API server reads as a quantity, and so stores in one form: "0.5" and "500m" are the same to it. */
function isAmount(path: Path): boolean {
  return (
    /^(requests|limits|capacity|hard|default|defaultRequest)$/.test(path.at(-2) ?? "") || path.at(-1) === "sizeLimit"
  );
}
