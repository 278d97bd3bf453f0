// What `make up` waits for, decided from what the API server says of the cluster's objects.
// Does not prove: that the API server says these things at these moments; test/e2e sees that.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { addresses } from "../../../ops/readiness/addresses.ts";
import type { ClusterObject } from "../../../ops/readiness/cluster-object.ts";
import { unready } from "../../../ops/readiness/unready.ts";

const nodeStart = new Date("2026-11-21T12:00:00.500Z");
const afterwards = "2026-11-21T12:00:09Z";
const before = "2026-11-21T11:00:00Z";

type Container = NonNullable<NonNullable<ClusterObject["status"]>["containerStatuses"]>[number];
const running = (startedAt = afterwards, ready = true): Container => ({
  name: "main",
  ready,
  state: { running: { startedAt } },
});

function workload(kind: string, name: string, namespace: string, status: object = {}): ClusterObject {
  const counts =
    kind === "DaemonSet"
      ? { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 }
      : { updatedReplicas: 1, readyReplicas: 1 };
  const metadata = { name, namespace, generation: 3 };
  return { kind, metadata, spec: { replicas: 1 }, status: { observedGeneration: 3, ...counts, ...status } };
}

function pod(
  name: string,
  namespace: string,
  owner: [string, string] | undefined,
  container = running(),
): ClusterObject {
  const ownerReferences = owner && [{ kind: owner[0], name: owner[1], controller: true }];
  const status = container.ready ? "True" : "False";
  const over: Container = { name: "init", ready: true, state: { terminated: { reason: "Completed", exitCode: 0 } } };
  return {
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name }, ownerReferences },
    spec: {},
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status }],
      initContainerStatuses: [over],
      containerStatuses: [container],
    },
  };
}

/** A cluster with everything in it, the pods of the backend and of CoreDNS as given. */
const cluster = (backend = running(), dns = running(), status = {}): ClusterObject[] => [
  workload("Deployment", "todo-backend-dev", "todo-dev", status),
  pod("todo-backend-dev-7f-x", "todo-dev", ["ReplicaSet", "todo-backend-dev-7f"], backend),
  workload("StatefulSet", "todo-postgres-dev", "todo-dev"),
  pod("todo-postgres-dev-0", "todo-dev", ["StatefulSet", "todo-postgres-dev"]),
  workload("Deployment", "coredns", "kube-system"),
  pod("coredns-5d-y", "kube-system", ["ReplicaSet", "coredns-5d"], dns),
  workload("DaemonSet", "kube-proxy", "kube-system"),
  pod("kube-proxy-z", "kube-system", ["DaemonSet", "kube-proxy"]),
  pod("kube-apiserver-todo", "kube-system", ["Node", "todo"]),
];

