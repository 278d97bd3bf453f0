// Which stacks are told that nothing protects them. Does not prove: that protection keeps anything (test/index.test.ts, and
// Pulumi itself).
import { strict as assert } from "node:assert";
import { unprotected } from "../../components/protection.ts";

describe("an unprotected stack", () => {
  const stack = (change: object) =>
    unprotected({
      ...{ environment: "lab", protected: false, policy: "advisory", database: { mode: "inside" } },
      ...change,
    });
  const says = (reason: string) =>
    `stack lab is not protected: ${reason}, and \`pulumi destroy\` would not ask twice; \`pulumi config set todo:protected true -s lab\` protects it`;
  const external = { database: { mode: "external" } };
  const cases: [what: string, change: object, said: string | undefined][] = [
    ["is left alone where all of it can be made again", {}, undefined],
    ["is told so where its database is external", external, says("its database is external")],
    ["is told so where its policy is mandatory", { policy: "mandatory" }, says("its policy is mandatory")],
    ["is told the first of both reasons", { ...external, policy: "mandatory" }, says("its database is external")],
    ["is none where it is protected", { ...external, policy: "mandatory", protected: true }, undefined],
  ];
  for (const [what, change, said] of cases) it(what, () => assert.equal(stack(change), said));
});
