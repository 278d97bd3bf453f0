// Which objects have another form than their kind: one sample of each kind, with everything that is looked at, and each of its
// places spoilt in turn. Does not prove: that an API server agrees.
import { strict as assert } from "node:assert";
import { isPodSpec, misformed } from "../../src/kubernetes/form.ts";
import { isMap, type KubernetesObject } from "../../src/kubernetes/object.ts";
import { pathText } from "../../src/kubernetes/path.ts";

const METADATA = { name: "x", namespace: "x", labels: { a: "x" }, annotations: { a: "x" } };
const SELECTOR = { matchLabels: { a: "x" }, matchExpressions: [{ key: "x", operator: "x", values: ["x"] }] };
const REFERENCE = { name: "x", key: "x" };
const ACTION = { httpGet: { path: "x" }, tcpSocket: {}, grpc: {} };
const container = () => ({
  ...{ name: "x", image: "x", command: ["x"], args: ["x"] },
  env: [{ name: "x", value: "x", valueFrom: { secretKeyRef: REFERENCE, configMapKeyRef: REFERENCE } }],
  envFrom: [{ prefix: "x", secretRef: REFERENCE, configMapRef: REFERENCE }],
  ports: [{ containerPort: 1, name: "x" }],
  volumeMounts: [{ name: "x" }],
  resources: { requests: {}, limits: {} },
  ...{ startupProbe: ACTION, livenessProbe: ACTION, readinessProbe: ACTION },
  lifecycle: { postStart: ACTION, preStop: ACTION },
  securityContext: { capabilities: { drop: ["x"], add: ["x"] }, seccompProfile: { type: "x" } },
});
const FILES = { name: "x", items: [{ key: "x" }] };
const POD = {
  containers: [container()],
  initContainers: [container()],
  imagePullSecrets: [REFERENCE],
  serviceAccountName: "x",
  securityContext: { seccompProfile: { type: "x" } },
  volumes: [
    {
      name: "x",
      secret: { secretName: "x", items: [{ key: "x" }] },
      configMap: FILES,
      projected: { sources: [{ secret: FILES, configMap: FILES }] },
      persistentVolumeClaim: { claimName: "x" },
      hostPath: {},
    },
  ],
};
const TEMPLATE = { metadata: METADATA, spec: POD };
const WORKLOAD = { template: TEMPLATE, strategy: { rollingUpdate: {} } };
const CLAIM = { resources: { requests: {} } };
const BACKEND = { service: { name: "x", port: { name: "x", number: 1 } } };
const PEERS = [{ podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: {} }];

/** By group and kind: what is there, and the places that have to be, apart from the metadata and those of a pod. */
const samples: Record<string, [sample: object, needed: string[]]> = {
  "v1/Pod": [{ spec: POD }, ["spec"]],
  "apps/v1/Deployment": [{ spec: WORKLOAD }, ["spec", "spec.template", "spec.template.spec"]],
  "apps/v1/DaemonSet": [{ spec: WORKLOAD }, ["spec", "spec.template", "spec.template.spec"]],
  "apps/v1/ReplicaSet": [{ spec: WORKLOAD }, ["spec", "spec.template", "spec.template.spec"]],
  "apps/v1/StatefulSet": [
    { spec: { ...WORKLOAD, serviceName: "x", volumeClaimTemplates: [{ metadata: { name: "x" }, spec: CLAIM }] } },
    [
      ...["spec", "spec.template", "spec.template.spec"],
      ...["spec.volumeClaimTemplates[0].metadata", "spec.volumeClaimTemplates[0].metadata.name"],
    ],
  ],
  "batch/v1/Job": [{ spec: { template: TEMPLATE } }, ["spec", "spec.template", "spec.template.spec"]],
  "batch/v1/CronJob": [
    { spec: { jobTemplate: { spec: { template: TEMPLATE } } } },
    ["spec", "spec.jobTemplate", ...["", ".template", ".template.spec"].map((path) => `spec.jobTemplate.spec${path}`)],
  ],
  "v1/Service": [
    { spec: { type: "x", selector: { a: "x" }, ports: [{ port: 1, nodePort: 1, name: "x" }] } },
    ["spec", "spec.ports[0].port"],
  ],
  "v1/ConfigMap": [{ data: { a: "x" }, binaryData: { a: "eA==" } }, []],
  "v1/Secret": [{ data: { a: "eA==" }, stringData: { a: "x" } }, []],
  "v1/PersistentVolumeClaim": [{ spec: CLAIM }, ["spec"]],
  "networking.k8s.io/v1/Ingress": [
    {
      spec: {
        defaultBackend: BACKEND,
        rules: [{ host: "x", http: { paths: [{ backend: BACKEND }] } }],
        tls: [{ secretName: "x" }],
      },
    },
    [
      ...["spec", "spec.defaultBackend.service.name", "spec.rules[0].http.paths[0].backend"],
      "spec.rules[0].http.paths[0].backend.service.name",
    ],
  ],
  "networking.k8s.io/v1/NetworkPolicy": [
    {
      spec: {
        podSelector: SELECTOR,
        policyTypes: ["x"],
        ingress: [{ from: PEERS, ports: [{}] }],
        egress: [{ to: PEERS, ports: [{}] }],
      },
    },
    [
      "spec.podSelector.matchExpressions[0]",
      ...["ingress[0].from", "egress[0].to"].flatMap((peers) =>
        ["podSelector", "namespaceSelector"].map((name) => `spec.${peers}[0].${name}.matchExpressions[0]`),
      ),
    ].flatMap((path) => [`${path}.key`, `${path}.operator`]),
  ],
  "gateway.networking.k8s.io/v1/HTTPRoute": [
    { spec: { hostnames: ["x"], rules: [{ backendRefs: [{ name: "x", port: 1 }] }] } },
    ["spec", "spec.rules[0].backendRefs[0].name"],
  ],
  "autoscaling/v2/HorizontalPodAutoscaler": [
    { spec: { scaleTargetRef: { kind: "x", name: "x" }, maxReplicas: 1 } },
    ["spec", "spec.scaleTargetRef", "spec.scaleTargetRef.kind", "spec.scaleTargetRef.name", "spec.maxReplicas"],
  ],
  "policy/v1/PodDisruptionBudget": [
    { spec: { selector: SELECTOR } },
    ["spec.selector.matchExpressions[0].key", "spec.selector.matchExpressions[0].operator"],
  ],
};
/** What each pod needs, wherever it is. */
const NEEDED =
  /^metadata(\.name)?$|\.containers$|ontainers\[0\]\.(name|env\[0\]\.name|ports\[0\]\.containerPort|volumeMounts\[0\]\.name)$|\.volumes\[0\]\.name$|\.items\[0\]\.key$/;

