// Who set a field of a live object last, as the API server keeps it down: pure.
import { elementAt } from "../kubernetes/compare.ts";
import { isMap } from "../kubernetes/object.ts";
import type { Path } from "../kubernetes/path.ts";

/** A manager of fields, with the tree of those that it set. */
export interface Manager {
  manager: string;
  operation: string;
  subresource?: string;
  fieldsV1?: Record<string, unknown>;
}

/** What fills in fields that nobody asked for, or that are theirs to set: controllers, and whoever writes a status. */
const CONTROLLERS =
  /^(kube-controller-manager|kube-scheduler|kubelet|kube-apiserver|cloud-controller-manager|k3s|minikube|.*-controller(-manager)?|.*-operator|cert-manager.*|cainjector|vpa-.*|vertical-pod-autoscaler.*)$/;

/** Of Helm itself, in whatever program. */
const HELM = /helm|pulumi/;

export type Owner = "controller" | "helm" | "somebody" | "nobody";

/** Who last set what stands at a path, or something below it; of several the least expected one. */
export function ownerOf(managers: Manager[], path: Path, object: unknown): Owner {
  const owners = managers
    .filter(({ fieldsV1 }) => holds(fieldsV1, path, object))
    .map(({ manager, subresource }): Owner => {
      if (subresource === "status" || CONTROLLERS.test(manager)) return "controller";
      return HELM.test(manager) ? "helm" : "somebody";
    });
  return (["somebody", "helm", "controller"] as const).find((owner) => owners.includes(owner)) ?? "nobody";
}

/** Names of the managers that are no controllers and not Helm, of what stands at a path. */
export function handsAt(managers: Manager[], path: Path, object: unknown): string[] {
  const found = managers.filter(
    ({ manager, subresource, fieldsV1 }) =>
      subresource !== "status" && !CONTROLLERS.test(manager) && !HELM.test(manager) && holds(fieldsV1, path, object),
  );
  return [...new Set(found.map(({ manager }) => manager))];
}

/**
 * Whether a tree of fields has a path, or something below it.
 * @param value what stands there in the object: elements of lists are known to the tree by fields of theirs
 */
function holds(fields: unknown, [step, ...rest]: Path, value: unknown): boolean {
  if (!isMap(fields)) return false;
  if (step === undefined) return true;
  const names = Object.keys(fields).filter((name) => name !== ".");
  // A field without anything below it is whole: a list that is replaced as one, say.
  if (names.length === 0) return true;
  const inner = elementAt(value, [step]);
  if (!step.startsWith("[")) return holds(fields[`f:${step}`], rest, inner);
  return names.some((name) => isElement(name, inner) && holds(fields[name], rest, inner));
}

/** `k:{"name":"web"}` of a list of maps, `v:"web"` of one of texts. */
function isElement(name: string, element: unknown): boolean {
  const key = JSON.parse(name.slice(2)) as unknown;
  if (name.startsWith("v:")) return key === element;
  return isMap(key) && isMap(element) && Object.entries(key).every(([field, value]) => element[field] === value);
}

/** Whether nobody else has set a field. */
export const madeByUs = (managers: Manager[]): boolean =>
  managers.length > 0 && managers.every(({ manager }) => HELM.test(manager) || CONTROLLERS.test(manager));
