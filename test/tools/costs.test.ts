// The table of what a cold run costs. Does not prove: the figures.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { costTable } from "../../tools/costs.ts";

describe("what a cold run costs", () => {
  it("is a line for each step, and their sum; processors where they are known", () => {
    const costs = { "minikube 1.38.1": { wall: 119.7, cpu: 181.2 }, "Debian trixie": { wall: 95 } };
    assert.deepEqual(costTable(costs).split("\n").slice(2), [
      "| minikube 1.38.1 | 2:00 | 181 |",
      "| Debian trixie | 1:35 |  |",
      "| all, one after another | 3:35 | 181 |",
    ]);
  });

  it("is nothing where there was none", () => assert.equal(costTable({}), ""));
});
