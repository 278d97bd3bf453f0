// What each of the engine's own rules finds in small objects, in these words, and what it lets pass.
// Does not prove: that the rules are enough, nor that a cluster enforces any of it.
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { findings } from "../../src/policy/enforce.ts";
import { standardRules } from "../../src/policy/rules.ts";

// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
type Any = any;

const securityContext = () => ({
  ...{ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
  ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
});
const container = (name: string): Any => ({
  ...{ name, image: "shop/web:1.0", securityContext: securityContext() },
  env: [{ name: "URL", valueFrom: { secretKeyRef: { name: "web", key: "DATABASE_URL" } } }],
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
  startupProbe: {},
  livenessProbe: { httpGet: { path: "/live" } },
  readinessProbe: { httpGet: { path: "/ready" } },
});
const template = (): Any => ({
  metadata: { labels: { app: "web" }, annotations: { "checksum/secrets": "0" } },
  spec: {
    ...{ serviceAccountName: "web", automountServiceAccountToken: false, enableServiceLinks: false },
    containers: [container("web")],
  },
});
const object = (kind: string, name: string, spec: object): Any => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  spec,
});
const deployment = (): Any =>
  object("Deployment", "web", {
    replicas: 2,
    strategy: { rollingUpdate: { maxUnavailable: 0 } },
    template: template(),
  });

/** What is found in a Deployment after a change of its container, its pod, or all objects. */
function found(change: (container: Any, pod: Any, objects: Any[]) => void): string[] {
  const objects = [deployment()];
  const { spec } = objects[0].spec.template;
  change(spec.containers[0], spec, objects);
  const charts = [{ chart: "./charts/web", release: "web", namespace: "shop", objects: objects as KubernetesObject[] }];
  return findings(charts, { databaseKeys: ["OTHER", "DATABASE_URL"] }).map(
    ({ rule, where, text }) => `${rule} ${where}: ${text}`,
  );
}

const D = "Deployment web";
const C = `${D}, container web`;
const image = (shown: string) =>
  `pinned-images ${C}: expected an image with a tag that never moves, found ${shown}; a version, a digest or the hash of its content`;
const clear = (name: string, where = C) =>
  `secrets-by-name ${where}: expected a secretKeyRef for ${name}, found its value in the clear; Helm's record and every preview would show it`;
const starved = (field: string, where = C) =>
  `resources ${where}: expected resources.${field}, found nothing; without it one pod can starve its neighbours`;
const security = (text: string, where = C) =>
  `pod-security ${where}: expected ${text}; set it in securityContext or podSecurityContext`;
const rolling = (shown: string) =>
  `rollout ${D}: expected maxUnavailable: 0, found ${shown}; Helm would call an update ready with no pod serving`;
const SUM =
  "expected a checksum/… annotation on the pod, found nothing; Kubernetes restarts nothing for a changed Secret";
const drained = (expected: string, shown: string) =>
  `drain PodDisruptionBudget web: expected ${expected}, found ${shown}; at this one no node could ever be drained`;
const tooMany = (pods: number, shown: string) => drained(`a minAvailable below the ${pods} pods there are`, shown);
const noneAway = (shown: string) => drained("a maxUnavailable of 1 or more", shown);
const asked = (path: string) =>
  `probes ${C}: expected a readiness path that asks the database, and a liveness path that does not, found "${path}"; name both; with one path all is green on a dead database, or a database away restarts the app`;
const budget =
  (spec: object, ...others: Any[]) =>
  (_: Any, __: Any, objects: Any[]) =>
    objects.push(
      object("PodDisruptionBudget", "web", { selector: { matchLabels: { app: "web" } }, ...spec }),
      ...others,
    );
const own = (fields: object) => (it: Any) => Object.assign(it.securityContext, fields);
const pods = (fields: object) => (it: Any, pod: Any) => {
  it.securityContext = {
    ...securityContext(),
    runAsNonRoot: undefined,
    runAsUser: undefined,
    seccompProfile: undefined,
  };
  pod.securityContext = fields;
};
const scaler = (minReplicas?: number, target: object = {}, kind = "HorizontalPodAutoscaler") =>
  object(kind, "web", { minReplicas, scaleTargetRef: { kind: "Deployment", name: "web", ...target } });
