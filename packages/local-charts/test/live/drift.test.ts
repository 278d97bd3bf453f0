// What of a live object is not as the chart has it, and whose doing that is.
// Does not prove: that an API server keeps its managers down like this (test/e2e/healing.test.ts of the repository).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { asLive, driftLines, stays } from "../../src/live/as-live.ts";
import { driftOf, NOTED } from "../../src/live/drift.ts";

type Container = Record<string, unknown>;

const object = (container: Container, more: object = {}, metadata: object = {}): KubernetesObject => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment" },
  metadata: { name: "web", ...metadata } as KubernetesObject["metadata"],
  spec: { replicas: 1, template: { spec: { containers: [{ name: "web", image: "web:1", ...container }] } }, ...more },
});
const said = object({});
const ENV = { env: [{ name: "X", value: "1" }] };
/** Fields of the container that a manager has set. */
const inContainer = (manager: string, fields: object) => ({
  ...{ manager, operation: "Update" },
  fieldsV1: { "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': fields } } } } },
});
const X = { "f:env": { 'k:{"name":"X"}': { ".": {}, "f:name": {}, "f:value": {} } } };
const found = (live: KubernetesObject) => driftOf(said, live).map(({ path, why, by }) => [path.join("."), why, by]);

describe("a live object", () => {
  it("that is as the chart has it has no drift, whatever the API server and its controllers add", () => {
    const managedFields = [
      { manager: "kube-controller-manager", operation: "Update", fieldsV1: { "f:spec": { "f:x": {} } } },
    ];
    const annotations = {
      ...{ "meta.helm.sh/release-name": "web", "deployment.kubernetes.io/revision": "3" },
      "deprecated.daemonset.template.generation": "2",
    };
    const added = { x: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 };
    const live = {
      ...object({ terminationMessagePath: "/dev/termination-log" }, added, { annotations, managedFields }),
      status: { replicas: 1 },
    };
    assert.deepEqual(driftOf(said, live), []);
  });

  it("has drift where a field of the chart has another value", () => {
    const managedFields = [
      { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    ];
    assert.deepEqual(found(object({}, { replicas: 3 }, { managedFields })), [
      ["spec.replicas", "changed", ["kubectl-edit"]],
    ]);
    assert.deepEqual(found(object({ image: "web:2" })), [["spec.template.spec.containers.[web].image", "changed", []]]);
  });

  it("has none where a controller has set it: an autoscaler, say", () => {
    const managedFields = [
      {
        manager: "kube-controller-manager",
        operation: "Update",
        subresource: "scale",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
      },
    ];
    assert.deepEqual(found(object({}, { replicas: 3 }, { managedFields })), []);
  });

  it("has what somebody added, and what Helm left when an update failed", () => {
    const path = "spec.template.spec.containers.[web].env";
    assert.deepEqual(found(object(ENV, {}, { managedFields: [inContainer("kubectl-set", X)] })), [
      [path, "changed", ["kubectl-set"]],
    ]);
    assert.deepEqual(found(object(ENV, {}, { managedFields: [inContainer("pulumi-resource-kubernetes", X)] })), [
      [path, "left", []],
    ]);
  });

  it("has no drift by a restart", () => {
    const annotations = { "kubectl.kubernetes.io/restartedAt": "2026" };
    const template = { metadata: { annotations }, spec: { containers: [{ name: "web", image: "web:1" }] } };
    const fieldsV1 = { "f:spec": { "f:template": { "f:metadata": { "f:annotations": {} } } } };
    const managedFields = [{ manager: "kubectl-rollout", operation: "Update", fieldsV1 }];
    assert.deepEqual(found(object({}, { template }, { managedFields })), []);
  });

  it("has no drift by what a program notes of its surroundings, and by any other annotation one", () => {
    const namespace = (annotations: Record<string, string>) => ({
      ...{ apiVersion: "v1", kind: "Namespace" },
      metadata: {
        ...{ name: "shop", annotations },
        managedFields: [
          { manager: "kubectl-annotate", operation: "Update", fieldsV1: { "f:metadata": { "f:annotations": {} } } },
        ],
      },
    });
    const plain = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    assert.deepEqual(driftOf(plain, namespace({ [`${NOTED}tried`]: "yes" })), []);
    assert.equal(driftOf(plain, namespace({ tried: "yes" })).length, 1);
  });

  it("has no drift in a Secret whose texts are kept as base64", () => {
    const metadata = { name: "keys" };
    const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData: { A: "b" } };
    assert.deepEqual(driftOf(secret, { apiVersion: "v1", kind: "Secret", metadata, data: { A: "Yg==" } }), []);
    assert.equal(driftOf(secret, { apiVersion: "v1", kind: "Secret", metadata, data: { A: "Yw==" } }).length, 1);
  });
});

describe("what an update would find", () => {
  const managedFields = [inContainer("kubectl-set", X)];
  const live = object({ image: "web:2", ...ENV }, {}, { managedFields });
  const drifted = [{ object: said, live, drift: driftOf(said, live) }];

  it("is Helm's record with what it puts right as it is now, and without what is gone", () => {
    const other = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
    const [now, ...more] = asLive([said, other], { missing: [other], drifted }, "shop");
    assert.deepEqual([now, more], [object({ image: "web:2" }), []]);
    assert.deepEqual(said, object({}), "the record itself was changed");
  });

  it("keeps what somebody added, which is said in a line", () => {
    assert.deepEqual(driftLines(drifted, "shop", stays), [
      'Deployment web: spec.template.spec.containers[web].env is [{"name":"X","value":"1"}], and nothing by the chart (kubectl-set)',
    ]);
  });
});
