// Where an object has its place at the API server: kinds have plurals that only it knows.
import { isMap, type KubernetesObject } from "../kubernetes/object.ts";
import { clusterGet, NotThere } from "./request.ts";

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

const PATIENCE_MS = 10_000;

/** By kubeconfig, context and version of an API: asked once. */
const known = new Map<string, Promise<Resource[]>>();

/** Path of the list that an object belongs to. @throws NotThere where the cluster has no such kind; Error as clusterGet */
export async function listPath(context: string, object: KubernetesObject, releaseNamespace: string): Promise<string> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const key = `${process.env.KUBECONFIG ?? ""}\n${context}\n${root}`;
  const asked = known.get(key) ?? resourcesAt(context, root);
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  const found = (await asked).find((each) => each.kind === kind && !each.name.includes("/"));
  if (!found) {
    // A definition may be made at any moment.
    known.delete(key);
    throw new NotThere(`the cluster has no kind ${kind} of ${apiVersion}`);
  }
  const namespace = found.namespaced ? `/namespaces/${metadata.namespace ?? releaseNamespace}` : "";
  return `${root}${namespace}/${found.name}`;
}

/** Path of an object. @throws as listPath */
export async function objectPath(context: string, object: KubernetesObject, releaseNamespace: string): Promise<string> {
  return `${await listPath(context, object, releaseNamespace)}/${object.metadata.name}`;
}

async function resourcesAt(context: string, root: string): Promise<Resource[]> {
  const answer = await clusterGet(context, root, PATIENCE_MS);
  return isMap(answer) && Array.isArray(answer.resources) ? (answer.resources as Resource[]) : [];
}