const job =
  (kind = "Job") =>
  (_: Any, __: Any, objects: Any[]) => {
    const pod = template();
    pod.metadata = undefined;
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) delete pod.spec.containers[0][probe];
    objects.splice(0, 1, object(kind, "web", { template: pod }));
  };

const cases: [what: string, change: (container: Any, pod: Any, objects: Any[]) => void, said: string[]][] = [
  ["nothing in what keeps them", () => {}, []],
  ["a tag that moves", (it) => (it.image = "web:latest"), [image('"web:latest"')]],
  ["no image", (it) => delete it.image, [image("nothing")]],
  [
    "no startup probe",
    (it) => delete it.startupProbe,
    [`health-endpoint ${C}: expected a startupProbe, found nothing; it holds the others back until the start is over`],
  ],
  [
    "no liveness",
    (it) => delete it.livenessProbe,
    [`probes ${C}: expected a livenessProbe, found nothing; a hung process would never be restarted`],
  ],
  [
    "no readiness",
    (it) => delete it.readinessProbe,
    [`probes ${C}: expected a readinessProbe, found nothing; requests would reach a pod that cannot answer them`],
  ],
  ["one path for both, of what has a database", (it) => (it.readinessProbe.httpGet.path = "/live"), [asked("/live")]],
  [
    "no one path for both, of what has none",
    (it) => {
      it.readinessProbe.httpGet.path = "/live";
      it.env = [
        { name: "URL", valueFrom: { secretKeyRef: { key: "THIRD" } } },
        { name: "A", valueFrom: { fieldRef: {} } },
        { name: "B", value: "x" },
      ];
    },
    [],
  ],
  [
    "no one path for both, where nothing is set",
    (it) => {
      it.readinessProbe.httpGet.path = "/live";
      delete it.env;
    },
    [],
  ],
  [
    "no one path for both, of other probes",
    (it) => Object.assign(it, { livenessProbe: { exec: {} }, readinessProbe: { exec: {} } }),
    [],
  ],
  ["no one path for both, of one by HTTP", (it) => (it.readinessProbe = { exec: {} }), []],
  ["no probes of a Job", job(), []],
  ["no probes of a kind that nobody knows", job("Rollout"), []],
  [
    "no probes of an init container, but all else",
    (_, pod) => (pod.initContainers = [{ name: "first", env: [{ name: "API_TOKEN", value: "x" }] }]),
    [
      image("nothing").replace("container web", "container first"),
      ...["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"].map((field) =>
        starved(field, `${D}, container first`),
      ),
      clear("API_TOKEN", `${D}, container first`),
      ...[
        ...["runAsNonRoot: true", "seccompProfile RuntimeDefault", "allowPrivilegeEscalation: false"],
        ...["readOnlyRootFilesystem: true", "capabilities.drop: [ALL]"],
      ].map((what) => security(`${what}, found nothing`, `${D}, container first`)),
    ],
  ],
  [
    "probes of a sidecar",
    (_, pod) => {
      const { startupProbe: _s, livenessProbe: _l, readinessProbe: _r, ...rest } = container("proxy");
      pod.initContainers = [{ ...rest, restartPolicy: "Always" }];
    },
    [
      `health-endpoint ${D}, container proxy: expected a startupProbe, found nothing; it holds the others back until the start is over`,
      `probes ${D}, container proxy: expected a livenessProbe, found nothing; a hung process would never be restarted`,
      `probes ${D}, container proxy: expected a readinessProbe, found nothing; requests would reach a pod that cannot answer them`,
    ],
  ],
  ["no request of CPU", (it) => delete it.resources.requests.cpu, [starved("requests.cpu")]],
  ["no limit of memory", (it) => delete it.resources.limits.memory, [starved("limits.memory")]],
  ["no requests", (it) => delete it.resources.requests, [starved("requests.cpu"), starved("requests.memory")]],
  [
    "no resources",
    (it) => delete it.resources,
    ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"].map((field) => starved(field)),
  ],
  [
    "files of configuration",
    (_, pod) =>
      (pod.volumes = [
        { name: "a", configMap: {} },
        { name: "b", emptyDir: {} },
        { name: "c", secret: {} },
      ]),
    ["a", "c"].map(
      (name) => `variables-only ${D}: expected no file of configuration, found "${name}"; hand it over as a variable`,
    ),
  ],
  ["a secret in the clear", (it) => it.env.push({ name: "API_TOKEN", value: "x" }), [clear("API_TOKEN")]],
  [
    "a reference in the clear beside more",
    (it) => it.env.push({ name: "API_TOKEN", value: "x$(TOKEN)" }),
    [clear("API_TOKEN")],
  ],
  [
    "a text that only looks like a reference",
    (it) => it.env.push({ name: "API_TOKEN", value: "$(1A)" }),
    [clear("API_TOKEN")],
  ],
  [
    "a password under a name of the field",
    (it) => it.env.push({ name: "PGPASSWORD", value: "x" }),
    [clear("PGPASSWORD")],
  ],
  ["not the public half of a key", (it) => it.env.push({ name: "JWT_PUBLIC_KEY", value: "x" }), []],
  ["a password in a URL", (it) => it.env.push({ name: "A", value: "redis://me:x@cache" }), [clear("A")]],
  [
    "no reference, no empty text, and no ordinary one",
    (it) =>
      it.env.push(
        { name: "A_TOKEN", value: "$(B_2)$(C)" },
        { name: "B_TOKEN", value: "" },
        { name: "C_TOKEN" },
        { name: "D", value: "x" },
        { name: "E", value: "redis://me:$(W)@cache" },
      ),
    [],
  ],
  ["no variables", (it) => delete it.env, []],
  [
    "a Secret, and a secret in a ConfigMap",
    (_, __, objects) =>
      objects.push(
        object("Secret", "words", {}),
        { ...object("ConfigMap", "map", {}), data: { A: "x", API_TOKEN: "y", DB: "postgres://me:x@db" } },
        object("ConfigMap", "empty", {}),
        { ...object("Service", "web", {}), data: { API_TOKEN: "y" } },
      ),
    [
      "secrets-by-name Secret words: expected no Secret in a chart, found one; Helm's record would hold its values",
      ...["API_TOKEN", "DB"].map(
        (name) =>
          `secrets-by-name ConfigMap map: expected nothing secret in a ConfigMap, found ${name}; it belongs in a Secret`,
      ),
    ],
  ],
  [
    "what a pod sees of its node",
    (_, pod) =>
      Object.assign(pod, {
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        volumes: [
          { name: "a", hostPath: {} },
          { name: "b", emptyDir: {} },
        ],
      }),
    [
      ...["hostNetwork", "hostPID", "hostIPC"].map(
        (field) => `pod-security ${D}: expected no ${field}, found true; the pod would see the node's own`,
      ),
      `pod-security ${D}: expected no hostPath, found "a"; an emptyDir or a PersistentVolumeClaim`,
    ],
  ],
  [
    "no security context",
    (it) => delete it.securityContext,
    [
      ...["runAsNonRoot: true", "seccompProfile RuntimeDefault", "allowPrivilegeEscalation: false"],
      ...["readOnlyRootFilesystem: true", "capabilities.drop: [ALL]"],
    ].map((what) => security(`${what}, found nothing`)),
  ],
  [
    "root",
    own({ runAsNonRoot: false, runAsUser: 0 }),
    [security("runAsNonRoot: true, found false"), security("runAsUser above 0, found 0")],
  ],
  ["no user", own({ runAsUser: undefined }), []],
  [
    "root, by the pod",
    pods({ runAsNonRoot: false, runAsUser: 0, seccompProfile: { type: "Unconfined" } }),
    [
      security("runAsNonRoot: true, found false"),
      security("runAsUser above 0, found 0"),
      security('seccompProfile RuntimeDefault, found "Unconfined"'),
    ],
  ],
  [
    "nothing where the pod says it",
    pods({ runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: "Localhost" } }),
    [],
  ],
  [
    "what the container says against the pod",
    (it, pod) => {
      pod.securityContext = securityContext();
      own({ runAsNonRoot: false, runAsUser: 0, seccompProfile: { type: "Unconfined" } })(it);
    },
    [
      security("runAsNonRoot: true, found false"),
      security("runAsUser above 0, found 0"),
      security('seccompProfile RuntimeDefault, found "Unconfined"'),
    ],
  ],
  [
    "what a container may do",
    own({
      allowPrivilegeEscalation: true,
      readOnlyRootFilesystem: false,
      privileged: true,
      capabilities: { drop: ["A"], add: ["B"] },
    }),
    [
      security("allowPrivilegeEscalation: false, found true"),
      security("readOnlyRootFilesystem: true, found false"),
      security("privileged: false, found true"),
      security('capabilities.drop: [ALL], found ["A"]'),
      security('no added capabilities, found ["B"]'),
    ],
  ],
  [
    "nothing that is dropped twice, or added by an empty list",
    own({ privileged: false, capabilities: { drop: ["A", "ALL"], add: [] } }),
    [],
  ],
  ...[undefined, "", "default"].map((name): (typeof cases)[number] => [
    `the account ${JSON.stringify(name)}`,
    (_, pod) => (pod.serviceAccountName = name),
    [
      `identity ${D}: expected a ServiceAccount of its own, found ${name === undefined ? "nothing" : `"${name}"`}; rights given to \`default\` are given to every pod of the namespace`,
    ],
  ]),
  [
    "a token, and links",
    (_, pod) => Object.assign(pod, { automountServiceAccountToken: true, enableServiceLinks: undefined }),
    [
      `identity ${D}: expected automountServiceAccountToken: false, found true; the application never talks to the cluster`,
      `identity ${D}: expected enableServiceLinks: false, found nothing; variables named after other Services could shadow the application's own`,
    ],
  ],
  [
    "an update that waits for nothing",
    (_, __, [it]) => (it.spec.strategy.rollingUpdate.maxUnavailable = 1),
    [rolling("1")],
  ],
  ["an update in the default way", (_, __, [it]) => delete it.spec.strategy.rollingUpdate, [rolling("nothing")]],
  ["an update in no way", (_, __, [it]) => delete it.spec.strategy, [rolling("nothing")]],
  ["no update that waits, in percent", (_, __, [it]) => (it.spec.strategy.rollingUpdate.maxUnavailable = "0%"), []],
  [
    "no update of a StatefulSet",
    (_, __, [it]) => {
      it.kind = "StatefulSet";
      delete it.spec.strategy;
    },
    [],
  ],
  [
    "no checksum",
    (_, __, [it]) => (it.spec.template.metadata.annotations = { "a/checksum/": "0" }),
    [`rollout ${D}: ${SUM}`],
  ],
  ["no annotations", (_, __, [it]) => delete it.spec.template.metadata.annotations, [`rollout ${D}: ${SUM}`]],
  [
    "no checksum, where what runs first uses a Secret, or where one is used as a whole",
    (it, pod, objects) => {
      for (const { spec } of objects) delete spec.template.metadata.annotations;
      it.env = [];
      pod.initContainers = [{ ...it, name: "first", envFrom: [{ secretRef: { name: "web" } }] }];
      for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) delete pod.initContainers[0][name];
    },
    [`rollout ${D}: ${SUM}`],
  ],
  ["a checksum among others", (_, __, [it]) => (it.spec.template.metadata.annotations.other = "0"), []],
  [
    "no checksum, where no Secret is used",
    (it, _, [of]) => {
      it.env = [];
      delete of.spec.template.metadata;
    },
    [],
  ],
  ["a budget for one of two pods", budget({ minAvailable: 1 }), []],
  ["a budget for all pods", budget({ minAvailable: 2 }), [tooMany(2, "2")]],
  ["a budget for more pods", budget({ minAvailable: 3 }), [tooMany(2, "3")]],
  ["a budget in percent", budget({ minAvailable: "50%" }), []],
  ["a budget in percent, rounded up", budget({ minAvailable: "51%" }), [tooMany(2, '"51%"')]],
  ["a budget of none that may be away", budget({ maxUnavailable: 0 }), [noneAway("0")]],
  ["a budget of none in percent", budget({ maxUnavailable: "0%" }), [noneAway('"0%"')]],
  ["a budget of one that may be away", budget({ maxUnavailable: 1 }), []],
  ["a budget of other pods", budget({ minAvailable: 2, selector: { matchLabels: { app: "x" } } }), []],
  [
    "a budget of pods with more labels",
    budget({ minAvailable: 1, selector: { matchLabels: { app: "web", tier: "x" } } }),
    [],
  ],
  ["a budget without a selector", budget({ minAvailable: 2, selector: undefined }), []],
  ["a budget of all labels", budget({ minAvailable: 2, selector: {} }), [tooMany(2, "2")]],
  [
    "a budget of nothing in particular",
    (_, __, objects) => {
      const { spec, ...rest } = object("PodDisruptionBudget", "web", {});
      objects.push(rest);
      assert.deepEqual(spec, {});
    },
    [],
  ],
  ["a budget of what an autoscaler keeps", budget({ minAvailable: 2 }, scaler(3)), []],
  ["a budget of what an autoscaler keeps by default", budget({ minAvailable: 1 }, scaler()), [tooMany(1, "1")]],
  [
    "a budget beside another's autoscaler",
    budget(
      { minAvailable: 2 },
      scaler(3, { name: "x" }),
      scaler(3, { kind: "StatefulSet" }),
      scaler(3, {}, "X"),
      object("HorizontalPodAutoscaler", "y", {}),
    ),
    [tooMany(2, "2")],
  ],
  [
    "a budget of one that may be away, of one pod",
    (it, pod, objects) => {
      objects[0].spec.replicas = 1;
      budget({ maxUnavailable: 1 })(it, pod, objects);
    },
    [],
  ],
  ["no budget in another kind", (_, __, objects) => objects.push(object("X", "web", { minAvailable: 2 })), []],
  [
    "a budget of pods, not of those without labels",
    (it, pod, objects) => {
      delete objects[0].spec.template.metadata.labels;
      budget({ minAvailable: 1 })(it, pod, objects);
    },
    [],
  ],
  [
    "a budget of one pod by default",
    (it, pod, objects) => {
      delete objects[0].spec.replicas;
      budget({ minAvailable: 1 })(it, pod, objects);
    },
    [tooMany(1, "1")],
  ],
  [
    "a budget of the pods of two, not of a Job's",
    (it, pod, objects) => {
      const job = object("Job", "job", { template: template() });
      const { startupProbe: _, ...rest } = job.spec.template.spec.containers[0];
      job.spec.template.spec.containers = [rest];
      const more = deployment();
      more.metadata.name = "more";
      budget({ minAvailable: 4 }, more, job)(it, pod, objects);
    },
    [tooMany(4, "4")],
  ],
];

