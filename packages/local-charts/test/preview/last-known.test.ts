// What a machine notes of a release, and where. Does not prove: when it is noted (test/index.preview.test.ts of the program
// that uses it).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { memoryOf, recall, remember } from "../../src/preview/last-known.ts";

describe("what this machine knows of a release", () => {
  const state = process.env.XDG_STATE_HOME;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "state-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
    if (state === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = state;
  });

  it("is the last that it saw, without secrets, for nobody else to read", () => {
    assert.equal(recall(folder, "n", "r"), undefined);
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: { b: "hunter2" } };
    remember(folder, "n", "r", [secret]);
    assert.deepEqual(recall(folder, "n", "r")?.objects, [{ ...secret, stringData: { b: "[redacted]" } }]);
    assert.equal(statSync(join(folder, "n", "r.json")).mode & 0o777, 0o600);
  });

  it("stands below the folder of the program's state", () => {
    process.env.XDG_STATE_HOME = folder;
    assert.equal(memoryOf("shop"), join(folder, "shop", "deployed"));
    delete process.env.XDG_STATE_HOME;
    assert.equal(memoryOf("shop"), join(homedir(), ".local/state/shop/deployed"));
  });

  it("is nothing where it cannot be written", () => {
    remember("/dev/null", "n", "r", []);
    assert.equal(recall("/dev/null", "n", "r"), undefined);
  });
});
