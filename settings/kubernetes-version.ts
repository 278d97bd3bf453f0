/** Of Minikube's cluster; also what charts take the cluster for where none answers, as in a pull request's preview. */
export const KUBERNETES_VERSION = "1.35.1";

/** A line of a list of programs; a version that is Kubernetes' own is called $KUBERNETES there. */
export function withKubernetes<Entry extends { version: string }>(entry: Entry): Entry {
  return { ...entry, version: entry.version.replace("$KUBERNETES", KUBERNETES_VERSION) };
}
