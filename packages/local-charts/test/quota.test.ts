// What objects take at most, and what a quota makes of it. Does not prove: that the cluster counts as this does.
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../src/kubernetes/object.ts";
import { hardLimits, peak, quotaProblems } from "../src/quota.ts";

const GIB = 2 ** 30;
const containers = [{ name: "a", resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } } }];
const object = (kind: string, name: string, spec: object) => ({ apiVersion: "", kind, metadata: { name }, spec });
const template = { spec: { containers } };

describe("the most that objects take", () => {
  it("counts the pods that an autoscaler may make, and the largest of what passes", () => {
    const scaler = { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "a" } };
    const strategy = { rollingUpdate: { maxSurge: 1 } };
    const rolling = [object("Deployment", "a", { template, strategy }), object("HorizontalPodAutoscaler", "a", scaler)];
    assert.deepEqual(peak(rolling), { cpu: 6, memory: 6 * GIB, storage: 0 });
    const recreate = { type: "Recreate" };
    const still = [object("Deployment", "a", { template, strategy: recreate }), object("Job", "b", { template })];
    assert.deepEqual(peak(still), { cpu: 2, memory: 2 * GIB, storage: 0 });
  });

  it("rounds a surge in percent up, and takes 25% where nothing is said", () => {
    const replicas = 5;
    for (const [strategy, surge] of [
      [undefined, 2],
      [{ rollingUpdate: { maxSurge: "50%" } }, 3],
      [{ rollingUpdate: { maxSurge: 0 } }, -2],
    ] as const) {
      const { cpu } = peak([object("Deployment", "a", { template, replicas, strategy })]);
      // Beside those that are added, two that are still ending.
      assert.equal(cpu, replicas + surge + 2, JSON.stringify(strategy));
    }
  });
});

describe("the pods that count", () => {
  const pod = (spec: object = {}) => ({ spec: { containers, ...spec } });
  const more = { name: "b", resources: { requests: { cpu: "3" }, limits: { memory: "2Gi" } } };
  const claim = (storage?: unknown) => ({ spec: { resources: { requests: { storage } } } });
  const hook = (made: ReturnType<typeof object>) => ({
    ...made,
    metadata: { ...made.metadata, annotations: { "helm.sh/hook": "test" } },
  });
  const still = (name = "a", rest: object = {}) =>
    object("Deployment", name, { template, strategy: { type: "Recreate" }, ...rest });
  const cases: [what: string, objects: object[], cpu: number, gib: number, storage: number][] = [
    ["none", [], 0, 0, 0],
    ...["StatefulSet", "DaemonSet", "ReplicaSet"].map((kind): [string, object[], number, number, number] => [
      `${kind}: all the time, with nothing beside it`,
      [object(kind, "a", { template, replicas: 2 }), object("Job", "b", { template })],
      ...([3, 3, 0] as const),
    ]),
    ["a pod, and a Job beside it", [object("Pod", "a", { containers }), object("Job", "b", { template })], 2, 2, 0],
    ["a hook, which passes", [hook(object("Pod", "a", { containers })), object("Job", "b", { template })], 1, 1, 0],
    [
      "Jobs one by one",
      [object("Job", "a", { template }), object("Job", "b", { template: { spec: { containers: [more] } } })],
      3,
      2,
      0,
    ],
    ["a CronJob's", [object("CronJob", "a", { jobTemplate: { spec: { template } } })], 1, 1, 0],
    [
      "a CronJob's beside a Job, as its time may come meanwhile",
      [object("CronJob", "a", { jobTemplate: { spec: { template } } }), object("Job", "b", { template })],
      2,
      2,
      0,
    ],
    ["containers together", [still("a", { template: pod({ containers: [...containers, more] }) })], 4, 3, 0],
    ["init containers one by one", [still("a", { template: pod({ initContainers: [more, containers[0]] }) })], 3, 2, 0],
    [
      "a small init container not",
      [still("a", { template: pod({ containers: [more], initContainers: [containers[0]] }) })],
      3,
      2,
      0,
    ],
    [
      "a sidecar with the others",
      [still("a", { template: pod({ initContainers: [{ ...more, restartPolicy: "Always" }] }) })],
      4,
      3,
      0,
    ],
    [
      "what says nothing as nothing",
      [still("a", { template: pod({ containers: [{ name: "a" }, { name: "b", resources: {} }] }) })],
      0,
      0,
      0,
    ],
    ["a rolling Deployment with two that end", [object("Deployment", "a", { template, replicas: 4 })], 7, 7, 0],
    ["a rolling Deployment of one with one that ends", [object("Deployment", "a", { template })], 3, 3, 0],
    [
      "a Deployment that adds none as it is",
      [object("Deployment", "a", { template, replicas: 4, strategy: { rollingUpdate: { maxSurge: 0 } } })],
      4,
      4,
      0,
    ],
    [
      "a surge by a number",
      [object("Deployment", "a", { template, replicas: 4, strategy: { rollingUpdate: { maxSurge: 3 } } })],
      9,
      9,
      0,
    ],
    [
      "a surge that cannot be read as none",
      [object("Deployment", "a", { template, strategy: { rollingUpdate: { maxSurge: "many" } } })],
      1,
      1,
      0,
    ],
    [
      "claims",
      [object("PersistentVolumeClaim", "a", claim("2Gi").spec), object("Service", "a", claim("9Gi").spec)],
      0,
      0,
      2,
    ],
    [
      "claims of each pod",
      [object("StatefulSet", "a", { template, replicas: 3, volumeClaimTemplates: [claim("1Gi"), claim("2Gi")] })],
      3,
      3,
      9,
    ],
    [
      "claims of nothing",
      [
        object("StatefulSet", "a", {
          template,
          volumeClaimTemplates: [claim(), {}, { spec: {} }, { spec: { resources: {} } }],
        }),
      ],
      1,
      1,
      0,
    ],
    ["a claim without a spec", [{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "a" } }], 0, 0, 0],
    [
      "a Pod without amounts",
      [{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { containers: [{ name: "a" }] } }],
      0,
      0,
      0,
    ],
    [
      "what an autoscaler may make",
      [
        still("a", { replicas: 1 }),
        object("HorizontalPodAutoscaler", "x", { maxReplicas: 5, scaleTargetRef: { kind: "Deployment", name: "a" } }),
      ],
      5,
      5,
      0,
    ],
    [
      "not what another's autoscaler may make",
      [
        still("a", { replicas: 2 }),
        object("HorizontalPodAutoscaler", "x", { maxReplicas: 5, scaleTargetRef: { kind: "Deployment", name: "b" } }),
        object("HorizontalPodAutoscaler", "y", { maxReplicas: 5, scaleTargetRef: { kind: "StatefulSet", name: "a" } }),
        object("X", "z", { maxReplicas: 5, scaleTargetRef: { kind: "Deployment", name: "a" } }),
        { apiVersion: "", kind: "HorizontalPodAutoscaler", metadata: { name: "w" } },
      ],
      ...([2, 2, 0] as const),
    ],
  ];
  for (const [what, objects, cpu, gib, storage] of cases) {
    it(what, () => {
      assert.deepEqual(peak(objects as KubernetesObject[]), { cpu, memory: gib * GIB, storage: storage * GIB });
    });
  }
});

