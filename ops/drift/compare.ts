// What of an environment is not in the cluster as it was deployed.
import {
  type Deployed,
  deployedReleases,
  driftLines,
  type KubernetesObject,
  type Live,
  lookAt,
  putBack,
  title,
} from "local-charts/objects";

/** Objects of one maker that are not as it left them. */
export interface Difference extends Live {
  /** Name of the release; undefined for what Pulumi itself has made. */
  release?: string;
}

/**
 * Compares what Helm has on record, and what else was made, with what is there.
 * @param made objects of Pulumi's own
 * @throws Error in a few words where the cluster cannot be asked
 */
export async function differencesIn(
  context: string,
  namespace: string,
  made: KubernetesObject[],
): Promise<{ differences: Difference[]; compared: number; unfinished: string[] }> {
  const releases = await deployedReleases(context, namespace);
  const look = async (objects: KubernetesObject[], release?: string) => ({
    release,
    ...(await lookAt(context, namespace, objects)),
  });
  const all = await Promise.all([look(made), ...[...releases].map(([release, { objects }]) => look(objects, release))]);
  return {
    differences: all.filter(({ missing, drifted }) => missing.length + drifted.length > 0),
    compared: made.length + [...releases.values()].reduce((sum, { objects }) => sum + objects.length, 0),
    unfinished: [...releases].flatMap(([release, deployed]) => unfinished(release, deployed)),
  };
}

const unfinished = (release: string, { revision, later }: Deployed): string[] =>
  later ? [`release ${release}: compared with revision ${revision}, as a later one is ${later}`] : [];

/** A line for each object that is gone and each field that is another. */
export function differenceLines(namespace: string, { release, missing, drifted }: Difference): string[] {
  const source = release === undefined ? "the program" : `release ${release}`;
  return [
    ...missing.map((object) => `- ${title(object, namespace)} of ${source} is not there any more`),
    ...driftLines(drifted, namespace, () => true, source).map((line) => `~ ${line}`),
  ];
}

/** Makes again what is gone, and sets back what is another. @throws Error where the API server does not take it */
export async function repair(context: string, namespace: string, differences: Difference[]): Promise<void> {
  // The namespace is among what Pulumi has made, which comes first.
  for (const { release, ...live } of differences) await putBack(context, namespace, live, release);
}
