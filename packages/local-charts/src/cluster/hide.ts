// Logs and answers of a program may hold what its Secrets do.
import type { Cause, LiveObject } from "../cause/situation.ts";
import { redactor } from "../redact/values.ts";
import { clusterGet } from "./request.ts";

const PATIENCE_MS = 5_000;

/** Causes without the value of any Secret of their namespace; where those may not be read, without what looks like one. */
export async function withoutSecrets(
  causes: Cause[],
  { context, namespace }: { context: string; namespace: string },
  objects: LiveObject[],
): Promise<Cause[]> {
  const values = await secretValues(context, namespace).catch(() => []);
  // The end of a pod's name looks random, and is none.
  const names = objects.flatMap(({ metadata }) => [
    metadata.name,
    ...(metadata.ownerReferences ?? []).map(({ name }) => name),
  ]);
  const hide = redactor(values, [...new Set([...names, context, namespace])]);
  return causes.map((cause) => ({
    ...{ ...cause, text: hide(cause.text), fix: hide(cause.fix), evidence: cause.evidence.map(hide) },
  }));
}

async function secretValues(context: string, namespace: string): Promise<string[]> {
  // A release's record is one of Helm's own Secrets: large, and without a value of anybody's.
  const query = `fieldSelector=${encodeURIComponent("type!=helm.sh/release.v1")}`;
  const path = `/api/v1/namespaces/${namespace}/secrets?${query}`;
  const { items } = (await clusterGet(context, path, PATIENCE_MS)) as { items: { data?: Record<string, string> }[] };
  return items.flatMap(({ data = {} }) => Object.values(data).map((value) => Buffer.from(value, "base64").toString()));
}
