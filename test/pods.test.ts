// Which pods and containers the rules, the quota and the wiring see in rendered objects.
// Does not prove: what the charts make; test/charts does.
import { strict as assert } from "node:assert";
import { containersOf, podsOf } from "../components/pods";
import type { KubernetesObject } from "../components/render-chart";

const spec = { containers: [{ name: "app" }] };
const template = { metadata: { labels: { app: "one" } }, spec };
const object = (kind: string, spec: object, labels?: Record<string, string>): KubernetesObject => ({
  ...{ apiVersion: "v1", kind, metadata: { name: "one", labels } },
  spec,
});

describe("podsOf", () => {
  for (const made of [
    ...["Deployment", "StatefulSet", "DaemonSet", "Job"].map((kind) => object(kind, { template })),
    object("CronJob", { schedule: "@daily", jobTemplate: { spec: { template } } }),
    object("Pod", spec, { app: "one" }),
  ]) {
    it(`finds the pod of a ${made.kind}`, () => {
      const [{ metadata, ...pod }, ...others] = podsOf([made]);
      assert.deepEqual(pod, { owner: `${made.kind} one`, object: made, spec });
      assert.equal(metadata.labels?.app, "one");
      assert.deepEqual(others, []);
    });
  }

  it("finds none in what makes none", () => {
    const crd = object("CustomResource", { template: { spec: { replicas: 1 } } });
    assert.deepEqual(podsOf([object("Service", { ports: [] }), crd, { ...crd, spec: undefined }]), []);
  });
});

describe("containersOf", () => {
  it("tells a sidecar from what runs first and ends", () => {
    const initContainers = [{ name: "wait" }, { name: "proxy", restartPolicy: "Always" }];
    const [pod] = podsOf([object("Deployment", { template: { spec: { ...spec, initContainers } } })]);
    assert.deepEqual(
      containersOf(pod).map(({ name, init }) => [name, init]),
      [
        ["wait", true],
        ["proxy", false],
        ["app", false],
      ],
    );
  });
});
