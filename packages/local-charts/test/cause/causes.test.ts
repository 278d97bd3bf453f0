// Why pods are not ready, of what the API server says of them.
// Does not prove: that a cluster says it in these words (test/e2e/causes.test.ts of the repository, and what it has recorded).
import { strict as assert } from "node:assert";
import { causesOf, questionsOf } from "../../src/cause/causes.ts";
import type { LiveEvent, LiveObject, Situation } from "../../src/cause/situation.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";

const POD = "web-6d5f9-x2x1y";
const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } } as KubernetesObject;
const hook = {
  ...{ apiVersion: "batch/v1", kind: "Job" },
  metadata: { name: "migration", annotations: { "helm.sh/hook": "pre-upgrade" } },
} as KubernetesObject;
const owner = (kind: string, name: string) => [{ kind, name, uid: `${kind}-${name}`, controller: true }];
const deployment: LiveObject = { kind: "Deployment", metadata: { name: "web", uid: "Deployment-web" } };
const replicaSet: LiveObject = {
  kind: "ReplicaSet",
  metadata: { name: "web-6d5f9", uid: "ReplicaSet-web-6d5f9", ownerReferences: owner("Deployment", "web") },
};
const job: LiveObject = { kind: "Job", metadata: { name: "migration", uid: "Job-migration" } };

/** A pod of the Deployment with one container in this state. */
function pod(container: object, { image = "ghcr.io/acme/web:1", ...more }: Record<string, unknown> = {}): LiveObject {
  const spec = { containers: [{ name: "web", image, ports: [{ name: "http", containerPort: 80 }], ...more }] };
  const metadata = { name: POD, uid: "pod", ownerReferences: owner("ReplicaSet", "web-6d5f9") };
  return { kind: "Pod", metadata, spec, status: { containerStatuses: [{ name: "web", ...container }] } };
}

const unscheduled = (message: string): LiveObject => ({
  ...pod({}, { resources: { requests: { cpu: "4" } } }),
  status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
});
const waiting = (reason: string, message = "") => ({ state: { waiting: { reason, message } } });
const event = (reason: string, message: string, uid = "pod"): LiveEvent => ({
  ...{ type: "Warning", reason, message, metadata: { name: "e" } },
  involvedObject: { kind: "", name: "", uid },
});

function situation(objects: LiveObject[], more: Partial<Situation> = {}): Situation {
  return {
    ...{ context: "lab", namespace: "shop", release: "web", rendered: [web, hook] },
    objects: [deployment, replicaSet, job, ...objects],
    ...{ events: [], logs: new Map(), answers: new Map() },
    ...more,
  };
}

/** A state, and of its cause: kind, how long it may last, and what of its sentence and its fix matters. */
type Case = [kind: string, after: number | undefined, words: RegExp, of: Situation];

const log = (text: string) => new Map([[`${POD}/web`, text]]);
const ended = (exitCode: number, reason = "Error") => ({
  ...{ restartCount: 1, ...waiting("CrashLoopBackOff") },
  lastState: { terminated: { exitCode, reason } },
});
const pull = (why: string) =>
  situation([pod(waiting("ImagePullBackOff"))], {
    events: [event("Failed", `Failed to pull image "ghcr.io/acme/web:1": failed to pull and unpack image: ${why}`)],
  });
const refused = (message: string) =>
  situation([], { events: [event("FailedCreate", message, "ReplicaSet-web-6d5f9")] });
const answered = (status: number, text: string) =>
  situation([pod({ state: { running: {} } })], { answers: new Map([[POD, { path: "/ready", status, text }]]) });

