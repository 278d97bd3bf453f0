// What is taken away that was made for a content which nothing has any more, and what has to stay.
// Does not prove: that a cluster's objects refer to each other as these do (the end-to-end tests of a program).
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { refersTo, removeNow, removeUnused } from "../../src/cluster/unused.ts";
import { type FakeCluster, fakeCluster } from "../support/fake-cluster.ts";

const SECRETS = ["words-now", "words-old", "words-older", "words-of-a-job"];

/** An API server with Secrets of which pods, ReplicaSets and Jobs use some. */
const answer = (method: string, path: string) => {
  const uses = (name: string) => ({ items: [{ spec: { containers: [{ envFrom: [{ secretRef: { name } }] }] } }] });
  if (method === "DELETE") return {};
  if (path.includes("/secrets?")) return { items: SECRETS.map((name) => ({ metadata: { name } })) };
  if (path.endsWith("/replicasets")) return uses("words-old");
  if (path.endsWith("/jobs")) return uses("words-of-a-job");
  return { items: [] };
};

describe("what is made for one content", () => {
  const own = process.env.KUBECONFIG;
  let cluster: FakeCluster;
  let said: string[];

  const run = async (ready: boolean[], { preview = false, status = 200 } = {}) => {
    cluster = await fakeCluster("shop", answer, status);
    process.env.KUBECONFIG = cluster.kubeconfig;
    const { log } = pulumi;
    const before = { info: log.info, warn: log.warn };
    said = [];
    await pulumi.runtime.setMocks(
      { newResource: ({ inputs }) => ({ id: "id", state: inputs }), call: () => ({}) },
      ...(["shop", "test", preview] as const),
    );
    for (const kind of ["info", "warn"] as const) {
      Object.assign(log, { [kind]: async (text: string) => void said.push(`${kind}: ${text}`) });
    }
    try {
      const options = { context: "shop", namespace: "shop", contents: { secrets: "content=yes" } };
      const never = new Promise<boolean>(() => {});
      const outputs = ready.map((each) => pulumi.output<boolean>(each || never));
      // There is no engine here, and so removeUnused goes no further.
      removeUnused({ ...options, current: ["words-now"] }, outputs);
      if (ready.every(Boolean) && !preview) await removeNow({ ...options, current: ["words-now"] });
      for (let turn = 0; turn < 100 && ready.every(Boolean) && !preview && said.length === 0; turn++) {
        await new Promise((done) => setTimeout(done, 20));
      }
    } finally {
      Object.assign(log, before);
    }
  };
  afterEach(async () => {
    await cluster.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  it("goes when no pod has it, and none can be brought back that had it", async () => {
    await run([true, true]);
    assert.deepEqual(said, ["info: removed from shop, as no pod needs them any more: words-older"]);
    assert.deepEqual(
      cluster.asked.filter((path) => path.startsWith("DELETE")),
      ["DELETE /api/v1/namespaces/shop/secrets/words-older"],
    );
    assert.equal(cluster.asked[0], "/api/v1/namespaces/shop/secrets?labelSelector=content%3Dyes");
  });

  for (const [what, ready, more] of [
    ["a chart is not ready", [true, false], {}],
    ["it is a preview", [true], { preview: true }],
  ] as const) {
    it(`stays where ${what}: nobody is asked`, async () => {
      await run([...ready], more);
      await new Promise((done) => setTimeout(done, 50));
      assert.deepEqual([said, cluster.asked], [[], []]);
    });
  }

  it("stays where the cluster does not let anybody see, with a warning", async () => {
    await run([true], { status: 403 });
    const [line, ...others] = said;
    assert.deepEqual(others, []);
    assert.match(
      line,
      /^warn: what no pod of shop needs any more stays there until the next update: the API server answered 403; `kubectl --context shop -n shop get secrets,configmaps --show-labels` shows it$/,
    );
  });
});

describe("a reference", () => {
  for (const [value, found] of [
    ["a", true],
    [{ b: [{ c: "a" }] }, true],
    [{ a: "b", c: null, d: 5 }, false],
    ["ab", false],
  ] as const) {
    it(`is ${found ? "" : "not "}in ${JSON.stringify(value)}`, () => assert.equal(refersTo(value, "a"), found));
  }
});
