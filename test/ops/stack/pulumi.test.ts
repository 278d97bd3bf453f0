// Which state the project's commands use. Does not prove: that Pulumi finds it there.
import { strict as assert } from "node:assert";
import { afterEach, describe, it } from "mocha";
import { pulumiState } from "../../../cluster/profile.ts";
import { pulumiEnvironment } from "../../../ops/stack/pulumi.ts";

describe("the backend of the project's commands", () => {
  const own = process.env.PULUMI_BACKEND_URL;
  afterEach(() => {
    if (own === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = own;
  });
  const record = { engine: "own", images: "made", uid: "now" } as const;
  const backend = (given?: string) => {
    if (given === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = given;
    return pulumiEnvironment("dev", record).PULUMI_BACKEND_URL;
  };

  it("is the cluster's own where nobody has set one, or a shell has that of a cluster that was deleted", () => {
    const ours = `file://${pulumiState(record)}`;
    assert.deepEqual([backend(), backend(`file://${pulumiState({ ...record, uid: "before" })}`)], [ours, ours]);
  });

  it("is the user's own where there is one", () => {
    for (const given of ["https://api.example.org", "file:///somewhere", "s3://bucket"])
      assert.equal(backend(given), undefined);
  });
});