const cases: Case[] = [
  ["image-not-found", 3, /none of this name and tag; correct its repository/, pull("not found")],
  ["image-refused", 3, /refuses it; .*imagePullSecrets/, pull("401 Unauthorized")],
  ["registry-unreachable", undefined, /goes on trying/, pull("dial tcp: i/o timeout")],
  ["architecture", 3, /not made for the node/, pull("no match for platform in manifest")],
  ["image-name", 3, /no name of an image/, situation([pod(waiting("InvalidImageName"))])],
  [
    "image-not-loaded",
    10,
    /localhost\/web:1, which its node does not have .*; `load localhost\/web:1`/,
    situation([pod(waiting("ErrImagePull"), { image: "localhost/web:1" })]),
  ],
  [
    "secret-missing",
    10,
    /Secret shop-keys, which is not there; make it/,
    situation([pod(waiting("CreateContainerConfigError", 'secret "shop-keys" not found'))]),
  ],
  [
    "configmap-missing",
    10,
    /ConfigMap colours, which is not there/,
    situation([pod(waiting("CreateContainerConfigError", 'configmap "colours" not found'))]),
  ],
  [
    "key-missing",
    10,
    /key API_KEY of Secret shop-keys, which has no such key; .*describe secret shop-keys`/,
    situation([pod(waiting("CreateContainerConfigError", "couldn't find key API_KEY in Secret shop/shop-keys"))]),
  ],
  [
    "runs-as-root",
    10,
    /may not run as root.*runAsUser/,
    situation([pod(waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"))]),
  ],
  [
    "command-not-found",
    10,
    /no such command/,
    situation([pod(waiting("RunContainerError", 'exec: "nosuch": executable file not found in $PATH'))]),
  ],
  [
    "architecture",
    10,
    /another platform/,
    situation([pod(waiting("RunContainerError", "exec /app: exec format error"))]),
  ],
  ["crash", 10, /ended with 1, 2 times so far; .* --previous`/, situation([pod(ended(1))], { logs: log("boom") })],
  ["crash", 10, /ended with 0, though it has to go on running/, situation([pod(ended(0, "Completed"))])],
  [
    "out-of-memory",
    10,
    /more memory than it may \(64Mi\).*above 64Mi/,
    situation([pod(ended(137, "OOMKilled"), { resources: { limits: { memory: "64Mi" } } })]),
  ],
  [
    "killed-by-probe",
    10,
    /did not pass its liveness probe/,
    situation([pod(ended(137))], {
      events: [{ ...event("Killing", "Container web failed liveness probe, will be restarted"), type: "Normal" }],
    }),
  ],
  [
    "database-unreachable",
    10,
    /nothing answers at the address/,
    situation([pod(ended(1))], { logs: log("connect ECONNREFUSED 10.0.0.1:5432") }),
  ],
  [
    "database-password",
    10,
    /refuses its user or password/,
    situation([pod(ended(1))], { logs: log('FATAL: password authentication failed for user "shop"') }),
  ],
  [
    "migration",
    10,
    /schema of the database/,
    situation([pod(ended(1))], { logs: log("alembic.util.exc.CommandError: Can't locate revision identified by 'x'") }),
  ],
  ["probe-failing", undefined, /GET \/ready answers 503; mend what it says/, answered(503, "no schema")],
  [
    "probe-unanswered",
    undefined,
    /nothing answers GET \/ready/,
    answered(503, '{"kind":"Status","apiVersion":"v1","message":"connection refused"}'),
  ],
  ["no-room", 10, /enough cpu left \(it asks for web 4\)/, situation([unscheduled("0/1 nodes: 1 Insufficient cpu.")])],
  [
    "no-node",
    10,
    /no node that there is; correct its nodeSelector/,
    situation([unscheduled("0/1 nodes: 1 node(s) didn't match Pod's node affinity/selector.")]),
  ],
  ["node-tainted", 10, /tolerates no node/, situation([unscheduled("1 node(s) had untolerated taint {a: b}")])],
  [
    "volume-pending",
    60,
    /waits for its volume/,
    situation([unscheduled("pod has unbound immediate PersistentVolumeClaims")]),
  ],
  [
    "quota",
    3,
    /quota is used up; raise the quota/,
    refused('pods "web-x" is forbidden: exceeded quota: all, requested'),
  ],
  [
    "pod-security",
    3,
    /Pod Security level forbids/,
    refused('pods "web-x" is forbidden: violates PodSecurity "restricted"'),
  ],
  [
    "limit-range",
    3,
    /more or less than the namespace allows/,
    refused("maximum cpu usage per Container is 1, but limit is 2"),
  ],
  ["admission", 3, /a rule of the cluster's refuses them/, refused('admission webhook "x.y" denied the request: no')],
  [
    "service-account",
    3,
    /ServiceAccount is not there/,
    refused('error looking up service account shop/web: serviceaccount "web" not found'),
  ],
  [
    "mount",
    10,
    /mounts ConfigMap pages, which is not there/,
    situation([pod(waiting("ContainerCreating"))], {
      events: [event("FailedMount", 'MountVolume.SetUp failed for volume "p": configmap "pages" not found')],
    }),
  ],
  [
    "job-failed",
    3,
    /did not end within its time; .*describe job migration`/,
    situation([], {
      objects: [{ ...job, status: { conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] } }],
    }),
  ],
];

describe("the cause of pods that are not ready", () => {
  const causes = (of: Situation) => causesOf(of, { loadImage: "load" });

  for (const [kind, after, words, of] of cases) {
    it(`is ${kind}: ${words.source.slice(0, 50)}`, () => {
      const [first] = causes(of);
      assert.deepEqual([first?.kind, first?.hopelessAfter], [kind, after]);
      assert.match(`${first.text}; ${first.fix}`, words);
      assert.ok(first.reason);
      assert.match(first.fix, /`/, "a command to type");
    });
  }

  it("is none of a pod that runs, starts, or belongs to a revision before", () => {
    const old = {
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations: { "deployment.kubernetes.io/revision": "1" } },
    };
    const fresh: LiveObject = {
      kind: "ReplicaSet",
      metadata: {
        ...{ name: "web-7", uid: "ReplicaSet-web-7", ownerReferences: owner("Deployment", "web") },
        annotations: { "deployment.kubernetes.io/revision": "2" },
      },
    };
    assert.deepEqual(causes(situation([], { objects: [deployment, old, fresh, pod(ended(1))] })), []);
    assert.deepEqual(causes(situation([pod(waiting("ContainerCreating"))])), []);
    assert.deepEqual(causes(situation([pod({ state: { running: {} } })])), []);
  });

  it("is none of what is over: a pod that was refused and is there, a mount that came, a workload that is ready", () => {
    const old = event("FailedCreate", "exceeded quota: all", "ReplicaSet-web-6d5f9");
    const full = { ...replicaSet, spec: { replicas: 1 }, status: { replicas: 1 } };
    assert.deepEqual(causes(situation([], { objects: [deployment, full], events: [old] })), []);
    const late = event("FailedMount", 'configmap "pages" not found');
    assert.deepEqual(causes(situation([pod({ state: { running: {} } })], { events: [late] })), []);
    const ready = { ...deployment, status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 } };
    assert.deepEqual(causes(situation([], { objects: [ready, replicaSet, pod(ended(1))], rendered: [web] })), []);
  });

  it("may pass where a pod that ends still counts against the quota, and where a node is in trouble", () => {
    const over = event("FailedCreate", "exceeded quota: all", "ReplicaSet-web-6d5f9");
    const ending = { ...pod({}), metadata: { name: "old-x", uid: "old", deletionTimestamp: "2026-01-01T00:00:00Z" } };
    assert.equal(causes(situation([ending], { events: [over] }))[0].hopelessAfter, undefined);
    for (const [taint, kind] of [
      ["not-ready", "node-not-ready"],
      ["unreachable", "node-not-ready"],
      ["disk-pressure", "node-pressure"],
    ]) {
      const said = `0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/${taint}: }.`;
      const [cause] = causes(situation([unscheduled(said)]));
      assert.deepEqual([cause.kind, cause.hopelessAfter], [kind, undefined]);
    }
  });

  it("of a Job that has failed is its pod's, as sure as the Job's failure, and hides nobody else's", () => {
    const failed = {
      ...job,
      status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
    };
    const ofJob = {
      ...pod({ state: { terminated: { exitCode: 1, reason: "Error" } } }),
      metadata: { name: "migration-abcde", uid: "m", ownerReferences: owner("Job", "migration") },
    };
    const both = situation([], { objects: [deployment, replicaSet, failed, ofJob, pod(ended(1))] });
    assert.deepEqual(
      causes(both).map(({ kind, object, hopelessAfter }) => [kind, object, hopelessAfter]),
      [
        ["crash", "pod migration-abcde", 3],
        ["crash", `pod ${POD}`, 10],
      ],
    );
    const alone = situation([pod(ended(1))], { objects: [deployment, replicaSet, failed, pod(ended(1))] });
    assert.deepEqual(
      causes(alone).map(({ kind }) => kind),
      ["job-failed", "crash"],
    );
  });

  it("of a Job that took its pods with it is among their events", () => {
    const gone = (message: string): LiveEvent => ({
      ...event("Failed", message),
      involvedObject: { kind: "Pod", name: "migration-abcde", uid: "gone" },
    });
    const failed = { ...job, status: { conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] } };
    const events = ['Failed to pull image "a:1": 401 Unauthorized', "Error: ErrImagePull"].map(gone);
    const [{ evidence }] = causes(situation([], { objects: [failed], events }));
    assert.deepEqual(evidence, ["Failed: 401 Unauthorized"]);
  });

  it("names the setting of a time that was too short", () => {
    const hints = { timeSetting: (name: string, of: string) => `${of} of ${name}` };
    const failed = { ...job, status: { conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] } };
    assert.match(causesOf(situation([], { objects: [failed] }), hints)[0].fix, /more time \(job of migration\)/);
    const killed = { ...event("Killing", "Container web failed startup probe, will be restarted"), type: "Normal" };
    assert.match(
      causesOf(situation([pod(ended(137))], { events: [killed] }), hints)[0].fix,
      new RegExp(`more time \\(start of ${POD}\\)`),
    );
  });

  it("is what the kubelet says of a probe that nobody else can ask", () => {
    const failed = event("Unhealthy", "Readiness probe failed: the queue is full");
    const [cause] = causes(situation([pod({ state: { running: {} } })], { events: [failed] }));
    assert.deepEqual([cause.kind, cause.evidence], ["probe-failing", ["the queue is full"]]);
  });

  it("is nobody else's: a pod of another release does not count", () => {
    const other = { ...pod(ended(1)), metadata: { name: "other-x", uid: "other" } };
    assert.deepEqual(causes(situation([other])), []);
  });

  it("of a first end may pass, as of a Job's pod, which the Job tries again", () => {
    const once = pod({ state: { terminated: { exitCode: 1, reason: "Error" } } });
    assert.equal(causes(situation([once]))[0].hopelessAfter, undefined);
    const ofJob = {
      ...pod(ended(1)),
      metadata: { name: "migration-a", uid: "a", ownerReferences: owner("Job", "migration") },
    };
    assert.equal(causes(situation([ofJob]))[0].hopelessAfter, undefined);
  });

  it("is said once for pods of one workload, with their number", () => {
    const second = structuredClone(pod(ended(1)));
    second.metadata = { ...second.metadata, name: "web-6d5f9-zzzzz", uid: "second" };
    const [first, ...others] = causes(situation([pod(ended(1)), second]));
    assert.match(first.text, /ended with 1, 2 times so far \(2 pods alike\)$/);
    assert.deepEqual(others, []);
  });

  it("shows no credential of a log, and its last lines only", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const text = [...lines, "postgresql://shop:hunter22@db/shop refused"].join("\n");
    const [{ evidence }] = causes(situation([pod(ended(1))], { logs: log(text) }));
    assert.equal(evidence.length, 8);
    assert.doesNotMatch(evidence.join("\n"), /hunter22/);
  });

  it("uses what a program knows to do about an answer", () => {
    const hints = { aboutAnswer: (release: string, text: string) => `${release} ${text}: migrate` };
    assert.equal(causesOf(answered(503, "no schema"), hints)[0].fix, "web no schema: migrate");
  });
});

describe("what is asked of pods before", () => {
  it("is the log of the run that ended, and the path of a pod that runs", () => {
    assert.deepEqual(questionsOf(situation([pod(ended(1))])).logs, [{ pod: POD, container: "web", previous: true }]);
    const probe = { readinessProbe: { httpGet: { path: "/ready", port: "http" } } };
    const running = situation([pod({ state: { running: {} } }, probe)]);
    assert.deepEqual(questionsOf(running), {
      logs: [],
      answers: [{ pod: POD, path: "/ready", proxy: `pods/${POD}:80/proxy/ready` }],
    });
  });

  it("is nothing of a pod whose path nobody can tell", () => {
    const probe = { readinessProbe: { httpGet: { path: "/", port: "none" } } };
    assert.deepEqual(questionsOf(situation([pod({ state: { running: {} } }, probe)])).answers, []);
  });
});
