// The images in a stack file, and the edit of nothing but their tags and digests. Does not prove: that the images are there, or
// run (test/ops/promote/verified.test.ts).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changedLines, type Images, imagesIn, withImages } from "../../../ops/promote/stack-file.ts";
import { FIXTURES } from "../../support/mocks.ts";

const images: Images = {
  backend: { repository: "localhost/todo-backend", tag: "0123456789ab" },
  frontend: { repository: "localhost/todo-frontend", tag: "4e1200000000" },
};

describe("withImages", () => {
  it("changes the two tags of a whole stack file and no other character", () => {
    const before = readFileSync(join(FIXTURES, "Pulumi.prod.yaml"), "utf8");
    const tags = imagesIn("Pulumi.prod.yaml", before);
    const after = withImages("Pulumi.prod.yaml", before, images);
    assert.deepEqual(changedLines(before, after), [
      `-       tag: "${tags.backend.tag}"`,
      '+       tag: "0123456789ab"',
      `-       tag: "${tags.frontend.tag}"`,
      '+       tag: "4e1200000000"',
    ]);
    assert.equal(withImages("Pulumi.prod.yaml", after, tags), before);
  });

  for (const [what, before, after] of [
    ["in double quotes, with a comment", 'tag: "1a"  # kept', 'tag: "0123456789ab"  # kept'],
    ["in single quotes", "tag: '1a'", "tag: '0123456789ab'"],
    ["without quotes, which a digest of digits alone would need", "tag: v1.2", 'tag: "0123456789ab"'],
  ]) {
    it(`keeps how a tag is written: ${what}`, () => {
      const file = (line: string) => `# head
config:
    backend: # Pulumi takes it for todo:backend
        env: {A:   "1",   B: 2}
        image:
            ${line}
            repository:   a/b

    'todo:frontend': {image: {repository: a/c, tag: "2a"}}   # flow
encryptionsalt: v1:x
`;
      const expected = file(after).replace('tag: "2a"', 'tag: "4e1200000000"');
      assert.equal(withImages("f", file(before), images), expected);
    });
  }

  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const lines = (...image: string[]) =>
    `config:\n  todo:backend:\n    image: # ours\n${image.map((line) => `      ${line}\n`).join("")}    port: 80\n  frontend: { image: { repository: a/c, tag: "4e1200000000" } }\n`;
  for (const [what, before, image, after] of [
    [
      "one for another",
      lines("repository: a/b", 'tag: "1"', `digest: "${digest("a")}" # kept`),
      { repository: "a/b", tag: "2", digest: digest("b") },
      lines("repository: a/b", 'tag: "2"', `digest: "${digest("b")}" # kept`),
    ],
    [
      "where there was none",
      lines("repository: a/b", 'tag: "1"'),
      { repository: "a/b", tag: "1", digest: digest("b") },
      lines("repository: a/b", 'tag: "1"', `digest: "${digest("b")}"`),
    ],
    [
      "away where there is none any more, which would count instead of the tag",
      lines("repository: a/b", 'tag: "1"', `digest: "${digest("a")}"`),
      { repository: "a/b", tag: "2" },
      lines("repository: a/b", 'tag: "2"'),
    ],
    [
      "alone, without a tag",
      lines("repository: a/b", 'tag: "1"'),
      { repository: "a/b", digest: digest("b") },
      lines("repository: a/b", `digest: "${digest("b")}"`),
    ],
    [
      "where the image is written in one line",
      `config: { todo:backend: { image: { repository: a/b, tag: "1" } }, frontend: { image: { repository: a/c, tag: "4e1200000000" } } }`,
      { repository: "a/b", tag: "1", digest: digest("b") },
      `config: { todo:backend: { image: { repository: a/b, tag: "1", digest: "${digest("b")}" } }, frontend: { image: { repository: a/c, tag: "4e1200000000" } } }`,
    ],
    [
      "away from such a line",
      `config: { todo:backend: { image: { repository: a/b, digest: "${digest("b")}" , tag: '1' } }, frontend: { image: { repository: a/c, tag: "4e1200000000" } } }`,
      { repository: "a/b", tag: "2" },
      `config: { todo:backend: { image: { repository: a/b , tag: '2' } }, frontend: { image: { repository: a/c, tag: "4e1200000000" } } }`,
    ],
    [
      "to the end of a file without an end of its line",
      `config:\n  todo:frontend: { image: { repository: a/c, tag: "4e1200000000" } }\n  todo:backend:\n    image:\n      repository: a/b\n      tag: "1"`,
      { repository: "a/b", tag: "2", digest: digest("b") },
      `config:\n  todo:frontend: { image: { repository: a/c, tag: "4e1200000000" } }\n  todo:backend:\n    image:\n      repository: a/b\n      tag: "2"\n      digest: "${digest("b")}"\n`,
    ],
  ] as const) {
    it(`carries a digest ${what}`, () => {
      const frontend = { repository: "a/c", tag: "4e1200000000" };
      const text = withImages("f", before, { backend: image, frontend });
      assert.equal(text, after);
      assert.deepEqual(imagesIn("f", text), { backend: image, frontend });
    });
  }

  for (const [what, text, message] of [
    ["no image", "config: {}", "f: todo:backend.image.tag: expected a text, found nothing; nothing was changed"],
    [
      "a map",
      "config: {'todo:backend': {image: {tag: {a: 1}}}}",
      "f: todo:backend.image.tag: expected a text, found something else; nothing was changed",
    ],
    [
      "what comes by an alias",
      "config: {a: &a {image: {tag: x}}, 'todo:backend': *a}",
      "f: todo:backend.image.tag: expected a text, found nothing; nothing was changed, and what comes by an alias or << has to be written out there",
    ],
    ["broken YAML", "config: [", "f: not valid YAML: "],
  ]) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => withImages("f", text, images),
        (error: Error) => error.message.startsWith(message),
      );
    });
  }

  it("takes no number for a tag", () => {
    const text = "config: {'todo:backend': {image: {repository: a/b, tag: 123}}}";
    assert.throws(() => imagesIn("f", text), {
      message: "f: todo:backend.image.tag: expected a text, in quotes, found 123",
    });
  });
});
