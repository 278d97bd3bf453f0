// What the store of logs is asked: pure.

/**
 * All lines of a namespace's pods; of those, the ones that have a text in any field, as words: a request id, a path, a
 * part of a message.
 */
export function logsQuery(namespace: string, text?: string): string {
  const all = `{kubernetes.pod_namespace=${JSON.stringify(namespace)}}`;
  return text ? `${all} *:${JSON.stringify(text)}` : all;
}
