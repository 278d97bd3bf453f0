// What Pulumi itself has made, by its state. Does not prove: that Pulumi's state is of this form (test/e2e/drift.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { madeObjects } from "../../../ops/drift/made.ts";

const secret = (value: unknown) => ({
  type: "kubernetes:core/v1:Secret",
  inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: value },
});
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const namespace = {
  type: "kubernetes:core/v1:Namespace",
  inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "todo-dev" } },
};

describe("what Pulumi has made", () => {
  it("are its objects of Kubernetes, and no releases, providers or components", () => {
    const others = [
      { type: "kubernetes:helm.sh/v3:Release", inputs: { name: "web", chart: "./web" } },
      { type: "pulumi:providers:kubernetes", inputs: { context: "lab" } },
      { type: "todo:index:Environment" },
    ];
    const { objects, sealed } = madeObjects({ deployment: { resources: [namespace, ...others] } });
    assert.deepEqual([objects, sealed], [[namespace.inputs], []]);
    assert.deepEqual(madeObjects({ deployment: {} }).objects, []);
  });

  it("has its secrets in clear where they were exported so", () => {
    const sealed = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify({ A: "b" }) };
    const { objects } = madeObjects({ deployment: { resources: [secret(sealed)] } });
    assert.deepEqual(objects[0].stringData, { A: "b" });
  });

  it("is not compared where its content is encrypted, and its name is known", () => {
    const sealed = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const found = madeObjects({ deployment: { resources: [namespace, secret(sealed)] } });
    assert.deepEqual([found.objects.length, found.sealed], [1, ["Secret keys"]]);
  });
});
