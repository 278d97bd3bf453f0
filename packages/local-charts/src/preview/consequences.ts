import { autoscalerOf } from "../kubernetes/autoscaler.ts";
import type { FieldChange, ObjectChange } from "../kubernetes/compare.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import type { Path } from "../kubernetes/path.ts";
import { pathText } from "../kubernetes/path.ts";

/** What a change of an object leads to beyond the object itself; worst first. */
export interface Consequence {
  /** `refused`: the API server will not have it, and the update fails. */
  kind: "refused" | "data" | "restart" | "kept";
  text: string;
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];

/** Fields that the API server refuses to change, by kind: all of spec but these, or these alone. */
const IMMUTABLE: Record<string, { fields?: string[]; except?: string[] }> = {
  Deployment: { fields: ["spec.selector"] },
  DaemonSet: { fields: ["spec.selector"] },
  ReplicaSet: { fields: ["spec.selector"] },
  StatefulSet: {
    except: [
      ...["spec.replicas", "spec.ordinals", "spec.template", "spec.updateStrategy", "spec.revisionHistoryLimit"],
      ...["spec.persistentVolumeClaimRetentionPolicy", "spec.minReadySeconds"],
    ],
  },
  Job: { fields: ["spec.selector", "spec.template", "spec.completions", "spec.completionMode"] },
  Service: { fields: ["spec.clusterIP", "spec.clusterIPs"] },
  PersistentVolumeClaim: { except: ["spec.resources", "spec.volumeAttributesClassName"] },
  Pod: { except: ["spec.activeDeadlineSeconds", "spec.tolerations", "spec.containers", "spec.initContainers"] },
  RoleBinding: { fields: ["roleRef"] },
  ClusterRoleBinding: { fields: ["roleRef"] },
  StorageClass: { fields: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"] },
  Secret: { fields: ["type"] },
};

/**
 * What follows from a change, for who decides about it. Of hooks only what becomes of one that goes: they are made anew each time.
 * @param objects all that the release would have
 */
export function consequences(change: ObjectChange, objects: KubernetesObject[]): Consequence[] {
  if (change.hook.length > 0) return change.what === "removed" ? leftBehind(change) : [];
  if (change.what === "removed") return removal(change);
  if (change.what === "added") return [];
  if (change.before?.metadata.name !== change.after?.metadata.name) return [replacedByAnother(change)];
  return [...refusals(change), ...restarts(change), ...shrinking(change, objects)];
}

/** An object that is made for one content. */
const replacedByAnother = ({ before }: ObjectChange): Consequence => ({
  kind: "kept",
  text: `a new object; ${before?.metadata.name} stays until no pod needs it`,
});

/** Whether the API server would refuse to change these fields. */
function refusals({ after, before, fields }: ObjectChange): Consequence[] {
  const kind = after?.kind ?? "";
  const rule = IMMUTABLE[kind];
  const frozen = before?.immutable === true && ["ConfigMap", "Secret"].includes(kind);
  const fixed = fields.filter((field) => {
    if (frozen) return ["data", "stringData", "binaryData", "immutable"].includes(field.path[0]);
    if (!rule) return false;
    return rule.fields ? isBelow(field, rule.fields) : field.path[0] === "spec" && !isBelow(field, rule.except ?? []);
  });
  // A Service may get its first address, and a Service without one is given one.
  const real = fixed.filter(({ before: was }) => kind !== "Service" || was !== undefined);
  const fix = "delete the object first, or keep the field";
  return real.map(({ path }) => ({
    kind: "refused",
    text: `${pathText(path)} cannot be changed: the API server refuses it and the update fails; ${fix}`,
  }));
}

function isBelow({ path }: FieldChange, prefixes: string[]): boolean {
  return prefixes.some((prefix) => prefix.split(".").every((name, index) => path[index] === name));
}

function restarts({ after, fields }: ObjectChange): Consequence[] {
  const kind = after?.kind ?? "";
  if (!WORKLOADS.includes(kind) || !fields.some((field) => isBelow(field, ["spec.template"]))) return [];
  const spec = (after?.spec ?? {}) as { replicas?: number; strategy?: { type?: string } };
  const gap = kind === "StatefulSet" ? (spec.replicas ?? 1) === 1 : spec.strategy?.type === "Recreate";
  return [
    { kind: "restart", text: `its pods are replaced${gap ? ", and nothing serves until the new one is ready" : ""}` },
  ];
}

/** Helm takes the number away, and the API server puts its default in the place; from an autoscaler's workload it is kept (live/records.ts). */
function shrinking({ after, fields }: ObjectChange, objects: KubernetesObject[]): Consequence[] {
  const pods = fields.find(({ path, after }) => pathText(path) === "spec.replicas" && after === undefined)?.before;
  if (pods === undefined || Number(pods) < 2) return [];
  if (after && autoscalerOf(after, objects))
    return [{ kind: "kept", text: `it keeps its ${pods} pods, until its autoscaler wants another number` }];
  return [{ kind: "restart", text: "it goes down to 1 pod" }];
}

const DATA: Record<string, string> = {
  PersistentVolumeClaim: "the volume and its data go with it, unless its StorageClass retains them",
  PersistentVolume: "the volume goes with it, unless it is retained",
  Namespace: "everything in the namespace goes with it",
  CustomResourceDefinition: "every object of its kind goes with it",
  Secret: "its content is nowhere else",
};

/** Helm deletes a hook before it runs it again, unless it is told otherwise; one that is not in the chart any more, never. */
function leftBehind({ before, hook }: ObjectChange): Consequence[] {
  const policy = before?.metadata.annotations?.["helm.sh/hook-delete-policy"] ?? "";
  const text = policy.includes("hook-succeeded")
    ? "no longer runs; its object is gone since it last succeeded"
    : hook.every((event) => event.startsWith("test"))
      ? "no longer runs; where `helm test` has made its object, that stays in the cluster, and Helm forgets it"
      : "no longer runs; its object stays in the cluster, and Helm forgets it";
  return [{ kind: "kept", text }];
}

function removal({ before }: ObjectChange): Consequence[] {
  if (before?.metadata.annotations?.["helm.sh/resource-policy"] === "keep")
    return [{ kind: "kept", text: "stays in the cluster, as helm.sh/resource-policy says, and Helm forgets it" }];
  const kind = before?.kind ?? "";
  if (DATA[kind]) return [{ kind: "data", text: DATA[kind] }];
  if (kind === "StatefulSet") return [{ kind: "restart", text: "its pods end; the volumes that it claimed stay" }];
  return WORKLOADS.includes(kind) ? [{ kind: "restart", text: "its pods end" }] : [];
}

/** A field whose change says nothing by itself: the chart's version as a label, and the checksum of something else. */
export function isNoise(path: Path): boolean {
  const [parent, name] = path.slice(-2);
  if (parent === "labels") return name === "helm.sh/chart" || name === "app.kubernetes.io/version";
  return parent === "annotations" && name.startsWith("checksum/");
}
