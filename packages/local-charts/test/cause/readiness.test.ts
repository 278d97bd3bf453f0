// What an update waits for, and how long it took. Does not prove: that a cluster counts pods like this.
import { strict as assert } from "node:assert";
import { readyLines, waitingFor } from "../../src/cause/readiness.ts";
import type { LiveObject } from "../../src/cause/situation.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const rendered = (kind: string) => [{ apiVersion: "apps/v1", kind, metadata: { name: "web" } }] as KubernetesObject[];
const live = (kind: string, spec: object, status: object): LiveObject => ({
  ...{ kind, spec: spec as never, status: { observedGeneration: 2, ...status } },
  metadata: { name: "web", uid: "w", generation: 2 },
});
const pod = (name: string, conditions: object[], containerStatuses: object[] = []): LiveObject => ({
  kind: "Pod",
  metadata: {
    ...{ name, uid: name, creationTimestamp: at(0) },
    ownerReferences: [{ kind: "StatefulSet", name: "web", uid: "w", controller: true }],
  },
  status: { conditions, containerStatuses },
});
const line = (kind: string, ...objects: LiveObject[]) =>
  waitingFor({ rendered: rendered(kind), objects }, new Date(at(12))).join("\n");

describe("an update waits for", () => {
  it("a Deployment until all pods are of the last revision, available, and the old ones gone", () => {
    const is = (status: object) => line("Deployment", live("Deployment", { replicas: 2 }, status));
    assert.equal(is({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), "");
    assert.equal(is({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }), "web: 1/2 pods ready");
    assert.equal(is({ replicas: 3, updatedReplicas: 1, availableReplicas: 2 }), "web: 0/2 pods ready");
    assert.equal(is({ replicas: 3, updatedReplicas: 2, availableReplicas: 3 }), "web: 2/2 pods ready");
  });

  it("the controller to have seen the change", () => {
    const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    assert.equal(line("Deployment", live("Deployment", { replicas: 1 }, status)), "web: 0/1 pods ready");
  });

  it("a StatefulSet, whose pods it names with what they do", () => {
    const set = live("StatefulSet", { replicas: 1 }, { updatedReplicas: 1 });
    const scheduled = { type: "PodScheduled", status: "True" };
    const starting = pod("web-0", [scheduled], [{ state: { running: {} } }]);
    assert.equal(line("StatefulSet", set, starting), "web: 0/1 pods ready, web-0 starting 12 s");
    assert.equal(line("StatefulSet", set, pod("web-0", [])), "web: 0/1 pods ready, web-0 waits for a node 12 s");
    const crashed = pod("web-0", [scheduled], [{ state: { waiting: { reason: "CrashLoopBackOff" } } }]);
    assert.match(line("StatefulSet", set, crashed), /web-0 CrashLoopBackOff 12 s$/);
  });

  it("a DaemonSet, a Job and a pod of the chart's own", () => {
    const daemons = live("DaemonSet", {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 });
    assert.equal(line("DaemonSet", daemons), "web: 1/2 pods ready");
    assert.equal(line("Job", live("Job", { completions: 2 }, { succeeded: 1 })), "web: 1/2 done");
    assert.equal(line("Job", live("Job", {}, { succeeded: 1 })), "");
  });

  it("what is not there, and no Service but one that is to get an address", () => {
    assert.equal(line("Deployment"), "Deployment web is not there");
    assert.equal(line("Service", live("Service", { type: "ClusterIP" }, {})), "");
    assert.match(line("Service", live("Service", { type: "LoadBalancer" }, {})), /no address of a load balancer/);
  });

  it("no hook: Helm waits for those", () => {
    const hook = rendered("Job").map((object) => ({
      ...object,
      metadata: { name: "web", annotations: { "helm.sh/hook": "test" } },
    }));
    assert.deepEqual(waitingFor({ rendered: hook, objects: [] }, new Date()), []);
  });
});

describe("after the wait", () => {
  it("each new pod's time is said, and what took most of it", () => {
    const conditions = [
      { type: "PodScheduled", status: "True", lastTransitionTime: at(5) },
      { type: "Ready", status: "True", lastTransitionTime: at(21) },
    ];
    const ready = pod("web-0", conditions, [{ state: { running: { startedAt: at(13) } } }]);
    const events = [
      {
        ...{
          type: "Normal",
          reason: "Pulled",
          message: 'Successfully pulled image "a" in 7.5s (7.5s including waiting)',
        },
        ...{ involvedObject: { kind: "Pod", name: "web-0", uid: "web-0" }, metadata: { name: "e" } },
      },
    ];
    const known = { rendered: rendered("StatefulSet"), objects: [live("StatefulSet", {}, {}), ready], events };
    assert.deepEqual(readyLines(known, new Date(at(0))), [
      "web-0 was ready after 21 s: 5 s for a node, 7.5s for its image, 8 s from its start",
    ]);
    assert.deepEqual(readyLines(known, new Date(at(60))), []);
  });
});
