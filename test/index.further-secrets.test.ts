// What the program makes of secrets that only another team's image knows.
// Does not prove: what a cluster makes of it.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { runProgram } from "./support/mocks.ts";
import { changed } from "./support/stack-file.ts";

const sealed = (cipher: string) => ({ secure: `v1:nonce:${cipher}` });

describe("the program with further secrets", () => {
  /** Runs with a map of which Pulumi says that something in it was encrypted, and a stack file that says what. */
  async function run(inFile: unknown, further: Record<string, string>): Promise<unknown> {
    const folder = mkdtempSync(join(tmpdir(), "further-secrets-"));
    try {
      writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config: changed("dev", { secrets: inFile }) }));
      return await runProgram({ stack: "dev", further, preview: false, folder });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("takes what the stack file has encrypted one by one, and refuses what stands beside it in plain text", async () => {
    await run({ STRIPE_KEY: sealed("a") }, { STRIPE_KEY: "sk_1" });
    const mixed = run({ STRIPE_KEY: sealed("a"), OTHER: "canary" }, { STRIPE_KEY: "sk_1", OTHER: "canary" });
    await assert.rejects(mixed, /todo:secrets\.OTHER: expected an encrypted value, found plain text/);
  });

  it("refuses a map that was encrypted as one", async () => {
    const whole = run(sealed("x"), { STRIPE_KEY: "sk_1" });
    await assert.rejects(whole, /todo:secrets: expected a map of encrypted values, found a map encrypted as one/);
  });
});
