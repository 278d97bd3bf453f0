// A tag that stays with one image carries a digit (a version, a digest): names like latest or main are moved to others, and
// with IfNotPresent a node that has the old one never looks again. Hexadecimal digests of letters alone exist.
const TAG = "(?:[A-Za-z_][A-Za-z_.-]{0,63})?[0-9][A-Za-z0-9_.-]{0,63}|[a-f]{7,64}";
const DIGEST = "@sha256:[0-9a-f]{64}";

const WORD = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
/**
 * The name of an image, with its registry or without, as nodes take it: in lower case but for a registry's host, which a
 * dot or a port tells from the first part of a name.
 */
export const IMAGE_NAME = `^(?:(?:${LABEL}(?:\\.${LABEL})+(?::[0-9]+)?|${LABEL}:[0-9]+)/)?${WORD}(?:/${WORD})*$`;

/** Any tag, those that move included. */
export const IMAGE_TAG = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$";

/** A tag that stays with one image. A text, not a RegExp: the charts' schemas hold it, and Go's patterns know no lookahead. */
export const PINNED_TAG = `^(?:${TAG})$`;

/** The same, or any tag with a digest behind it, which then says which image it is. */
export const PINNED_TAG_OR_DIGEST = `^(?:${TAG}|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}${DIGEST})$`;

const PINNED_IMAGE = new RegExp(`^[^:@]+(?::[0-9]+/[^:@]+)?(?::(?:${TAG})|(?::[A-Za-z0-9_.-]+)?${DIGEST})$`);

/** An image as a container names it. */
export function imageText({ repository, tag, digest }: { repository: string; tag?: string; digest?: string }): string {
  return `${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}

/** Whether an image, with its tag or digest as a container names it, is the same one tomorrow. */
export function isPinned(image: string): boolean {
  return PINNED_IMAGE.test(image);
}
