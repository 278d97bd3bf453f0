import { IMAGE_NAME, IMAGE_TAG, PINNED_TAG } from "local-charts/objects";
import { z } from "zod";
import { text } from "./fields.ts";
import { expected, expectedText } from "./problems.ts";

const NAME = "an image name without tag, such as localhost/todo-backend";
const TAG = 'a tag that never moves, with a digit in it and in quotes, such as "4f1c2ab90d3e"';
const WRITTEN = "`make images` writes those of the reference application";
const isTag = new RegExp(IMAGE_TAG);
const isPinnedTag = new RegExp(PINNED_TAG);

/** Which image a container runs. Its digest says it whatever the tag does, which then may be any, or none. */
export const image = z
  .strictObject(
    {
      repository: text(NAME, new RegExp(IMAGE_NAME), undefined, wrongName).describe(
        "Name of the image, with its registry, without tag",
      ),
      tag: text(TAG, isTag, WRITTEN, wrongTag)
        .optional()
        .describe(
          "Tag of the image; a changed one rolls it out. Required unless there is a digest, beside which it may be any",
        ),
      digest: text("sha256: and 64 hexadecimal digits in lower case", /^sha256:[0-9a-f]{64}$/)
        .optional()
        .describe("Digest of the image in its registry, which counts whatever its tag is; a changed one rolls it out"),
    },
    { error: ({ code }) => (code === "invalid_type" ? expected("a map with repository and tag") : undefined) },
  )
  .superRefine(({ tag, digest }, context) => {
    // One of no form at all is refused for that.
    if (digest !== undefined || (tag !== undefined && (isPinnedTag.test(tag) || !isTag.test(tag)))) return;
    context.addIssue({ code: "custom", path: ["tag"], message: expectedText(TAG, WRITTEN)({ input: tag }) });
  })
  .meta({
    if: { required: ["digest"] },
    else: { required: ["tag"], properties: { tag: { pattern: PINNED_TAG, errorMessage: `expected ${TAG}` } } },
  })
  .describe("Image of the container");

/** Why a node would not take a name, or take it for something else, and the fix. */
function wrongName(name: string): string | undefined {
  const [, bare, tag, digest] = /^(.*?)(?::([^:/@]*))?(?:@(.*))?$/s.exec(name) ?? [];
  const scheme = /^\w+:\/\//.exec(name)?.[0];
  if (scheme) return `a name has no ${scheme} before it`;
  const parts = [tag && `${tag} belongs in image.tag`, digest && `${digest} in image.digest`].filter(Boolean);
  if (parts.length > 0) return parts.join(", ");
  if (/^\/|\/$|\/\//.test(bare)) return "each slash has a word on both sides";
  if (/[A-Z]/.test(bare)) return `no registry has capitals in a name: ${bare.toLowerCase()}`;
  return undefined;
}

function wrongTag(tag: string): string | undefined {
  const digest = /@(.*)$/.exec(tag)?.[1];
  return digest && `${digest} belongs in image.digest`;
}
