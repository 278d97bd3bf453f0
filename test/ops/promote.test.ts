// What `make promote` refuses before it looks at any cluster.
// Does not prove: what it edits (test/ops/promote), nor that it does on a cluster (test/e2e/promote.test.ts).
import { strict as assert } from "node:assert";
import { verb } from "../support/verb.ts";

describe("make promote", () => {
  for (const [args, message] of [
    [["staging", "staging"], "FROM and TO: expected two environments, found staging for both"],
    [["staging", "dev"], "TO=dev: dev follows the sources; `make images` writes its tags, from app/"],
    [
      ["staging", "qa"],
      /^TO: expected one of .*staging.*, found qa, which has no stack file; make promote FROM=staging TO=prod$/,
    ],
    [["", "prod"], /^FROM: expected one of .*staging.*, found nothing; make promote FROM=staging TO=prod$/],
  ] as [string[], string | RegExp][]) {
    it(`refuses FROM=${args[0]} TO=${args[1]}`, async () => {
      const { exitCode, stderr } = await verb("promote", args);
      const sentence =
        stderr
          .split("\n")
          .at(-1)
          ?.replace(/^error: /, "") ?? "";
      if (typeof message === "string") assert.equal(sentence, message);
      else assert.match(sentence, message);
      assert.equal(exitCode, 1);
    });
  }
});
