// What two scanners find in the objects of every environment. Does not prove: that what they do not ask is in order.
import { strict as assert } from "node:assert";
import { containersOf, type KubernetesObject, podsOf } from "local-charts/objects";
import { scannedEnvironments } from "../../ops/scan/environments.ts";
import { readScanExceptions, review } from "../../ops/scan/exceptions.ts";
import { findingText } from "../../ops/scan/report.ts";
import { scan } from "../../ops/scan/run.ts";
import { root } from "../../tools/places.ts";

const program = process.env.CHECKOV as string;
/** Its check of a privileged container, by scanner. */
const PRIVILEGED = { checkov: "CKV_K8S_16", "kube-score": "container-security-context-privileged" };

const privileged = (object: KubernetesObject): KubernetesObject => {
  const copy = structuredClone(object);
  for (const pod of podsOf([copy]))
    for (const { spec } of containersOf(pod)) spec.securityContext = { privileged: true };
  return copy;
};

describe("scanners of the rendered objects", () => {
  it("find nothing but the reviewed exceptions, each of which covers something", async () => {
    const results = await scan(await scannedEnvironments(root), program);
    assert.ok(results.every(({ checks }) => checks > 400));
    const { open, unused } = review(
      results.flatMap(({ findings }) => findings),
      readScanExceptions(root),
    );
    assert.deepEqual([open.map(findingText), unused], [[], []]);
  });

  it("both find a privileged container that is put into a chart's Deployment", async () => {
    const [{ environment, objects }] = await scannedEnvironments(root);
    const planted = objects.map((each) => (each.kind === "Deployment" ? privileged(each) : each));
    const names = planted
      .filter(({ kind }) => kind === "Deployment")
      .map(({ metadata }) => `Deployment ${metadata.name}`);
    for (const { scanner, findings } of await scan([{ environment, objects: planted }], program)) {
      const found = findings.filter(({ check }) => check === PRIVILEGED[scanner as keyof typeof PRIVILEGED]);
      assert.deepEqual(found.map(({ object }) => object).sort(), names.sort(), scanner);
    }
  });
});
