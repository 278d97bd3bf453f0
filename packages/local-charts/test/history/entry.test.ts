// Which entries a history has after an update. Does not prove: that they get into a cluster (record.test.ts, test/e2e).
import { strict as assert } from "node:assert";
import {
  type Author,
  type Deployment,
  type Entry,
  entriesOf,
  type HealthyRelease,
  historyMap,
  isSame,
  withDeployment,
} from "../../src/history/entry.ts";

const release = (more: Partial<HealthyRelease> = {}): HealthyRelease => ({
  ...{ revision: 3, chart: "web", version: "0.1.0", digest: "aaaaaaaaaaaa", images: ["example.org/web:1"] },
  ...more,
});
const deployment = (more: Partial<HealthyRelease> = {}, details = {}): Deployment => ({
  releases: { "web-dev": release(more), "db-dev": release({ chart: "db" }) },
  details,
});
const now = new Date("2026-11-27T10:00:00Z");
const author: Author = { by: "ann@desk", commit: "c0ffee", changed: false };
const after = (entries: Entry[], next: Deployment) => withDeployment(entries, next, async () => author, now);
const entry = (number: number, of: Deployment = deployment()): Entry => ({
  ...{ number, at: "2026-11-26T10:00:00.000Z", by: "bob@desk" },
  ...of,
});

describe("a deployment that is well", () => {
  it("is the first entry of an empty history", async () => {
    assert.deepEqual(await after([], deployment()), [
      { number: 1, at: "2026-11-27T10:00:00.000Z", ...author, ...deployment() },
    ]);
  });

  it("is no new entry where it was noted before, and nobody is asked who deployed it", async () => {
    const nobody = () => assert.fail("the author was asked for");
    const { releases } = deployment();
    const other = { releases: Object.fromEntries(Object.entries(releases).reverse()), details: {} };
    assert.equal(await withDeployment([entry(4)], other, nobody, now), undefined);
  });

  it("is the newest entry where anything of its objects is another", async () => {
    const changes = [{ digest: "b" }, { images: ["example.org/web:2"] }, { version: "0.2.0" }, { chart: "page" }];
    for (const change of changes) {
      const entries = await after([entry(4), entry(3)], deployment(change));
      assert.deepEqual(
        entries?.map(({ number, by }) => `${number} ${by}`),
        ["5 ann@desk", "4 bob@desk", "3 bob@desk"],
      );
      assert.deepEqual(entries?.[0].releases, deployment(change).releases);
    }
    const { releases } = deployment();
    assert.equal(isSame(deployment(), { releases: { "web-dev": releases["web-dev"] }, details: {} }), false);
  });

  it("is what it was where Helm has only made another revision, which the entry then has", async () => {
    const next = deployment({ revision: 7 });
    assert.deepEqual(await after([entry(4), entry(3)], next), [{ ...entry(4), ...next }, entry(3)]);
  });

  it("is another one by what is known beside its objects, but not by what is known of one of the two alone", async () => {
    const at = (schema: string) => deployment({}, { schema });
    assert.equal((await after([entry(4, at("0001"))], at("0002")))?.[0].number, 5);
    assert.equal(await after([entry(4, at("0001"))], deployment()), undefined);
    assert.deepEqual(await after([entry(4)], at("0001")), [entry(4, at("0001"))]);
  });

  it("takes the place of the oldest entry where there are twenty, and its number is its own", async () => {
    const twenty = Array.from({ length: 20 }, (_, index) => entry(30 - index));
    const numbers = (await after(twenty, deployment({ digest: "b" })))?.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, index) => 31 - index),
    );
  });
});

describe("the ConfigMap of a history", () => {
  it("has a key for each entry, and gives them back, the newest first", () => {
    const entries = [entry(12), entry(9), entry(2)];
    const map = historyMap("shop-dev", entries, "shop", "77");
    assert.deepEqual(map.metadata, {
      ...{ name: "deployments", namespace: "shop-dev", resourceVersion: "77" },
      labels: {
        "app.kubernetes.io/managed-by": "local-charts",
        "app.kubernetes.io/part-of": "shop",
        "app.kubernetes.io/component": "history",
      },
    });
    assert.deepEqual(Object.keys(map.data).sort(), ["12", "2", "9"]);
    assert.deepEqual(entriesOf(map), entries);
    assert.equal("resourceVersion" in historyMap("shop-dev", [], "shop").metadata, false);
  });

  it("is read without what somebody has broken", () => {
    const { data } = historyMap("shop-dev", [entry(2)], "shop");
    const broken = { ...data, "1": "not JSON", "3": '{"number":"3"}', "4": "null" };
    assert.deepEqual(entriesOf({ data: broken }), [entry(2)]);
  });
});
