// Which pods and containers the rules, the quota and the wiring see in rendered objects.
// Does not prove: what charts make.
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { containersOf, podsOf, serves } from "../../src/kubernetes/pods.ts";

const spec = { containers: [{ name: "app" }] };
const template = { metadata: { labels: { app: "one" } }, spec };
const GROUPS: Record<string, string> = { Pod: "v1", Job: "batch/v1", CronJob: "batch/v1", Rollout: "example.org/v1" };
const object = (kind: string, spec: object, labels?: Record<string, string>): KubernetesObject => ({
  ...{ apiVersion: GROUPS[kind] ?? "apps/v1", kind, metadata: { name: "one", labels } },
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

  it("finds that of a kind that nobody knows, where it has a pod's form", () => {
    const rollout = (spec: unknown) => podsOf([object("Rollout", { template: { spec } })]).map(({ owner }) => owner);
    assert.deepEqual([spec, { containers: [{}] }, { containers: {} }].map(rollout), [["Rollout one"], [], []]);
    const odd = { template: { spec: { containers: [{}] } } };
    for (const kind of ["ReplicaSet", "Job", "Deployment"]) assert.equal(podsOf([object(kind, odd)]).length, 1, kind);
    assert.equal(podsOf([object("CronJob", { jobTemplate: { spec: odd } })]).length, 1);
    assert.equal(podsOf([object("Pod", { containers: [{}] })]).length, 1);
    const foreign = { ...object("Job", odd), apiVersion: "batch.example.org/v1" };
    assert.deepEqual(podsOf([foreign]), [], "another group's Job is a kind that nobody knows");
  });

  it("finds no labels where there are none", () => {
    assert.deepEqual(podsOf([object("Job", { template: { spec } })])[0].metadata, {});
  });

  it("finds none in what makes none", () => {
    const crd = object("CustomResource", { template: { spec: { replicas: 1 } } });
    assert.deepEqual(
      podsOf([
        object("Service", { ports: [] }),
        object("Job", { template: {} }),
        object("Job", {}),
        crd,
        { ...crd, spec: undefined },
      ]),
      [],
    );
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

it("what serves is a workload that stays", () => {
  const kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod", "Service"];
  assert.deepEqual(
    kinds.filter((kind) => serves(object(kind, {}))),
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  );
  assert.deepEqual(
    containersOf(podsOf([object("Pod", spec)])[0]).map(({ name }) => name),
    ["app"],
  );
});
