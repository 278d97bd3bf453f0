// What follows from a change for pods and data, and what the API server refuses. Does not prove: that it does.
import { strict as assert } from "node:assert";
import { compare, type ObjectChange } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { consequences, isNoise } from "../../src/preview/consequences.ts";
import { deployment, NAMESPACE, simple } from "../support/objects.ts";

describe("what follows", () => {
  const after = (before: KubernetesObject[], fresh: KubernetesObject[]) =>
    compare(before, fresh, NAMESPACE).flatMap((change) =>
      consequences(change, fresh).map(({ kind, text }) => `${kind}: ${text}`),
    );
  const scaler = {
    ...simple("HorizontalPodAutoscaler", {
      spec: { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: deployment().metadata.name } },
    }),
    apiVersion: "autoscaling/v2",
  };
  const set = (spec: object) => ({
    ...simple("StatefulSet", { spec: { replicas: 1, ...spec } }),
    apiVersion: "apps/v1",
  });
  const refused = (path: string) =>
    `refused: ${path} cannot be changed: the API server refuses it and the update fails; delete the object first, or keep the field`;

  const cases: [string, KubernetesObject[], KubernetesObject[], string[]][] = [
    [
      "another image",
      [deployment()],
      [deployment((c) => Object.assign(c, { image: "b" }))],
      ["restart: its pods are replaced"],
    ],
    ["another number of pods", [deployment()], [deployment((_, spec) => Object.assign(spec, { replicas: 3 }))], []],
    [
      "an autoscaler in place of two pods",
      [deployment((_, spec) => Object.assign(spec, { replicas: 2 }))],
      [deployment((_, spec) => delete spec.replicas), scaler],
      ["kept: it keeps its 2 pods, until its autoscaler wants another number"],
    ],
    [
      "nothing in place of two pods",
      [deployment((_, spec) => Object.assign(spec, { replicas: 2 }))],
      [deployment((_, spec) => delete spec.replicas)],
      ["restart: it goes down to 1 pod"],
    ],
    ["an autoscaler in place of one pod", [deployment()], [deployment((_, spec) => delete spec.replicas)], []],
    [
      "another pod of a StatefulSet with one",
      [set({ template: { a: 1 } })],
      [set({ template: { a: 2 } })],
      ["restart: its pods are replaced, and nothing serves until the new one is ready"],
    ],
    [
      "a Deployment's selector",
      [deployment()],
      [deployment((_, spec) => Object.assign(spec, { selector: {} }))],
      [refused("spec.selector.matchLabels")],
    ],
    [
      "a StatefulSet's volume claims",
      [set({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 1 } }] })],
      [set({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 2 } }] })],
      [refused("spec.volumeClaimTemplates[data].spec.size")],
    ],
    [
      "a Service's address",
      [simple("Service", { spec: { clusterIP: "None" } })],
      [simple("Service", { spec: { clusterIP: "10.0.0.1" } })],
      [refused("spec.clusterIP")],
    ],
    [
      "a Service's first address",
      [simple("Service", { spec: {} })],
      [simple("Service", { spec: { clusterIP: "10.0.0.1" } })],
      [],
    ],
    [
      "a Job's pod",
      [simple("Job", { spec: { template: 1 } })],
      [simple("Job", { spec: { template: 2 } })],
      [refused("spec.template")],
    ],
    [
      "an immutable ConfigMap",
      [simple("ConfigMap", { immutable: true, data: { a: "1" } })],
      [simple("ConfigMap", { immutable: true, data: { a: "2" } })],
      [refused("data.a")],
    ],
    [
      "a volume that goes",
      [simple("PersistentVolumeClaim")],
      [],
      ["data: the volume and its data go with it, unless its StorageClass retains them"],
    ],
    [
      "an object that its policy keeps",
      [simple("PersistentVolumeClaim", {}, { annotations: { "helm.sh/resource-policy": "keep" } })],
      [],
      ["kept: stays in the cluster, as helm.sh/resource-policy says, and Helm forgets it"],
    ],
  ];
  for (const [what, before, fresh, expected] of cases) it(what, () => assert.deepEqual(after(before, fresh), expected));
});

