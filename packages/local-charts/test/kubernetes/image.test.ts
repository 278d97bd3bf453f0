// Which tags and images stay the same. Does not prove: that a registry keeps a tag that looks as if it did.
import { strict as assert } from "node:assert";
import { IMAGE_NAME, imageText, isPinned, PINNED_TAG, PINNED_TAG_OR_DIGEST } from "../../src/kubernetes/image.ts";

const digest = `@sha256:${"0".repeat(64)}`;
const stay = ["17", "17-bookworm", "v1.2.3", "stable-2026.11", "0123456789ab", "abcdefabcdef", "_1", "1".repeat(64)];
const move = ["latest", "main", "dev", "stable-slim", "abcdef", "", "-1", ".1", "1 ", "1\n", "1/2", "1:2", "é1"];

describe("a pinned tag", () => {
  for (const tag of stay) {
    it(`is ${tag.slice(0, 20)}, with a digest or without`, () => {
      assert.deepEqual(
        [PINNED_TAG, PINNED_TAG_OR_DIGEST].map((pattern) => new RegExp(pattern).test(tag)),
        [true, true],
      );
      assert.ok(isPinned(`registry.example.com:5000/team/app:${tag}`) && isPinned(`app:${tag}`));
      const [bare, either] = [PINNED_TAG, PINNED_TAG_OR_DIGEST].map((one) => new RegExp(one).test(`${tag}${digest}`));
      assert.deepEqual([bare, either], [false, true]);
      assert.ok(isPinned(`app:${tag}${digest}`));
    });
  }

  for (const tag of move) {
    it(`is not ${JSON.stringify(tag)}`, () => {
      assert.deepEqual(
        [PINNED_TAG, PINNED_TAG_OR_DIGEST].map((pattern) => new RegExp(pattern).test(tag)),
        [false, false],
      );
      assert.equal(isPinned(`registry.example.com:5000/team/app:${tag}`), false);
    });
  }

  it("may be any name where a digest says which image it is", () => {
    assert.ok(new RegExp(PINNED_TAG_OR_DIGEST).test(`latest${digest}`));
    for (const wrong of ["latest@sha256:0", `latest@sha512:${"0".repeat(64)}`, digest]) {
      assert.equal(new RegExp(PINNED_TAG_OR_DIGEST).test(wrong), false, wrong);
    }
  });
});

describe("a pinned image", () => {
  for (const [image, expected] of [
    [`app${digest}`, true],
    [`localhost:5000/app${digest}`, true],
    [`app:latest${digest}`, true],
    ["docker.io/library/postgres:17", true],
    ["docker.io/library/postgres", false],
    ["localhost:5000/app", false],
    ["localhost:5000/app:latest", false],
    ["app@sha256:0", false],
    ["", false],
    [":17", false],
  ] as const) {
    it(`${expected ? "is" : "is not"} ${image.replace(/0{60}/, "…") || "an empty text"}`, () => {
      assert.equal(isPinned(image), expected);
    });
  }
});

describe("a name of an image", () => {
  const names = [
    ...["api", "team/api", "localhost/todo-backend", "ghcr.io/acme/api", "GHCR.io/acme/api", "localhost:5000/api"],
    ...["REGISTRY:5000/a", "a.b-c.example:443/x/y/z", "a_b", "a__b", "a--b", "a.b/c", "1/2"],
  ];
  const none = [
    ...[
      "",
      "Team/API",
      "team/API",
      "api:1.2",
      "api@sha256:0",
      "/api",
      "api/",
      "a//b",
      "-a",
      "a-",
      "a___b",
      "a..b",
      "a._b",
    ],
    ...["https://ghcr.io/a", "ghcr.io:/a", "ghcr.io:x/a", "a b", "a\n", "-.io/a", "Team/api"],
  ];
  for (const name of [...names, ...none]) {
    it(`${names.includes(name) ? "is" : "is not"} ${JSON.stringify(name)}`, () => {
      assert.equal(new RegExp(IMAGE_NAME).test(name), names.includes(name));
    });
  }

  it("has tag and digest behind it, in this order", () => {
    const [repository, tag] = ["a/b", "1"];
    assert.deepEqual(
      [
        { repository, tag },
        { repository, tag, digest: digest.slice(1) },
        { repository, digest: digest.slice(1) },
      ].map(imageText),
      ["a/b:1", `a/b:1${digest}`, `a/b${digest}`],
    );
  });
});
