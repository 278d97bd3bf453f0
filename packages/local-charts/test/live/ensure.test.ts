// What is in the way of an immutable object. Does not prove: that an API server refuses it otherwise (test/e2e/secrets.test.ts of
// the repository).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { makeWay } from "../../src/live/ensure.ts";
import { fakeCluster } from "../support/fake-cluster.ts";

const secret = (value: string, manager = "pulumi-kubernetes-0a1b2c3d", immutable = true): KubernetesObject => ({
  ...{ apiVersion: "v1", kind: "Secret", immutable },
  metadata: {
    name: "keys",
    namespace: "shop",
    managedFields: [{ manager, operation: "Apply", fieldsV1: {} }],
  } as never,
  data: { A: Buffer.from(value).toString("base64") },
});

/** Whether it is taken away for one that holds `new`. */
async function taken(live: KubernetesObject | undefined): Promise<boolean> {
  const own = process.env.KUBECONFIG;
  const cluster = await fakeCluster("lab", (method, path) => {
    if (path === "/api/v1") return { resources: [{ kind: "Secret", name: "secrets", namespaced: true }] };
    return method === "POST" ? secret("new") : live;
  });
  process.env.KUBECONFIG = cluster.kubeconfig;
  try {
    await makeWay("lab", { ...secret("new"), data: undefined, stringData: { A: "new" } });
    return cluster.asked.includes("DELETE /api/v1/namespaces/shop/secrets/keys");
  } finally {
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
    await cluster.close();
  }
}

describe("the way for an immutable object", () => {
  it("is made where one of this name holds what it was before", async () =>
    assert.equal(await taken(secret("old")), true));

  it("is free where none is there, or it holds the same; what is not immutable is changed", async () => {
    for (const live of [undefined, secret("new"), secret("old", undefined, false)])
      assert.equal(await taken(live), false);
  });

  it("is not made where somebody else has made what is there", async () =>
    assert.equal(await taken(secret("old", "kubectl-create")), false));
});
