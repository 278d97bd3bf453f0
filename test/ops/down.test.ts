// What `make down` removes beside what `pulumi destroy` does: a namespace that a deployer's update has only read, and the
// identities in it. Pulumi and kubectl are stand-ins. Does not prove: what the cluster does (test/e2e/identity.test.ts).
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

describe("make down and identities", function () {
  this.timeout(60_000);
  let machine: Stubs;
  const kubeconfig = () => join(machine.state, "identities", "dev-deployer.kubeconfig");
  beforeEach(() => {
    machine = new Stubs();
    machine.toolsAreFound();
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    machine.stack("dev", stackText("dev", "inside"));
    mkdirSync(join(machine.state, "identities"), { recursive: true });
    writeFileSync(kubeconfig(), "");
    machine.program("docker", "echo true");
    machine.program(
      "kubectl",
      `case "$*" in
  *"get namespace kube-system"*) echo cluster-1 ;;
  *"get secrets"*|*"get persistentvolumes"*) echo '{"items":[]}' ;;
  *"get namespace todo-dev "*) cat namespace 2>/dev/null ;;
  *"delete namespace "*) rm namespace ;;
esac; true`,
    );
    machine.file("resources", "[]");
    machine.program(
      "pulumi",
      `case "$*" in "stack ls"*) echo '[{"name":"dev"}]' ;;
  "stack export"*) echo "{\\"deployment\\":{\\"resources\\":$(cat resources)}}" ;; esac`,
    );
  });
  afterEach(() => machine.end());

  const down = async (labels?: object) => {
    if (labels) machine.file("namespace", JSON.stringify({ metadata: { name: "todo-dev", labels } }));
    const { exitCode, stderr } = await machine.run("down", ["dev"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    return machine.calls().filter((call) => / delete /.test(call));
  };
  const OURS = { "app.kubernetes.io/part-of": "todo" };

  it("removes the namespace that is left, and the kubeconfigs", async () => {
    assert.deepEqual(await down(OURS), [
      "kubectl --context todo-on-minikube delete namespace todo-dev --ignore-not-found --timeout=180s",
    ]);
    assert.equal(existsSync(kubeconfig()), false);
  });

  it("has nothing to remove where the namespace is gone, or something else has made it", async () => {
    assert.deepEqual(await down(), []);
    assert.deepEqual(await down({ "app.kubernetes.io/part-of": "another" }), []);
  });

  it("removes nothing of a stack that is still deployed", async () => {
    machine.file(
      "resources",
      JSON.stringify([{ type: "pulumi:pulumi:Stack" }, { type: "kubernetes:core/v1:Namespace" }]),
    );
    assert.deepEqual(await down(OURS), []);
    assert.equal(existsSync(kubeconfig()), true);
  });
});
