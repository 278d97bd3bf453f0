// What `helm history` says of a revision, by which Pulumi also sees whether there is something to do: pure.

/** What Helm has down of the newest revision, as far as it matters here. */
export interface LastRevision {
  status: string;
  description: string;
}

/**
 * The `description` of a release: the digest of its objects, which is an input that changes with each of them. Where the
 * cluster is not as Helm has it down, a time behind it makes it another input, as Pulumi knows its own state only.
 * @param last undefined where there is no record
 * @param whole whether all objects of the chart are in the cluster
 */
export function descriptionOf(digest: string, last: LastRevision | undefined, whole: boolean, now: Date): string {
  const plain = plainDescription(digest);
  const again = `${plain}, ${now.toISOString()}`;
  if (last?.status !== "deployed" || !isOurs(last)) return again;
  if (!isOf(digest, last)) return plain;
  return whole ? last.description : again;
}

/** Where nothing is known of the cluster. */
export const plainDescription = (digest: string): string => `objects ${digest}`;

/** Whether a revision was made of these objects. */
export const isOf = (digest: string, { description }: LastRevision): boolean =>
  description === plainDescription(digest) || description.startsWith(`${plainDescription(digest)}, `);

/** `helm rollback` says something else. */
const isOurs = ({ description }: LastRevision) => /^objects [0-9a-f]{12}(, |$)/.test(description);