describe("of single fields", () => {
  /** What follows where one field of a kind changes. */
  const of = (
    kind: string,
    path: string,
    more: Partial<ObjectChange> = {},
    values: object = { before: 1, after: 2 },
  ) => {
    const field = { path: path.split("."), ...values };
    const object = simple(kind);
    const change: ObjectChange = { what: "changed", before: object, after: object, fields: [field], hook: [], ...more };
    return consequences(change, []).map(({ kind, text }) => `${kind}: ${text}`);
  };
  const refused = (path: string) =>
    `refused: ${path} cannot be changed: the API server refuses it and the update fails; delete the object first, or keep the field`;

  const fixed: Record<string, string[]> = {
    Deployment: ["spec.selector", "spec.selector.matchLabels"],
    DaemonSet: ["spec.selector"],
    ReplicaSet: ["spec.selector"],
    StatefulSet: ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"],
    Job: ["spec.selector", "spec.template", "spec.completions", "spec.completionMode"],
    Service: ["spec.clusterIP", "spec.clusterIPs"],
    PersistentVolumeClaim: ["spec.storageClassName", "spec.accessModes"],
    Pod: ["spec.hostNetwork"],
    RoleBinding: ["roleRef"],
    ClusterRoleBinding: ["roleRef"],
    StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
    Secret: ["type"],
  };
  const free: Record<string, string[]> = {
    Deployment: ["spec.replicas", "selector.spec", "metadata.labels", "spec.selectors"],
    DaemonSet: ["spec.updateStrategy"],
    ReplicaSet: ["spec.template"],
    StatefulSet: [
      ...["spec.replicas", "spec.ordinals", "spec.updateStrategy", "spec.revisionHistoryLimit", "metadata.labels"],
      ...["spec.persistentVolumeClaimRetentionPolicy", "spec.minReadySeconds"],
    ],
    Job: ["spec.parallelism"],
    Service: ["spec.ports", "spec.type"],
    PersistentVolumeClaim: ["spec.resources.requests.storage", "spec.volumeAttributesClassName", "metadata.labels"],
    Pod: ["spec.activeDeadlineSeconds", "spec.tolerations", "spec.containers.image", "spec.initContainers"],
    RoleBinding: ["subjects"],
    ClusterRoleBinding: ["subjects"],
    StorageClass: ["allowVolumeExpansion"],
    Secret: ["data", "stringData"],
    ConfigMap: ["data"],
    Other: ["spec", "type"],
  };
  for (const [kind, paths] of Object.entries(fixed)) {
    for (const path of paths) it(`${kind} ${path} is refused`, () => assert.deepEqual(of(kind, path), [refused(path)]));
  }
  for (const [kind, paths] of Object.entries(free)) {
    for (const path of paths) it(`${kind} ${path} is not`, () => assert.deepEqual(of(kind, path), []));
  }

  it("nothing is refused of what was not there, but of a Service alone", () => {
    assert.deepEqual(of("Service", "spec.clusterIP", {}, { after: 2 }), []);
    assert.deepEqual(of("Secret", "type", {}, { after: 2 }), [refused("type")]);
  });

  it("what is immutable is refused in all of its data, where it is a ConfigMap or a Secret", () => {
    const immutable = (kind: string, path: string, value: unknown = true) =>
      of(kind, path, { before: simple(kind, { immutable: value }) });
    for (const kind of ["ConfigMap", "Secret"]) {
      for (const path of ["data", "data.a", "stringData", "binaryData", "immutable"]) {
        assert.deepEqual(immutable(kind, path), [refused(path)]);
        assert.deepEqual(immutable(kind, path, false), []);
      }
      assert.deepEqual(immutable(kind, "metadata.labels"), []);
    }
    assert.deepEqual(immutable("Other", "data"), []);
  });

  it("another pod is a restart, which nothing serves through where there is one pod, or Recreate", () => {
    const restart = (kind: string, spec: unknown, path = "spec.template.spec") =>
      of(kind, path, { after: simple(kind, { spec }) });
    const plain = ["restart: its pods are replaced"];
    const gap = ["restart: its pods are replaced, and nothing serves until the new one is ready"];
    assert.deepEqual(restart("Deployment", { replicas: 1 }), plain);
    assert.deepEqual(restart("Deployment", { strategy: { type: "Recreate" } }), gap);
    assert.deepEqual(restart("Deployment", { strategy: { type: "RollingUpdate" } }), plain);
    assert.deepEqual(restart("Deployment", undefined), plain);
    assert.deepEqual(restart("StatefulSet", { replicas: 1 }), gap);
    assert.deepEqual(restart("StatefulSet", {}), gap);
    assert.deepEqual(restart("StatefulSet", { replicas: 2, strategy: { type: "Recreate" } }), plain);
    assert.deepEqual(restart("DaemonSet", {}), plain);
    assert.deepEqual(restart("ReplicaSet", {}), []);
    const two = ["spec.replicas", "spec.template"].map((path) => ({ path: path.split("."), before: 1, after: 2 }));
    assert.deepEqual(of("DaemonSet", "", { fields: two }), plain);
    assert.deepEqual(restart("DaemonSet", {}, "spec.other"), []);
  });

  it("a number of pods that Helm takes away is one pod", () => {
    const down = ["restart: it goes down to 1 pod"];
    assert.deepEqual(of("Deployment", "spec.replicas", {}, { before: 2 }), down);
    assert.deepEqual(of("Deployment", "spec.replicas", {}, { before: 1 }), []);
    assert.deepEqual(of("Deployment", "spec.replicas", {}, { before: 3, after: 1 }), []);
    assert.deepEqual(of("Deployment", "spec.other", {}, { before: 3 }), []);
  });

  it("what is removed takes more with it, by its kind", () => {
    const removed = (kind: string, annotations?: object) => {
      const before = simple(kind, {}, { annotations });
      return consequences({ what: "removed", before, fields: [], hook: [] }, []).map(
        ({ kind, text }) => `${kind}: ${text}`,
      );
    };
    const cases: Record<string, string[]> = {
      PersistentVolumeClaim: ["data: the volume and its data go with it, unless its StorageClass retains them"],
      PersistentVolume: ["data: the volume goes with it, unless it is retained"],
      Namespace: ["data: everything in the namespace goes with it"],
      CustomResourceDefinition: ["data: every object of its kind goes with it"],
      Secret: ["data: its content is nowhere else"],
      StatefulSet: ["restart: its pods end; the volumes that it claimed stay"],
      Deployment: ["restart: its pods end"],
      DaemonSet: ["restart: its pods end"],
      Service: [],
    };
    for (const [kind, expected] of Object.entries(cases)) assert.deepEqual(removed(kind), expected, kind);
    assert.deepEqual(removed("Secret", { "helm.sh/resource-policy": "delete" }), cases.Secret);
    assert.deepEqual(removed("Service", { "helm.sh/resource-policy": "keep" }), [
      "kept: stays in the cluster, as helm.sh/resource-policy says, and Helm forgets it",
    ]);
  });

  it("nothing of what is added, or is a hook that changes", () => {
    assert.deepEqual(of("Secret", "type", { what: "added" }), []);
    assert.deepEqual(of("Secret", "type", { hook: ["test"] }), []);
  });

  it("of a hook that goes, that Helm leaves what it has made", () => {
    const gone = (hook: string[], policy?: string) => {
      const annotations = { "helm.sh/hook": hook.join(), ...(policy && { "helm.sh/hook-delete-policy": policy }) };
      const before = simple("Job", {}, { annotations });
      return consequences({ what: "removed", before, fields: [], hook }, []).map(
        ({ kind, text }) => `${kind}: ${text}`,
      );
    };
    const stays = "kept: no longer runs; its object stays in the cluster, and Helm forgets it";
    assert.deepEqual(gone(["pre-upgrade"]), [stays]);
    assert.deepEqual(gone(["pre-upgrade", "test"], "before-hook-creation"), [stays]);
    assert.deepEqual(gone(["pre-upgrade"], "before-hook-creation,hook-succeeded"), [
      "kept: no longer runs; its object is gone since it last succeeded",
    ]);
    assert.deepEqual(gone(["test", "test-success"]), [
      "kept: no longer runs; where `helm test` has made its object, that stays in the cluster, and Helm forgets it",
    ]);
  });
});

it("a chart's version and a checksum say nothing by themselves", () => {
  const cases: [path: string[], expected: boolean][] = [
    [["metadata", "labels", "helm.sh/chart"], true],
    [["metadata", "labels", "app.kubernetes.io/version"], true],
    [["metadata", "labels", "app.kubernetes.io/name"], false],
    [["metadata", "labels", "checksum/a"], false],
    [["metadata", "annotations", "checksum/a"], true],
    [["metadata", "annotations", "a/checksum/"], false],
    [["metadata", "annotations", "helm.sh/chart"], false],
    [["data", "helm.sh/chart"], false],
    [["data", "checksum/a"], false],
    [["spec"], false],
  ];
  for (const [path, expected] of cases) assert.equal(isNoise(path), expected, path.join());
});