describe("the quota", () => {
  it("is what the settings say, as a ResourceQuota counts", () => {
    const hard = { "requests.cpu": "500m", "limits.memory": "3Gi", "requests.storage": "10Gi" };
    assert.deepEqual(hardLimits({ cpu: "500m", memory: "3Gi", storageGiB: 10 }), hard);
  });

  const web = (...objects: object[]) => [
    { chart: "./web", release: "web", namespace: "n", objects: objects as KubernetesObject[] },
  ];
  const job = object("Job", "a", { template });
  const scaler = object("HorizontalPodAutoscaler", "x", {
    maxReplicas: 5,
    scaleTargetRef: { kind: "Deployment", name: "x" },
  });
  const claim = object("PersistentVolumeClaim", "b", { resources: { requests: { storage: "1.5Gi" } } });
  const small = (needed: string | number, found: string | number, pods = "replicas") =>
    `expected at least ${needed}, which this environment takes during a rollout, found ${found}; raise it, or lower ${pods} or resources`;

  it("is refused, each part that is too small", () => {
    assert.deepEqual(quotaProblems({ cpu: "999m", memory: "1023.5Mi", storageGiB: 1 }, web(job, claim)), [
      { part: "cpu", text: small("1000m", "999m") },
      { part: "memory", text: small("1024Mi", "1024Mi") },
      { part: "storageGiB", text: small(2, 1) },
    ]);
    assert.deepEqual(quotaProblems({ memory: "512Mi" }, web(job, claim, scaler)), [
      { part: "memory", text: small("1024Mi", "512Mi", "maxReplicas, replicas") },
    ]);
  });

  it("is not refused where it is just enough, or not given", () => {
    assert.deepEqual(quotaProblems({ cpu: "1", memory: "1Gi", storageGiB: 2 }, web(job, claim)), []);
    assert.deepEqual(quotaProblems({}, web(job, claim)), []);
    const thirds = ["0.1", "0.2"].map((cpu, index) => ({ name: `c${index}`, resources: { requests: { cpu } } }));
    assert.deepEqual(
      quotaProblems({ cpu: "0.3" }, web(object("Job", "a", { template: { spec: { containers: thirds } } }))),
      [],
    );
  });

  it("is refused where it is no quantity", () => {
    assert.deepEqual(quotaProblems({ cpu: "many" }, web(job)), [
      { part: "cpu", text: 'expected a quantity, found "many"; write it as 2 or 4Gi' },
    ]);
  });

  it("is not refused for amounts that are not given", () => {
    const none = {
      spec: {
        containers: [
          { name: "a" },
          { name: "b", resources: {} },
          { name: "c", resources: { requests: {}, limits: {} } },
        ],
      },
    };
    assert.deepEqual(quotaProblems({ cpu: "1" }, web(object("Job", "a", { template: none }))), []);
  });
});
