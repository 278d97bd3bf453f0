// What is sent to put live objects back. Does not prove: that an API server takes it (test/e2e/drift.test.ts of the repository).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import type { Live } from "../../src/live/look.ts";
import { putBack } from "../../src/live/put-back.ts";
import { fakeCluster } from "../support/fake-cluster.ts";

const map = (data: object, more: object = {}): KubernetesObject => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data },
  ...more,
});
const PLACE = "/api/v1/namespaces/shop/configmaps";

/** What is sent, in short. */
async function sent(live: Partial<Live>, release?: string, answer: (method: string) => unknown = () => ({})) {
  const own = process.env.KUBECONFIG;
  const cluster = await fakeCluster("lab", (method, path) =>
    path === "/api/v1" ? { resources: [{ kind: "ConfigMap", name: "configmaps", namespaced: true }] } : answer(method),
  );
  process.env.KUBECONFIG = cluster.kubeconfig;
  try {
    await putBack("lab", "shop", { missing: [], drifted: [], ...live }, release);
    const bodies = cluster.sent.map(({ method, path, body }) => [method, path, body] as const);
    return { bodies, deleted: cluster.asked.filter((path) => path.startsWith("DELETE")) };
  } finally {
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
    await cluster.close();
  }
}

describe("what was changed by hand", () => {
  it("is made again where it is gone, as Helm marks its own", async () => {
    const { bodies } = await sent({ missing: [map({ x: "1" })] }, "web");
    const [[method, path, body]] = bodies;
    assert.deepEqual([method, path], ["POST", PLACE]);
    assert.deepEqual((body as KubernetesObject).metadata, {
      name: "a",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop" },
    });
    const [[, , plain]] = (await sent({ missing: [map({ x: "1" })] })).bodies;
    assert.deepEqual((plain as KubernetesObject).metadata, { name: "a" });
  });

  it("is set back field by field, and what was added goes; the rest stays as it is", async () => {
    const live = map({ x: "2", added: "y", other: "kept" }, { status: "kept" });
    const drift: Live["drifted"][number]["drift"] = [
      { path: ["data", "x"], before: "1", after: "2", why: "changed", by: [] },
      { path: ["data", "added"], after: "y", why: "changed", by: [] },
      { path: ["data", "lost"], before: "z", why: "changed", by: [] },
    ];
    const { bodies } = await sent({ drifted: [{ object: map({ x: "1", lost: "z" }), live, drift }] });
    assert.deepEqual(bodies, [["PUT", `${PLACE}/a`, map({ x: "1", other: "kept", lost: "z" }, { status: "kept" })]]);
  });

  it("is set back in what is there by then, where something else has changed meanwhile", async () => {
    const drift: Live["drifted"][number]["drift"] = [
      { path: ["data", "x"], before: "1", after: "2", why: "changed", by: [] },
    ];
    let puts = 0;
    const answer = (method: string) => {
      if (method === "GET") return map({ x: "2", newer: "kept" });
      puts += 1;
      return puts === 1 ? new Response('{"message":"modified"}', { status: 409 }) : {};
    };
    const { bodies } = await sent({ drifted: [{ object: map({}), live: map({ x: "2" }), drift }] }, undefined, answer);
    assert.deepEqual(
      bodies.map(([, , body]) => (body as KubernetesObject).data),
      [{ x: "1" }, { x: "1", newer: "kept" }],
    );
  });

  it("is made anew where it cannot be changed", async () => {
    const drift: Live["drifted"][number]["drift"] = [
      { path: ["data", "x"], before: "1", after: "2", why: "changed", by: [] },
    ];
    const object = map({ x: "1" }, { immutable: true });
    const live = map({ x: "2" }, { immutable: true });
    const { bodies, deleted } = await sent({ drifted: [{ object, live, drift }] });
    assert.deepEqual([deleted, bodies], [[`DELETE ${PLACE}/a`], [["POST", PLACE, object]]]);
    const label: typeof drift = [{ path: ["metadata", "labels", "x"], after: "y", why: "changed", by: [] }];
    const labelled = { ...live, metadata: { name: "a", labels: { x: "y", z: "kept" } } } as KubernetesObject;
    const found = await sent({ drifted: [{ object: live, live: labelled, drift: label }] });
    assert.deepEqual([found.deleted, found.bodies.map(([method]) => method)], [[], ["PUT"]]);
  });
});