describe("the engine's rules find", () => {
  for (const [what, change, said] of cases) it(what, () => assert.deepEqual(found(change), said));

  it("nothing without facts about databases", () => {
    const objects = [deployment()];
    objects[0].spec.template.spec.containers[0].readinessProbe.httpGet.path = "/live";
    const charts = [{ chart: "./charts/web", release: "web", namespace: "shop", objects }];
    assert.deepEqual(findings(charts, {}), []);
  });

  it("no one path for both where somebody has decided so, but a probe that is missing", () => {
    const objects = [deployment()];
    const { containers } = objects[0].spec.template.spec;
    containers[0].readinessProbe.httpGet.path = "/live";
    const charts = [{ chart: "./charts/web", release: "web", namespace: "shop", objects }];
    const facts = { databaseKeys: ["DATABASE_URL"], askedOnce: [D] };
    containers[0].env = [{ name: "A", valueFrom: { secretKeyRef: { name: "web", key: "DATABASE_URL" } } }];
    assert.deepEqual(findings(charts, facts), []);
    assert.equal(findings(charts, { ...facts, askedOnce: ["Deployment we"] }).length, 1);
    delete containers[0].livenessProbe;
    assert.equal(findings(charts, facts).length, 1);
  });

  it("under these names", () => {
    assert.deepEqual(
      standardRules.map(({ id, title }) => `${id}: ${title}`),
      [
        "pinned-images: images are pinned",
        "health-endpoint: every container that serves has a health endpoint",
        "resources: every container has CPU and memory requests and limits",
        "probes: liveness and readiness are asked, and are two questions",
        "variables-only: environment variables are the only configuration",
        "secrets-by-name: secrets are referred to by name",
        "pod-security: pods keep to the restricted Pod Security Standard, on a read-only root",
        "identity: every pod has its own account, and no token",
        "rollout: an update loses no request, and a changed secret restarts its users",
        "drain: no PodDisruptionBudget blocks every drain",
      ],
    );
  });
});
