// Which of Helm's records a preview compares with. Does not prove: that a real Helm's records look like these.
import { strict as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { deployedReleases, newest } from "../../src/preview/deployed.ts";
import { fakeCluster, helmSecret } from "../support/fake-cluster.ts";

describe("Helm's records", () => {
  const objects = [{ apiVersion: "v1", kind: "Service", metadata: { name: "a" } }];
  const record = (revision: number, status: string) => helmSecret({ release: "r", revision, status, objects });
  const chosen = (...records: [number, string][]) => {
    const found = newest(records.map(([revision, status]) => record(revision, status))).get("r");
    const { last: _, ...rest } = found ?? {};
    return found && rest;
  };

  it("are compared with as Helm does: the newest that is deployed, else the newest that failed", () => {
    assert.deepEqual(chosen([9, "deployed"]), { revision: 9, objects });
    assert.deepEqual(chosen([9, "deployed"], [10, "failed"]), { revision: 9, objects, later: "failed" });
    assert.deepEqual(chosen([9, "failed"], [10, "failed"]), { revision: 10, objects, later: "failed" });
    assert.equal(chosen([1, "pending-install"]), undefined);
  });
});

describe("of Helm's records of a namespace", () => {
  const object = (name: string, annotations?: Record<string, string>) => ({
    ...{ apiVersion: "v1", kind: "Service" },
    metadata: { name, ...(annotations && { annotations }) },
  });
  const hook = object("b", { "helm.sh/hook": "test" });

  it("each release has its own, with its hooks behind its objects", () => {
    const found = newest([
      helmSecret({ release: "r", revision: 2, status: "failed", objects: [object("x")] }),
      helmSecret({ release: "r", revision: 10, status: "deployed", objects: [hook, object("a")] }),
      helmSecret({ release: "s", revision: 1, status: "uninstalling", objects: [] }),
      helmSecret({ release: "t", revision: 3, status: "deployed", objects: [object("t")] }),
      helmSecret({ release: "t", revision: 4, status: "pending-upgrade", objects: [] }),
      helmSecret({ release: "t", revision: 2, status: "deployed", objects: [object("old")] }),
      helmSecret({ release: "u", revision: 2, status: "failed", objects: [] }),
      helmSecret({ release: "u", revision: 3, status: "pending-upgrade", objects: [] }),
    ]);
    assert.deepEqual(
      [...found].map(([name, { last: _, ...rest }]) => [name, rest]),
      [
        ["r", { revision: 10, objects: [object("a"), hook] }],
        ["t", { revision: 3, objects: [object("t")], later: "pending-upgrade" }],
        ["u", { revision: 2, objects: [], later: "pending-upgrade" }],
      ],
    );
  });

  it("there are none where there is nothing", () => assert.deepEqual([...newest([])], []));

  it("a manifest may hold what is no object, and a record no hooks", () => {
    const record = { manifest: "---\n# nothing\n---\na: 1\n" };
    const release = Buffer.from(gzipSync(JSON.stringify(record)).toString("base64")).toString("base64");
    const labels = { name: "r", version: "1", status: "deployed" };
    const found = newest([{ metadata: { name: "r", labels }, data: { release } }]).get("r");
    const last = { status: "deployed", description: "" };
    assert.deepEqual(found, { revision: 1, objects: [], last });
  });

  it("those that were superseded are not asked for", async () => {
    const records = [{ release: "r", revision: 1, status: "deployed", objects: [object("a")] }];
    const cluster = await fakeCluster("lab", records);
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = cluster.kubeconfig;
    try {
      const found = await deployedReleases("lab", "shop");
      const last = { status: "deployed", description: "" };
      assert.deepEqual([...found], [["r", { revision: 1, objects: [object("a")], last }]]);
      assert.deepEqual(cluster.asked, [
        "/api/v1/namespaces/shop/secrets?labelSelector=owner%3Dhelm%2Cstatus!%3Dsuperseded",
      ]);
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
      await cluster.close();
    }
  });
});
