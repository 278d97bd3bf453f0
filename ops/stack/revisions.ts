// What Helm has on record of the releases of a namespace, by the labels of its Secrets.

/** A Secret in which Helm keeps a revision. */
export interface Revision {
  metadata: { labels: { name: string; status: string; version: string } };
}

/** The last revision of each release: what `helm list --all` shows, asked without helm. */
export function lastRevisions(secrets: Revision[]): { name: string; status: string; version: number }[] {
  const labels = secrets.map(({ metadata: { labels } }) => ({ ...labels, version: Number(labels.version) }));
  labels.sort((a, b) => a.version - b.version);
  return [...new Map(labels.map(({ name, status, version }) => [name, { name, status, version }])).values()];
}
