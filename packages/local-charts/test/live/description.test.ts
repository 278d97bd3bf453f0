// Whether a release has something to do, as Pulumi is told.
// Does not prove: that Pulumi then does it (test/e2e/healing.test.ts).
import { strict as assert } from "node:assert";
import { descriptionOf } from "../../src/live/description.ts";

const [D, OTHER] = ["0123456789ab", "ba9876543210"];
const now = new Date("2026-01-01T00:00:00Z");
const again = `objects ${D}, 2026-01-01T00:00:00.000Z`;
const is = (status: string, description: string, whole = true) => descriptionOf(D, { status, description }, whole, now);

describe("the description of a release", () => {
  it("stays what it was where what is deployed is what the chart says", () => {
    assert.equal(is("deployed", `objects ${D}`), `objects ${D}`);
    assert.equal(is("deployed", `objects ${D}, 2025-12-31T00:00:00.000Z`), `objects ${D}, 2025-12-31T00:00:00.000Z`);
  });

  it("follows from the objects where they have changed", () => {
    assert.equal(is("deployed", `objects ${OTHER}`), `objects ${D}`);
  });

  for (const [what, description] of [
    ["an object is gone", () => is("deployed", `objects ${D}`, false)],
    ["the last revision failed", () => is("failed", "Upgrade failed: no")],
    ["somebody rolled it back", () => is("deployed", "Rollback to 2")],
    ["there is no record", () => descriptionOf(D, undefined, true, now)],
  ] as const) {
    it(`is another where ${what}, though Pulumi's state has the same objects`, () =>
      assert.equal(description(), again));
  }
});
