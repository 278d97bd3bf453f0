// What an interrupted update has left of Helm's releases. Does not prove: that Helm labels its Secrets so; only a cluster shows that.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { lastRevisions } from "../../../ops/stack/revisions.ts";

describe("the last revision of each release", () => {
  it("is the one with the highest number, by number", () => {
    const revision = (name: string, version: string, status: string) => ({
      metadata: { labels: { name, version, status } },
    });
    const secrets = [
      revision("backend", "10", "pending-upgrade"),
      revision("backend", "9", "deployed"),
      revision("database", "1", "deployed"),
    ];
    assert.deepEqual(lastRevisions(secrets), [
      { name: "database", status: "deployed", version: 1 },
      { name: "backend", status: "pending-upgrade", version: 10 },
    ]);
  });
});
