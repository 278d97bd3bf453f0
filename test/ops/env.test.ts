// `make env` before there is a cluster. Does not prove: what it prints beside one.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "mocha";
import { verb } from "../support/verb.ts";

it("`make env` makes the tools known without a cluster, and says that there is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "todo-env-"));
  try {
    const { exitCode, stdout, stderr } = await verb("env", [], {
      env: { XDG_STATE_HOME: folder, TODO_BIN: "/bin of mine" },
    });
    assert.deepEqual(
      [exitCode, stdout, stderr],
      [
        0,
        `export PATH='/bin of mine':"$PATH"`,
        "only PATH is set: there is no cluster of this project yet; `make up` (or `make cluster`) makes it",
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
