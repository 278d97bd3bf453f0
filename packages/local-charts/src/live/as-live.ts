// What an update would find in the cluster, in the form of Helm's record: pure.
import { setAt } from "../kubernetes/compare.ts";
import { identity, type KubernetesObject, title } from "../kubernetes/object.ts";
import { pathText } from "../kubernetes/path.ts";
import { redactField } from "../redact/redact.ts";
import type { Drift } from "./drift.ts";
import type { Drifted, Live } from "./look.ts";

/** Whether an update leaves a field as it is: Helm sets what the chart says, and knows nothing of what others added. */
export const stays = ({ before, why }: Drift): boolean => before === undefined && why === "changed";

/** Helm's record with what an update will put right as it is now: what is gone is not there, what was edited is as edited. */
export function asLive(record: KubernetesObject[], { missing, drifted }: Live, namespace: string): KubernetesObject[] {
  const gone = new Set(missing.map((object) => identity(object, namespace)));
  return record
    .filter((object) => !gone.has(identity(object, namespace)))
    .map((object) => {
      const found = drifted.find((each) => each.object === object);
      if (!found) return object;
      const now = structuredClone(object);
      for (const drift of found.drift) if (!stays(drift)) setAt(now, drift.path, drift.after);
      return now;
    });
}

/**
 * `Deployment web: spec.replicas is 3, and 2 by the chart (kubectl-edit)`, without a secret.
 * @param source what says how the objects have to be
 */
export function driftLines(
  drifted: Drifted[],
  namespace: string,
  which: (drift: Drift) => boolean,
  source = "the chart",
): string[] {
  return drifted.flatMap(({ object, live, drift }) =>
    drift.filter(which).map(({ path, before, after, by }) => {
      const [said, is] = [
        [object, before],
        [live, after],
      ].map(([of, value]) => shown(value === undefined ? undefined : redactField(of as KubernetesObject, path, value)));
      const who = by.length > 0 ? ` (${by.join(", ")})` : "";
      const what = is === said ? `is another than ${source} has` : `is ${is}, and ${said} by ${source}`;
      return `${title(object, namespace)}: ${pathText(path)} ${what}${who}`;
    }),
  );
}

const LONGEST = 80;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
