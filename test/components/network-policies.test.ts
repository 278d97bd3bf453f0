// When it is said that NetworkPolicies hold nothing. Does not prove: that a cluster was tried (`make doctor` on a cluster), nor
// what policies let through (test/e2e/policies.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { ENFORCED } from "../../components/namespace.ts";
import { unenforced } from "../../components/network-policies.ts";

describe("policies that nothing enforces", () => {
  const said = (networkPolicies: "wired" | "none", annotations: Record<string, string>) =>
    unenforced({ networkPolicies, environment: "lab" }, annotations);

  it("are said where that was seen, with what mends it", () => {
    assert.match(
      said("wired", { [ENFORCED]: "no" }) ?? "",
      /^todo:networkPolicies is wired, and .* enforced no NetworkPolicy, .*; a network plugin .*`make doctor ENV=lab`/,
    );
  });

  it("are not said where they are enforced, where nobody has tried, and where there are none", () => {
    assert.equal(said("wired", { [ENFORCED]: "yes" }), undefined);
    assert.equal(said("wired", {}), undefined);
    assert.equal(said("none", { [ENFORCED]: "no" }), undefined);
  });
});
