// What two pods that tried to connect come to, and what the one does that is allowed nothing. Does not prove: that a cluster
// starts them, or what its network does (`make doctor` on a cluster, test/e2e/policies.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, it } from "mocha";
import { deniedScript, enforcement } from "../../../ops/doctor/policies.ts";

describe("whether NetworkPolicies are enforced", () => {
  it("is known where the pod that everything is allowed has connected", () => {
    assert.equal(enforcement("Succeeded", "Failed").is, "ok");
    assert.equal(enforcement("Succeeded", "Succeeded").is, "warning");
    for (const denied of ["Succeeded", "Failed"]) assert.equal(enforcement("Failed", denied).is, "unknown");
  });

  /** @param connects of each try, whether it connects */
  const ends = async (connects: (number: number) => boolean) => {
    const folder = mkdtempSync(join(tmpdir(), "denied-"));
    const fails = Array.from({ length: 10 }, (_, i) => i + 1).filter((number) => !connects(number));
    const connect = `{ echo >>tries; ! grep -qx "$(wc -l <tries | tr -d ' ')" <<<'${fails.join("\n")}'; }`;
    try {
      const { exitCode } = await execa("bash", ["-c", deniedScript(connect, 0)], { cwd: folder, reject: false });
      return exitCode;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("is not said for one failure of a busy node", async () => {
    assert.equal(await ends((number) => number !== 4), 0);
    assert.equal(await ends((number) => ![4, 5, 7, 8].includes(number)), 0);
  });

  it("is said when it takes a moment, and holds from then on", async () => {
    assert.equal(await ends((number) => number < 4), 1);
    assert.equal(await ends(() => false), 1);
  });
});
