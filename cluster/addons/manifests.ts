// The objects of an add-on, by the stage in which they are made. Pure, but for reading the file.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, type KubernetesObject } from "local-charts/objects";
import { parseAllDocuments } from "yaml";
import type { AddonName } from "./asked.ts";

/** Of the Gateway API; tools/go/gateway-api/go.mod has to name the same. */
export const GATEWAY_API = "1.6.1";

/** The kinds of the Gateway API whose definitions Traefik waits for, as their files are called. */
export const GATEWAY_KINDS = [
  ...["gatewayclasses", "gateways", "httproutes", "grpcroutes", "tlsroutes", "referencegrants", "backendtlspolicies"],
];

/** By what this project knows what it has made, and of which content. */
export const OWNER = { "app.kubernetes.io/managed-by": "todo-on-minikube" };
export const CONTENT = "todo-on-minikube/content";

export interface Manifests {
  /** What others name (classes, a Gateway, a Service), and what the pods need: no pod is in it. */
  first: KubernetesObject[];
  pods: KubernetesObject[];
  /** What is not to be there before the pods answer. */
  last: KubernetesObject[];
  /** Of the one container. */
  image: string;
  /** Digest of all that the add-on is; a cluster that has the same has nothing to change. */
  content: string;
}

export function manifestsOf(name: AddonName): Manifests {
  const text = readFileSync(join(import.meta.dirname, `${name}.yaml`), "utf8");
  const content = createHash("sha256").update(text).update(GATEWAY_API).digest("hex").slice(0, 12);
  const objects = parseAllDocuments(text).map((document) => marked(document.toJS() as KubernetesObject, content));
  const of = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
  const [pods, last] = [of("Deployment"), of("APIService")];
  const first = objects.filter((object) => ![...pods, ...last].includes(object));
  return { first, pods, last, content, image: imageOf(pods[0]) };
}

function marked(object: KubernetesObject, content: string): KubernetesObject {
  const { labels, annotations } = object.metadata;
  const metadata = {
    ...object.metadata,
    labels: { ...labels, ...OWNER },
    annotations: { ...annotations, [CONTENT]: content },
  };
  return { ...object, metadata };
}

function imageOf({ spec }: KubernetesObject): string {
  const { template } = spec as { template: { spec: { containers: { image: string }[] } } };
  return template.spec.containers[0].image;
}

/** An object that the cluster has, as far as it is looked at. */
export interface Present {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  status?: unknown;
}

/**
 * What a cluster has of an add-on: all of it; another one's of the same purpose, which is left alone; or not all of it.
 * @param present the cluster's Deployments, IngressClasses and APIServices
 */
export function stateOf(
  { first, pods, last, content }: Manifests,
  present: Present[],
): "here" | "another's" | "not here" {
  const found = ({ kind, metadata }: KubernetesObject) =>
    present.find(
      (each) =>
        each.kind === kind && each.metadata.name === metadata.name && each.metadata.namespace === metadata.namespace,
    );
  const purposes = [...first.filter(({ kind }) => kind === "IngressClass"), ...last].map(found);
  const isOurs = (each: Present) =>
    Object.entries(OWNER).every(([key, value]) => each.metadata.labels?.[key] === value);
  if (purposes.some((each) => each && !isOurs(each))) return "another's";
  const whole = [...pods, ...last].map(found).every((each) => each?.metadata.annotations?.[CONTENT] === content);
  return whole && pods.map(found).every((each) => isAvailable(each)) ? "here" : "not here";
}

const isAvailable = (deployment?: Present) =>
  isMap(deployment?.status) && Number(deployment.status.availableReplicas ?? 0) > 0;