/** Every place below a value. */
function places(value: unknown, path: string[] = []): string[][] {
  const inner = Array.isArray(value)
    ? value.flatMap((each, index) => places(each, [...path, `[${index}]`]))
    : isMap(value)
      ? Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))
      : [];
  return path.length > 0 ? [path, ...inner] : inner;
}
/** A copy in which a place is something else; undefined: nothing. */
function replaced(sample: object, path: string[], value: unknown): KubernetesObject {
  const copy = JSON.parse(JSON.stringify(sample));
  const key = (name: string) => (name.startsWith("[") ? Number(name.slice(1, -1)) : name);
  const holder = path.slice(0, -1).reduce((map, name) => map[key(name)], copy);
  if (value === undefined) delete holder[key(path.at(-1) as string)];
  else holder[key(path.at(-1) as string)] = value;
  return copy;
}
const at = (sample: object, path: string[]) =>
  path.reduce((value, name) => (value as never)[name.replace(/[[\]]/g, "")], sample as unknown);
const typeName = (value: unknown) =>
  Array.isArray(value) ? "a list" : isMap(value) ? "a map" : typeof value === "number" ? "a number" : "a text";

describe("the form of", () => {
  for (const [name, [rest, needed]] of Object.entries(samples)) {
    const parts = name.split("/");
    const kind = parts.pop() as string;
    const sample = { apiVersion: parts.join("/"), kind, metadata: METADATA, ...rest };
    const paths = places({ metadata: METADATA, ...rest });

    it(`a ${kind} is kept by the sample, and each place that is of another form is named`, () => {
      assert.deepEqual(misformed(sample), []);
      for (const path of paths) {
        const expected = typeName(at(sample, path));
        const [wrong, found] = expected === "a number" ? ["x", '"x"'] : [5, "5"];
        assert.deepEqual(misformed(replaced(sample, path, wrong)), [{ path, expected, found }], pathText(path));
      }
    });

    it(`a ${kind} needs these places, and no others`, () => {
      const elements = (path: string[]) => path.at(-1)?.startsWith("[");
      const missed = paths
        .filter((path) => !elements(path))
        .filter((path) => {
          const said = misformed(replaced(sample, path, undefined));
          if (said.length > 0)
            assert.deepEqual(said, [{ path, expected: typeName(at(sample, path)), found: "nothing" }]);
          return said.length > 0;
        })
        .map(pathText);
      const expected = paths
        .filter((path) => !elements(path))
        .map(pathText)
        .filter((path) => needed.includes(path) || NEEDED.test(path));
      assert.deepEqual(missed, expected);
      assert.deepEqual(
        needed.filter((path) => !expected.includes(path)),
        [],
      );
    });
  }

  it("another kind is that of its metadata", () => {
    const other = { apiVersion: "example.org/v1", kind: "Deployment", metadata: { name: "x" }, spec: 5 };
    assert.deepEqual(misformed(other), []);
    assert.deepEqual(misformed({ ...other, metadata: { name: 5 } } as never), [
      { path: ["metadata", "name"], expected: "a text", found: "5" },
    ]);
    assert.deepEqual(misformed({ apiVersion: "v1", kind: "X" } as never), [
      { path: ["metadata"], expected: "a map", found: "nothing" },
    ]);
  });

  const map = (apiVersion: string, kind: string, metadata: object, rest: object = {}) =>
    misformed({ apiVersion, kind, metadata: { name: "a", ...metadata }, ...rest } as never).map(
      ({ path, expected, found }) => `${pathText(path)}: ${expected}, ${found}`,
    );
  const long = (length: number) => "x".repeat(length);
  const DOTTED = "lower-case letters, digits, - and ., with a letter or digit at both ends";
  const SHORT = "at most 63 lower-case letters, digits and -, with a letter or digit at both ends";
  const VALUE = "at most 63 letters, digits, -, _ and ., with a letter or digit at both ends";

  it("a name is one of DNS, for most kinds with dots, and for some a path", () => {
    const wrong = (kind: string, name: string, apiVersion = "v1") => map(apiVersion, kind, { name });
    for (const name of ["a", "0", "a-b.c", "a--b", "hook-*", "hook*", long(253)])
      assert.deepEqual(wrong("X", name), []);
    for (const name of ["A", "a_b", "-a", "a-", "a..b", ".a", "a.", "a/b", "ä", "a b", "a\n", "", "*a", long(254)])
      assert.deepEqual(wrong("X", name), [`metadata.name: ${DOTTED}, ${JSON.stringify(name)}`]);
    for (const name of ["a.b", "A", long(64)])
      assert.deepEqual(wrong("Service", name)[0], `metadata.name: ${SHORT}, ${JSON.stringify(name)}`);
    assert.deepEqual(wrong("Namespace", "a.b"), [`metadata.name: ${SHORT}, "a.b"`]);
    assert.deepEqual(wrong("Service", "a.b", "serving.knative.dev/v1"), []);
    assert.deepEqual(wrong("ClusterRole", "system:Reader", "rbac.authorization.k8s.io/v1"), []);
    assert.deepEqual(map("v1", "X", { namespace: "a.b" }), [`metadata.namespace: ${SHORT}, "a.b"`]);
  });

  it("labels and annotations have keys and values of the API", () => {
    const keys = ["a", "A_b.c-D", "example.org/a", `example.org/${long(63)}`];
    for (const key of keys) assert.deepEqual(map("v1", "X", { labels: { [key]: "" }, annotations: { [key]: "" } }), []);
    for (const key of ["", "-a", "a-", "a/b/c", "/a", "a b", "ä", `a/${long(64)}`, "_a/b"]) {
      const said = (field: string) => `${pathText(["metadata", field, key])}: a key such as example.org/name, "${key}"`;
      assert.deepEqual(map("v1", "X", { labels: { [key]: "" } }), [said("labels")]);
      assert.deepEqual(map("v1", "X", { annotations: { [key]: "" } }), [said("annotations")]);
    }
    // Of annotations the API server looks at the key in lower case.
    const upper = { "Example.org/a": "" };
    assert.deepEqual([map("v1", "X", { annotations: upper }), map("v1", "X", { labels: upper }).length], [[], 1]);
    for (const value of ["a b", "-a", "a:b", long(64), "a/b"])
      assert.deepEqual(map("v1", "X", { labels: { a: value } }), [
        `metadata.labels.a: ${VALUE}, ${JSON.stringify(value)}`,
      ]);
    assert.deepEqual(map("v1", "X", { annotations: { a: `any ${long(999)}` } }), []);
  });

  it("content has keys that can be files, and a Secret's data is base64", () => {
    for (const key of ["a.b", ".a", "A_b-C", long(253)])
      assert.deepEqual(map("v1", "ConfigMap", {}, { data: { [key]: "" } }), []);
    for (const key of ["", ".", "..", "..a", "a/b", "a b", long(254)]) {
      const said = `${pathText(["data", key])}: a key of letters, digits, -, _ and ., "${key}"`;
      assert.deepEqual(map("v1", "ConfigMap", {}, { data: { [key]: "" } }), [said]);
    }
    for (const text of ["", "eA==", "eHg=", "eHh4", "eH\r\nh4\n"])
      assert.deepEqual(map("v1", "Secret", {}, { data: { a: text } }), []);
    for (const text of ["eA", "eA=", "eA===", "e A==", "hunter2!", "_-_-"]) {
      const said = `data.a: base64, or stringData in the place of data, ${JSON.stringify(text)}`;
      assert.deepEqual(map("v1", "Secret", {}, { data: { a: text } }), [said]);
    }
  });

  it("a port is one", () => {
    const ports = (port: unknown) => map("v1", "Service", {}, { spec: { ports: [{ port }] } });
    assert.deepEqual([1, 65535].flatMap(ports), []);
    for (const port of [0, -1, 65536, 1.5])
      assert.deepEqual(ports(port), [`spec.ports[0].port: a port, 1 to 65535, ${port}`]);
  });

  it("a value is said as it is", () => {
    const found = (name: unknown) => misformed({ apiVersion: "v1", kind: "X", metadata: { name } } as never)[0].found;
    assert.deepEqual([[], {}, null, true, 1.5].map(found), ["a list", "a map", "null", "true", "1.5"]);
  });

  it("a pod's spec has containers", () => {
    const specs = [POD, { containers: [] }, {}, { containers: {} }, undefined, { containers: [{}] }];
    assert.deepEqual(specs.map(isPodSpec), [true, true, false, false, false, false]);
  });
});
