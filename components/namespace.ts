// The namespace of an environment, as the program makes it and as `make identity` does: pure.
import { type KubernetesObject, NOTED } from "local-charts/objects";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";

/** By which the program knows a namespace for its own. */
export const OWN: [string, string] = ["app.kubernetes.io/part-of", "todo"];

/** Its annotation: whether its cluster was seen to enforce NetworkPolicies, `yes` or `no`. */
export const ENFORCED = `${NOTED}network-policies-enforced`;

/** Under "restricted", the cluster refuses a pod that runs as root, asks for capabilities or mounts the host. */
export const podSecurity = (level: "restricted" | "privileged") => ({
  "pod-security.kubernetes.io/enforce": level,
  // What is refused changes with this line alone, not with the cluster's next version.
  "pod-security.kubernetes.io/enforce-version": `v${KUBERNETES_VERSION.split(".").slice(0, 2).join(".")}`,
  "pod-security.kubernetes.io/warn": level,
  "pod-security.kubernetes.io/audit": level,
});

export const NAMESPACE_LABELS = { ...Object.fromEntries([OWN]), ...podSecurity("restricted") };

export const namespaceObject = (name: string): KubernetesObject => ({
  ...{ apiVersion: "v1", kind: "Namespace" },
  metadata: { name, labels: NAMESPACE_LABELS },
});

/** Where it has to be there and is not: how it comes. */
export const madeBy = ({ environment }: { environment: string }) =>
  `whoever owns the cluster makes it: \`make identity ENV=${environment}\``;
