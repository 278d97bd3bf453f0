// Whether what a pod refers to by name will exist: Secrets, ConfigMaps and their keys, accounts, volumes.
import { groupKind } from "../kubernetes/object.ts";
import type { ContainerSpec, PodSpec } from "../kubernetes/pods.ts";
import type { Model } from "./model.ts";
import { nearest, type Problem } from "./problem.ts";
import type { Placed, Workload } from "./workloads.ts";

export function referenceProblems(model: Model): Problem[] {
  return [
    ...model.workloads.flatMap((workload) => [
      ...ofPod(model, workload),
      ...workload.containers.flatMap((container) => ofContainer(model, workload, container)),
    ]),
    ...model.all.flatMap((placed) => ofTls(model, placed)),
  ];
}

type Kind = "Secret" | "ConfigMap";
interface Reference {
  name?: string;
  key?: string;
  optional?: boolean;
}

/** What is missing of a Secret or ConfigMap, or of its keys. */
function missing(model: Model, kind: Kind, { name = "", key, optional }: Reference) {
  // Kubernetes itself puts this one into each namespace.
  if (optional || (kind === "ConfigMap" && name === "kube-root-ca.crt")) return undefined;
  const keys = (each: string) =>
    kind === "Secret" ? model.secrets.get(each)?.keys() : Object.keys(model.configMaps.get(each) ?? {});
  const made = namesMade(model, kind);
  if (made.includes(name)) return undefined;
  const names = [...made, ...(kind === "Secret" ? model.secrets : model.configMaps).keys()];
  const known = model.facts.secrets ? "that the environment makes" : "of the charts, or of the option wiring.secrets";
  const wanted = kind === "Secret" ? `a Secret ${known}` : rendered(model, kind);
  if (!names.includes(name)) return { expected: `${wanted}${nearest(name, names, kind)}`, found: name };
  const has = [...(keys(name) ?? [])];
  if (key === undefined || has.includes(key)) return undefined;
  return { expected: `a key of ${kind} ${name}${nearest(key, has, "key in it")}`, found: key };
}

function ofContainer(model: Model, at: Workload, container: ContainerSpec): Problem[] {
  const { env = [], envFrom = [], volumeMounts = [], name } = container;
  const where = `of container ${name}`;
  const variables = env.flatMap(({ name: variable, valueFrom }): Problem[] => {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    const reference = secretKeyRef ?? configMapKeyRef;
    const found = reference && missing(model, secretKeyRef ? "Secret" : "ConfigMap", reference);
    const key = model.facts.secretKeyOf?.(at.release, variable);
    return found ? [{ at, field: `env ${variable} ${where}`, ...found, key }] : [];
  });
  const all = envFrom.flatMap(({ secretRef, configMapRef }, index): Problem[] => {
    const reference = secretRef ?? configMapRef;
    const found = reference && missing(model, secretRef ? "Secret" : "ConfigMap", { ...reference, key: undefined });
    return found ? [{ at, field: `envFrom[${index}] ${where}`, ...found }] : [];
  });
  const spec = (at.object.spec ?? {}) as { volumeClaimTemplates?: { metadata: { name: string } }[] };
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const volumes = [...(at.pod.volumes ?? []).map((volume) => volume.name), ...claims];
  const mounts = volumeMounts.flatMap((mount, index): Problem[] => {
    if (volumes.includes(mount.name)) return [];
    const expected = `a volume of the pod${nearest(mount.name, volumes, "volume")}`;
    return [{ at, field: `volumeMounts[${index}] ${where}`, expected, found: mount.name }];
  });
  return [...variables, ...all, ...mounts];
}

function ofPod(model: Model, at: Workload): Problem[] {
  const { serviceAccountName = "default", imagePullSecrets = [], volumes = [] } = at.pod;
  const accounts = ["default", ...named(model, "ServiceAccount")];
  const account = accounts.includes(serviceAccountName)
    ? []
    : [
        {
          at,
          field: "serviceAccountName",
          expected: `${rendered(model, "ServiceAccount")}${nearest(serviceAccountName, accounts, "ServiceAccount")}`,
          found: serviceAccountName,
        },
      ];
  const pulls = imagePullSecrets.flatMap((reference, index): Problem[] => {
    const found = missing(model, "Secret", { name: reference.name });
    return found ? [{ at, field: `imagePullSecrets[${index}]`, ...found }] : [];
  });
  return [...account, ...pulls, ...volumes.flatMap((volume) => ofVolume(model, at, volume))];
}

type Volume = NonNullable<PodSpec["volumes"]>[number];

function ofVolume(model: Model, at: Workload, volume: Volume): Problem[] {
  const { name, projected, persistentVolumeClaim, configMap } = volume;
  const field = `volume ${name}`;
  // A projected volume names a Secret as it names a ConfigMap.
  const secret = volume.secret && { ...volume.secret, name: volume.secret.secretName };
  const files = [{ secret, configMap }, ...(projected?.sources ?? [])].flatMap(({ secret, configMap }) => {
    const source = secret ?? configMap;
    if (!source) return [];
    const { items, ...reference } = source;
    const keys = items?.map(({ key }) => ({ ...reference, key })) ?? [reference];
    return keys.flatMap((each): Problem[] => {
      const found = missing(model, secret ? "Secret" : "ConfigMap", each);
      return found ? [{ at, field, ...found }] : [];
    });
  });
  const claims = named(model, "PersistentVolumeClaim");
  const claim = persistentVolumeClaim?.claimName;
  if (claim === undefined || claims.includes(claim)) return files;
  const what = "PersistentVolumeClaim";
  return [...files, { at, field, expected: `${rendered(model, what)}${nearest(claim, claims, what)}`, found: claim }];
}

function ofTls(model: Model, at: Placed): Problem[] {
  const { metadata, spec } = at.object;
  // cert-manager makes the Secret of an Ingress that asks for it.
  const issued = Object.keys(metadata.annotations ?? {}).some((name) =>
    /^cert-manager\.io\/|^kubernetes\.io\/tls-acme$/.test(name),
  );
  if (groupKind(at.object) !== "networking.k8s.io/Ingress" || issued) return [];
  const { tls = [] } = spec as { tls?: { secretName?: string }[] };
  return tls.flatMap(({ secretName }, index): Problem[] => {
    const found = secretName && missing(model, "Secret", { name: secretName });
    return found ? [{ at, field: `spec.tls[${index}].secretName`, ...found }] : [];
  });
}

/** A program that says nothing of what it makes itself may not know that it can. */
const rendered = ({ facts: { secrets, made } }: Model, kind: string) =>
  secrets || made ? `a rendered ${kind}` : `a ${kind} of the charts, or of the option wiring.made`;

function named(model: Model, kind: string): string[] {
  const rendered = model.all.flatMap(({ object }) => (object.kind === kind ? [object.metadata.name] : []));
  return [...rendered, ...namesMade(model, kind)];
}

const namesMade = ({ facts: { made = [] } }: Model, kind: string): string[] =>
  made.flatMap((title) => (title.startsWith(`${kind} `) ? title.slice(kind.length + 1) : []));
