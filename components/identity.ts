// Who may do what in an environment's namespace, and nowhere else: the one that deploys, and the one that looks. Pure.
import type { KubernetesObject } from "local-charts/objects";
import { OWN } from "./namespace.ts";

/** `deployer` runs `pulumi`; `reader` finds out why something is not well, and is for AI helpers, too. */
export const IDENTITIES = ["deployer", "reader"] as const;
export type Identity = (typeof IDENTITIES)[number];

/** A rule of a Role. */
export interface Rule {
  apiGroups: [string];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

const READ = ["get", "list", "watch"];
const MANAGE = [...READ, "create", "update", "patch", "delete"];

/**
 * What `pulumi preview`, `up` and `destroy` of an environment ask of the API server, Helm included, and the verbs that work on
 * what is deployed. Not the namespace's object: its labels hold pods to "restricted", without which a pod could have the node.
 * No right about rights, so that none is added; no ServiceAccount's token.
 */
const deployer = (namespace: string): Rule[] => [
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"], resourceNames: [namespace] },
  {
    apiGroups: [""],
    resources: [
      ...["configmaps", "secrets", "services", "serviceaccounts"],
      ...["persistentvolumeclaims", "resourcequotas", "limitranges"],
    ],
    verbs: MANAGE,
  },
  // The pod of a chart's test; all others are made by what is below.
  { apiGroups: [""], resources: ["pods"], verbs: [...READ, "create", "delete"] },
  { apiGroups: [""], resources: ["events"], verbs: READ },
  // Why something is not ready: the end of a log, the answer on a probe's path; the revision of a schema outside.
  { apiGroups: [""], resources: ["pods/log", "pods/proxy", "services/proxy"], verbs: ["get"] },
  // The revision of a schema inside; `make open`. By a websocket it is a GET first.
  { apiGroups: [""], resources: ["pods/exec", "pods/portforward"], verbs: ["get", "create"] },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: MANAGE },
  { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "controllerrevisions"], verbs: READ },
  // `make restore` takes pods away from the database.
  { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["get", "update", "patch"] },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: MANAGE },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: MANAGE },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: MANAGE },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: MANAGE },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: MANAGE },
  { apiGroups: ["monitoring.coreos.com"], resources: ["podmonitors", "prometheusrules"], verbs: MANAGE },
];

/**
 * What explains why a workload is not well. No ConfigMaps, which are free text and explain little; nothing that runs, forwards
 * or goes through to a pod.
 */
const READER: Rule[] = [
  {
    apiGroups: [""],
    resources: [
      ...["pods", "services", "endpoints", "events", "persistentvolumeclaims"],
      ...["resourcequotas", "limitranges"],
    ],
    verbs: READ,
  },
  // There is no list of logs.
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["apps"], resources: ["deployments", "replicasets", "statefulsets", "daemonsets"], verbs: READ },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: READ },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: READ },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: READ },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: READ },
  { apiGroups: ["monitoring.coreos.com"], resources: ["podmonitors", "prometheusrules"], verbs: READ },
];

/** The rules of an identity's Role. */
export const rulesOf = (identity: Identity, namespace: string): Rule[] =>
  identity === "deployer" ? deployer(namespace) : READER;

const RBAC = "rbac.authorization.k8s.io";

/** The objects of an identity, in the order in which they are made; all of them in its namespace, and gone with it. */
export function identityObjects(identity: Identity, namespace: string): KubernetesObject[] {
  const labels = { ...Object.fromEntries([OWN]), "app.kubernetes.io/component": "identity" };
  const metadata = { name: identity, namespace, labels };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules: rulesOf(identity, namespace) },
    {
      ...{ apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata },
      roleRef: { apiGroup: RBAC, kind: "Role", name: identity },
      subjects: [{ kind: "ServiceAccount", name: identity, namespace }],
    },
  ];
}

/** What a kubeconfig says of a cluster: its address and by what that is known. */
export type Cluster = Record<string, unknown>;

/**
 * A kubeconfig that is nobody but an identity.
 * @param context the name of the stack's own context, so that the stack needs no other
 */
export function kubeconfigOf(
  identity: Identity,
  { context, namespace, cluster, token }: { context: string; namespace: string; cluster: Cluster; token: string },
) {
  const user = `${namespace}-${identity}`;
  return {
    ...{ apiVersion: "v1", kind: "Config", "current-context": context },
    clusters: [{ name: context, cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user, namespace } }],
  };
}
