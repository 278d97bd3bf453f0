import { redactor } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { tryRun } from "../../tools/command.ts";
import { type ClusterObject, namesOf } from "./cluster-object.ts";

/**
 * What hides the values of a namespace's Secrets in texts, and what looks like a credential; only the latter where nobody
 * answers. The names of these objects are shown.
 */
export async function hiding(namespace: string, objects: ClusterObject[]): Promise<(text: string) => string> {
  const target = ["--context", profile, "--request-timeout=20s", "--namespace", namespace];
  // A release's record is one of Helm's own Secrets: large, and without a value of ours.
  const query = ["get", "secrets", "--field-selector", "type!=helm.sh/release.v1", "--output", "json"];
  const answer = await tryRun("kubectl", [...target, ...query]);
  const { items } = JSON.parse(answer || '{ "items": [] }') as { items: { data?: Record<string, string> }[] };
  const values = items.flatMap(({ data = {} }) => Object.values(data));
  return redactor(
    values.map((value) => Buffer.from(value, "base64").toString()),
    namesOf(objects),
  );
}
