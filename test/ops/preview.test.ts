// What `make preview` and `make diff` say where no cluster answers, and that they do not wait for one. Pulumi and kubectl
// are stand-ins. Does not prove: what a preview then shows (test/index.preview.test.ts).
import { strict as assert } from "node:assert";
import { afterEach, beforeEach, describe, it } from "mocha";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

const none = "there is no cluster yet, so this shows everything that `make up` would create";
const away =
  "cluster todo-on-minikube: does not answer, so this compares with what the last update recorded, not with what runs; `make cluster` wakes it";

for (const verb of ["preview", "diff"]) {
  describe(`make ${verb}`, function () {
    this.timeout(30_000);
    let machine: Stubs;
    beforeEach(() => {
      machine = new Stubs();
      machine.toolsAreFound();
      machine.stack("dev", stackText("dev", "inside"));
      machine.program("kubectl", "exit 1");
      machine.program(
        "pulumi",
        `case "$*" in
  "stack ls"*) echo '[{"name":"dev"}]' ;;
  preview*)
    echo "$PULUMI_K8S_CLIENT_TIMEOUT" >timeout
    [ "$LOCAL_CHARTS_REPORT_FILE" ] && { echo '[]' >"$LOCAL_CHARTS_REPORT_FILE"; echo '{"steps":[],"changeSummary":{"same":1}}'; } ;;
esac; true`,
      );
    });
    afterEach(() => machine.end());
    /** What it says beside the preview itself: `make diff` to standard error, as its output is read by programs. */
    const said = async () => {
      const { exitCode, stdout, stderr } = await machine.run(verb, ["dev"]);
      assert.equal(exitCode, 0);
      return { texts: `${stdout}\n${stderr}`.trim().split("\n"), stdout, timeout: machine.read("timeout").trim() };
    };
    const diffAlone = [
      "stack dev: comparing every object with what `up` would make of it",
      "stack dev: nothing would change",
    ].filter(() => verb === "diff");

    it("says that there is no cluster, and asks none", async () => {
      const { texts, stdout, timeout } = await said();
      assert.deepEqual(texts, [none, ...diffAlone]);
      assert.equal(stdout, verb === "diff" ? "" : none);
      assert.equal(timeout, "1");
      assert.ok(!machine.calls().some((call) => call.startsWith("kubectl")));
    });

    it("says that the cluster is asleep, and what it compares with", async () => {
      machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
      const { texts, timeout } = await said();
      assert.deepEqual(texts, [away, ...diffAlone]);
      assert.equal(timeout, "1");
    });

    it("says nothing of it where the cluster answers, and gives it its time", async () => {
      machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
      machine.program("kubectl", "echo cluster-1");
      const { texts, timeout } = await said();
      assert.deepEqual(texts, diffAlone.length > 0 ? diffAlone : [""]);
      assert.equal(timeout, "");
    });
  });
}
