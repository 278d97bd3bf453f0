// Helm's records, and their repair. Does not prove: that Helm goes on from them (test/e2e/recovery.test.ts of the repository).
import { strict as assert } from "node:assert";
import { decode, type HelmSecret, letGoOfReplicas, mendRecord, withoutReplicas } from "../../src/live/records.ts";
import { fakeCluster, helmSecret } from "../support/fake-cluster.ts";

const SECRETS = "/api/v1/namespaces/shop/secrets";

describe("the record of a release", () => {
  const own = process.env.KUBECONFIG;
  afterEach(() => {
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  /** What mending does with these last revisions: what it answers, and what it sends. */
  async function mended(records: [revision: number, status: string][]) {
    const items = records.map(([revision, status]) => {
      const secret = helmSecret({ release: "web", revision, status, objects: [], description: "objects 0123456789ab" });
      return { ...secret, metadata: { ...secret.metadata, name: `web.v${revision}`, namespace: "shop" } };
    });
    const cluster = await fakeCluster("lab", (method) => (method === "GET" ? { items } : {}));
    process.env.KUBECONFIG = cluster.kubeconfig;
    try {
      const answer = await mendRecord("lab", "shop", "web");
      const sent = cluster.sent.map(({ method, path, body }) => {
        const { metadata } = body as HelmSecret;
        const { version, info } = decode(body as HelmSecret);
        return [method, path, metadata.labels.status, version, info.status];
      });
      return { answer, sent };
    } finally {
      await cluster.close();
    }
  }

  it("is left alone where Helm goes on from it", async () => {
    const { answer, sent } = await mended([[3, "deployed"]]);
    assert.deepEqual([answer, sent], [{ last: { status: "deployed", description: "objects 0123456789ab" } }, []]);
    assert.deepEqual(
      (
        await mended([
          [3, "deployed"],
          [4, "failed"],
        ])
      ).sent,
      [],
    );
  });

  for (const status of ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling", "uninstalled"]) {
    it(`is failed instead of ${status}, which Helm stops at`, async () => {
      const { answer, sent } = await mended([
        [3, "deployed"],
        [4, status],
      ]);
      assert.deepEqual(sent, [["PUT", `${SECRETS}/web.v4`, "failed", 4, "failed"]]);
      assert.deepEqual([answer.mended, answer.last?.status], [status, "failed"]);
    });
  }

  it("is one of nothing where there is none", async () => {
    const { answer, sent } = await mended([]);
    assert.deepEqual([answer, sent], [{}, [["POST", SECRETS, "failed", 0, "failed"]]]);
  });

  describe("lets go of the number of pods that an autoscaler takes over", () => {
    const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
    const manifest = [
      ...[
        "---",
        "# Source: web/templates/a.yaml",
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        "  name: other",
      ],
      ...["spec:", "  replicas: 4", "---", "# Source: web/templates/b.yaml", "apiVersion: apps/v1", "kind: Deployment"],
      ...["metadata:", "  name: web", "spec:", "  replicas: 2", "  template: { text: 'replicas: 2' }", ""],
    ].join("\n");

    it("by one line of its manifest, and no other", () => {
      const expected = manifest.replace("spec:\n  replicas: 2\n", "spec:\n");
      assert.equal(withoutReplicas(manifest, [web], "shop"), expected);
      assert.equal(withoutReplicas(expected, [web], "shop"), expected);
      assert.equal(withoutReplicas("", [web], "shop"), "");
    });

    it("in the records that Helm may go on from, and sends none that had no such line", async () => {
      const records = [2, 3].map((revision) => {
        const secret = helmSecret({ release: "web", revision, status: "deployed", objects: [web] });
        return { ...secret, metadata: { ...secret.metadata, name: `web.v${revision}`, namespace: "shop" } };
      });
      const spec = { replicas: 2 };
      const old = helmSecret({ release: "web", revision: 1, status: "deployed", objects: [{ ...web, spec }] });
      const items = [...records, { ...old, metadata: { ...old.metadata, name: "web.v1", namespace: "shop" } }];
      const cluster = await fakeCluster("lab", (method) => (method === "GET" ? { items } : {}));
      process.env.KUBECONFIG = cluster.kubeconfig;
      try {
        await letGoOfReplicas("lab", "shop", "web", [web]);
        assert.deepEqual(
          cluster.sent.map(({ method, path }) => `${method} ${path}`),
          [`PUT ${SECRETS}/web.v1`],
        );
        assert.doesNotMatch(decode(cluster.sent[0].body as HelmSecret).manifest, /replicas/);
      } finally {
        await cluster.close();
      }
    });
  });
});
