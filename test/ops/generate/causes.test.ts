// What clusters have said of workloads that do not get ready is known by its cause; what docs/causes.md shows of it.
// Does not prove: that a cluster of today says the same (test/e2e/causes.test.ts).
import { strict as assert } from "node:assert";
import { causesOf } from "local-charts/objects";
import { alike, causesPage, recordedSituations } from "../../../ops/generate/causes.ts";
import { states } from "../../e2e/causes/states.ts";

describe("docs/causes.md", () => {
  const recorded = recordedSituations();

  it("is made of every state that the end-to-end tests make", () => {
    assert.deepEqual([...recorded.keys()].sort(), [...states.keys()].sort());
  });

  for (const [state, kind] of states) {
    it(`has ${state} as ${kind}, with the command to type`, () => {
      const [first, ...others] = causesOf(recorded.get(state) as never);
      assert.equal(first?.kind, kind);
      assert.match(first.fix, /`(kubectl|minikube) [^`]+`|loading it into each node/);
      assert.deepEqual(others, []);
    });
  }

  it("has a row for each, without what differs each time", () => {
    const page = causesPage().get("docs/causes.md") ?? "";
    const rows = page.split("\n").filter((line) => /^\| [a-z][a-z-]* \|/.test(line));
    assert.equal(rows.length, states.size + 1, "and the head");
    assert.doesNotMatch(page, /x0x0x|10\.\d+\.\d+/);
  });

  it("knows names that differ at their end", () => {
    assert.equal(alike("pod web-6df87ff697-gvrvs of ReplicaSet web-6df87ff697"), "pod web-… of ReplicaSet web-…");
    assert.equal(alike("pod job-stuck-f6p9l"), "pod job-stuck-…");
    assert.equal(alike("ended with 1, 12 times so far (2 pods alike)"), "ended with 1");
  });
});
