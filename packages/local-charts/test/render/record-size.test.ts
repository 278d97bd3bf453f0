// What Helm could not keep down. Does not prove: the size to the byte, which depends on Helm's own text.
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { tooLarge } from "../../src/render/record-size.ts";
import { withCharts } from "../support/chart.ts";

describe("the record of a release", () => {
  const map = (text: string) => [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { text } }];
  const of = (text: string, files = {}) =>
    withCharts({ web: { "values.yaml": "a: 1\n", ...files } }, async (folder) =>
      tooLarge(map(text), { text }, `${folder}/charts/web`),
    );

  it("may be as large as a Secret, compressed", async () => {
    assert.equal(await of("small"), undefined);
    assert.equal(await of("a".repeat(2 ** 20)), undefined);
    assert.equal(await of(randomBytes(300_000).toString("base64")), undefined);
  });

  it("is too large with what cannot be compressed, in values or in files of the chart", async () => {
    const random = randomBytes(800_000).toString("base64");
    for (const large of [await of(random), await of("", { "files/a": random })])
      assert.match(
        large ?? "",
        /^expected a record of at most 1024 KiB, which is what a Secret takes, found \d{4} KiB/,
      );
  });
});