describe("what is not ready", () => {
  it("is nothing where all runs", () => assert.deepEqual(unready(cluster(), "todo-dev", nodeStart), []));

  const waiting = (reason: string, message: string): Container => ({
    name: "main",
    ready: false,
    state: { waiting: { reason, message } },
  });
  const backend = "Deployment todo-backend-dev: 0 of 1 pods ready; pod todo-backend-dev-7f-x";
  const none = { readyReplicas: 0 };
  const cases: [string, ClusterObject[], string[]][] = [
    [
      "a pod that the API server calls ready, of before the node's start",
      cluster(running(before)),
      [`${backend}: container main: not started again since the node was`],
    ],
    [
      "a container that waits",
      cluster(waiting("CrashLoopBackOff", "back-off 10s"), running(), none),
      [`${backend}: container main: CrashLoopBackOff (back-off 10s)`],
    ],
    [
      "a container that ended",
      cluster(
        { name: "main", ready: false, state: { terminated: { reason: "OOMKilled", exitCode: 137 } } },
        running(),
        none,
      ),
      [`${backend}: container main: OOMKilled, exit code 137`],
    ],
    [
      "how often a container was started again, and how its last run ended",
      cluster(
        {
          ...waiting("CrashLoopBackOff", "back-off 40s"),
          restartCount: 3,
          lastState: { terminated: { reason: "Error", exitCode: 1 } },
        },
        running(),
        none,
      ),
      [
        `${backend}: container main: CrashLoopBackOff (back-off 40s), restarted 3 times, its last run ended: Error, exit code 1`,
      ],
    ],
    [
      "a service that ended as if it had done its work",
      cluster(
        { name: "main", ready: false, state: { terminated: { reason: "Completed", exitCode: 0 } } },
        running(),
        none,
      ),
      [`${backend}: container main: Completed, exit code 0, though it has to go on running`],
    ],
    [
      "a container that has not started",
      cluster({ ...running(afterwards, false), started: false }, running(), none),
      [`${backend}: container main: runs, but is not ready (its startup probe has not passed yet)`],
    ],
    [
      "a container whose probes have not passed",
      cluster(running(afterwards, false), running(), none),
      [`${backend}: container main: runs, but is not ready (its probes have not passed yet)`],
    ],
    [
      "a change that its controller has not seen",
      cluster(running(), running(), { observedGeneration: 2 }),
      ["Deployment todo-backend-dev: 1 of 1 pods ready, 0 of them updated"],
    ],
    [
      "a change that has not reached the pods",
      cluster(running(), running(), { updatedReplicas: 0 }),
      ["Deployment todo-backend-dev: 1 of 1 pods ready, 0 of them updated"],
    ],
    [
      "DNS",
      cluster(running(), running(before)),
      ["Deployment coredns: 0 of 1 pods ready; pod coredns-5d-y: container main: not started again since the node was"],
    ],
    [
      "a DaemonSet's pod",
      cluster().map((each) =>
        each.kind === "DaemonSet" ? workload("DaemonSet", "kube-proxy", "kube-system", { numberReady: 0 }) : each,
      ),
      ["DaemonSet kube-proxy: 0 of 1 pods ready"],
    ],
    [
      "the control plane",
      cluster().map((each) =>
        each.metadata.name === "kube-apiserver-todo"
          ? pod("kube-apiserver-todo", "kube-system", ["Node", "todo"], running(before))
          : each,
      ),
      ["pod kube-apiserver-todo: container main: not started again since the node was"],
    ],
  ];
  for (const [title, objects, expected] of cases) {
    it(`names ${title}`, () => assert.deepEqual(unready(objects, "todo-dev", nodeStart), expected));
  }

  it("names a pod that finds no node, and one whose init container waits", () => {
    const objects = cluster(running(), running(), none);
    const status = objects[1].status as NonNullable<ClusterObject["status"]>;
    Object.assign(status, {
      initContainerStatuses: [waiting("CreateContainerConfigError", 'secret "x" not found')],
      containerStatuses: [waiting("PodInitializing", "")],
      conditions: [],
    });
    assert.deepEqual(unready(objects, "todo-dev", nodeStart), [
      `${backend}: container main: CreateContainerConfigError (secret "x" not found)`,
    ]);
    status.conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "Insufficient cpu" },
    ];
    assert.deepEqual(unready(objects, "todo-dev", nodeStart), [`${backend}: Unschedulable (Insufficient cpu)`]);
  });

  it("is none of what belongs to others, is over, or is being removed", () => {
    const broken = running(before, false);
    const leaving = pod("todo-backend-dev-6e-x", "todo-dev", ["ReplicaSet", "todo-backend-dev-6e"], broken);
    leaving.metadata.deletionTimestamp = afterwards;
    const others = [
      leaving,
      workload("Deployment", "todo-backend-prod", "todo-prod", none),
      workload("DaemonSet", "agent", "monitoring", { numberReady: 0 }),
      workload("Deployment", "metrics-server", "kube-system", none),
      pod("metrics-server-1-x", "kube-system", ["ReplicaSet", "metrics-server-1"], broken),
      pod("todo-backend-dev-migration-x", "todo-dev", ["Job", "todo-backend-dev-migration"], broken),
      pod("todo-backend-dev-test", "todo-dev", undefined, broken),
    ];
    assert.deepEqual(unready([...cluster(), ...others], "todo-dev", nodeStart), []);
  });
});

it("what is not ready includes what a quota refuses", () => {
  const message = 'pods "x" is forbidden: exceeded quota';
  const conditions = [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }];
  const objects = cluster(running(), running(), { readyReplicas: 0, conditions }).filter(
    ({ metadata }) => metadata.name !== "todo-backend-dev-7f-x",
  );
  const line = `Deployment todo-backend-dev: 0 of 1 pods ready; ${message}`;
  assert.deepEqual(unready(objects, "todo-dev", nodeStart), [line]);
});

describe("the Services that have to answer", () => {
  const service = (name: string, namespace: string, app: string, spec: object = {}): ClusterObject => ({
    kind: "Service",
    metadata: { name, namespace },
    spec: { clusterIP: "10.96.0.9", selector: { app }, ports: [{ port: 80 }], ...spec },
  });

  it("are the namespace's and DNS, by TCP, where they have pods", () => {
    const objects = [
      ...cluster(),
      pod("todo-backend-prod-1-x", "todo-prod", ["ReplicaSet", "todo-backend-prod-1"]),
      service("backend", "todo-dev", "todo-backend-dev-7f-x"),
      service("kube-dns", "kube-system", "coredns-5d-y", {
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      }),
      service("headless", "todo-dev", "todo-backend-dev-7f-x", { clusterIP: "None" }),
      service("scaled-to-zero", "todo-dev", "nothing"),
      service("elsewhere", "todo-prod", "todo-backend-prod-1-x"),
      service("by-hand", "todo-dev", "", { selector: undefined }),
    ];
    assert.deepEqual(addresses(objects, "todo-dev"), [
      { service: "backend", host: "10.96.0.9", port: 80 },
      { service: "kube-dns", host: "10.96.0.9", port: 53 },
    ]);
  });
});
