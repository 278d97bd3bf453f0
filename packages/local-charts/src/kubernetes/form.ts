// The form of objects, as far as anything here looks at them. An API server refuses what has another, and so do we: earlier,
// with the place, and without stumbling over it.
import { groupKind, isMap, type KubernetesObject } from "./object.ts";
import type { Path } from "./path.ts";
import { parseQuantity } from "./quantity.ts";

/** What a value has to be, the wider first, and whether one is. */
type Scalar = readonly (readonly [expected: string, fits: (value: unknown) => boolean])[];
/** A map's fields by name, `!` after those that have to be there, `*` for all; what is not named may be anything. */
interface Fields {
  [field: string]: Form;
}
type Form = keyof typeof SCALARS | [Form] | Fields;

/** A place of an object that has another form than its kind. */
export interface Misformed {
  path: Path;
  expected: string;
  found: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const TEXT = ["a text", isText] as const;
const NUMBER = ["a number", (value: unknown) => typeof value === "number"] as const;
const written = (expected: string, pattern: RegExp, longest = Number.POSITIVE_INFINITY) =>
  [expected, (value: unknown) => isText(value) && value.length <= longest && pattern.test(value)] as const;

const LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const DOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const WORD = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const ENDS = "with a letter or digit at both ends";
const SHORT = `at most 63 lower-case letters, digits and -, ${ENDS}`;

/**
 * The scalars of all versions of the API: what one cluster would take is not refused here. A `*` at the end of a name stands
 * for what the API server makes up (objectsOf).
 */
const SCALARS = {
  text: [TEXT],
  number: [NUMBER],
  quantity: [["a quantity such as 250m or 1Gi", (value) => isQuantity(value)]],
  port: [
    NUMBER,
    ["a port, 1 to 65535", (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536],
  ],
  name: [TEXT, written(`lower-case letters, digits, - and ., ${ENDS}`, new RegExp(`^${DOMAIN}(?:-?\\*)?$`), 253)],
  label: [TEXT, written(SHORT, new RegExp(`^${LABEL}(?:-?\\*)?$`), 63)],
  labelKey: [written("a key such as example.org/name", new RegExp(`^(?:${DOMAIN}/)?${WORD}$`), 317)],
  labelValue: [TEXT, written(`at most 63 letters, digits, -, _ and ., ${ENDS}`, new RegExp(`^(?:${WORD})?$`))],
  annotationKey: [written("a key such as example.org/name", new RegExp(`^(?:${DOMAIN}/)?${WORD}$`, "i"), 317)],
  dataKey: [written("a key of letters, digits, -, _ and .", /^(?!\.$|\.\.)[-._A-Za-z0-9]+$/, 253)],
  base64: [TEXT, ["base64, or stringData in the place of data", isBase64]],
} satisfies Record<string, Scalar>;

/** The form of a map's keys stands below this name in the map's own: no field of the API is called like it. */
const KEYS = "keys of the map";
const QUANTITIES: Form = { "*": "quantity" };
const LABELS: Form = { [KEYS]: "labelKey", "*": "labelValue" };
const ANNOTATIONS: Form = { [KEYS]: "annotationKey", "*": "text" };
const DATA: Form = { [KEYS]: "dataKey", "*": "text" };
const BASE64: Form = { [KEYS]: "dataKey", "*": "base64" };
const METADATA: Fields = { namespace: "label", labels: LABELS, annotations: ANNOTATIONS };
const SELECTOR: Form = {
  matchLabels: LABELS,
  matchExpressions: [{ "key!": "text", "operator!": "text", values: ["text"] }],
};
const REFERENCE: Form = { name: "text", key: "text" };
const ITEMS: Form = [{ "key!": "text" }];

const ACTION: Form = { httpGet: { path: "text" }, tcpSocket: {}, grpc: {} };
const CONTAINER: Form = {
  "name!": "label",
  image: "text",
  command: ["text"],
  args: ["text"],
  env: [{ "name!": "text", value: "text", valueFrom: { secretKeyRef: REFERENCE, configMapKeyRef: REFERENCE } }],
  envFrom: [{ prefix: "text", secretRef: REFERENCE, configMapRef: REFERENCE }],
  ports: [{ "containerPort!": "port", name: "text" }],
  volumeMounts: [{ "name!": "text" }],
  resources: { requests: QUANTITIES, limits: QUANTITIES },
  startupProbe: ACTION,
  livenessProbe: ACTION,
  readinessProbe: ACTION,
  lifecycle: { postStart: ACTION, preStop: ACTION },
  securityContext: { capabilities: { drop: ["text"], add: ["text"] }, seccompProfile: { type: "text" } },
};
const POD: Fields = {
  "containers!": [CONTAINER],
  initContainers: [CONTAINER],
  imagePullSecrets: [REFERENCE],
  serviceAccountName: "text",
  securityContext: { seccompProfile: { type: "text" } },
  volumes: [
    {
      "name!": "label",
      secret: { secretName: "text", items: ITEMS },
      configMap: { name: "text", items: ITEMS },
      projected: { sources: [{ secret: { name: "text", items: ITEMS }, configMap: { name: "text", items: ITEMS } }] },
      persistentVolumeClaim: { claimName: "text" },
      hostPath: {},
    },
  ],
};
const TEMPLATE: Form = { metadata: { name: "text", ...METADATA }, "spec!": POD };
const CLAIM: Form = { resources: { requests: QUANTITIES } };
const WORKLOAD: Fields = { replicas: "number", "template!": TEMPLATE, strategy: { rollingUpdate: {} } };
const JOB: Form = { "template!": TEMPLATE };
const BACKEND: Form = { service: { "name!": "text", port: { name: "text", number: "number" } } };
const PEERS: Form = [{ podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: {} }];

/** By group and kind. */
const FORMS: Record<string, Fields> = {
  "/Pod": { "spec!": POD },
  "apps/Deployment": { "spec!": WORKLOAD },
  "apps/DaemonSet": { "spec!": WORKLOAD },
  "apps/ReplicaSet": { "spec!": WORKLOAD },
  "apps/StatefulSet": {
    "spec!": {
      ...WORKLOAD,
      serviceName: "text",
      volumeClaimTemplates: [{ "metadata!": { "name!": "text" }, spec: CLAIM }],
    },
  },
  "batch/Job": { "spec!": JOB },
  "batch/CronJob": { "spec!": { "jobTemplate!": { "spec!": JOB } } },
  "/Service": {
    "spec!": { type: "text", selector: LABELS, ports: [{ "port!": "port", nodePort: "number", name: "text" }] },
  },
  "/ConfigMap": { data: DATA, binaryData: BASE64 },
  "/Secret": { data: BASE64, stringData: DATA },
  "/PersistentVolumeClaim": { "spec!": CLAIM },
  "networking.k8s.io/Ingress": {
    "spec!": {
      defaultBackend: BACKEND,
      rules: [{ host: "text", http: { paths: [{ "backend!": BACKEND }] } }],
      tls: [{ secretName: "text" }],
    },
  },
  "networking.k8s.io/NetworkPolicy": {
    spec: {
      podSelector: SELECTOR,
      policyTypes: ["text"],
      ingress: [{ from: PEERS, ports: [{}] }],
      egress: [{ to: PEERS, ports: [{}] }],
    },
  },
  "gateway.networking.k8s.io/HTTPRoute": {
    "spec!": { hostnames: ["text"], rules: [{ backendRefs: [{ "name!": "text", port: "number" }] }] },
  },
  "autoscaling/HorizontalPodAutoscaler": {
    "spec!": { "scaleTargetRef!": { "kind!": "text", "name!": "text" }, "maxReplicas!": "number" },
  },
  "policy/PodDisruptionBudget": { spec: { selector: SELECTOR } },
};

/** Kinds that are named by a label of DNS. */
const SHORT_NAMES = new Set(["/Namespace", "/Service"]);
/** Groups whose kinds may have any name that can stand in a path. */
const PATHS = /^(rbac\.authorization|apiregistration|certificates|flowcontrol\.apiserver)\.k8s\.io\//;

/** Where an object has another form than its kind; an object of a kind that nothing here knows has its metadata only. */
export function misformed(object: KubernetesObject): Misformed[] {
  const kind = groupKind(object);
  const name = PATHS.test(kind) ? "text" : SHORT_NAMES.has(kind) ? "label" : "name";
  return differences({ "metadata!": { "name!": name, ...METADATA }, ...FORMS[kind] }, object, []);
}

/** Whether a value has the form of a pod's spec. */
export const isPodSpec = (spec: unknown): boolean => differences(POD, spec, []).length === 0;

function differences(form: Form, value: unknown, path: Path): Misformed[] {
  const other = (expected: string): Misformed[] => [{ path, expected, found: shown(value) }];
  if (typeof form === "string") {
    const [expected] = SCALARS[form].find(([, fits]) => !fits(value)) ?? [];
    return expected === undefined ? [] : other(expected);
  }
  if (Array.isArray(form)) {
    if (!Array.isArray(value)) return other("a list");
    return value.flatMap((inner, index) => differences(form[0], inner, [...path, `[${index}]`]));
  }
  if (!isMap(value)) return other("a map");
  return Object.entries(form).flatMap(([field, inner]) => {
    if (field === KEYS) return Object.keys(value).flatMap((key) => differences(inner, key, [...path, key]));
    if (field === "*") return Object.entries(value).flatMap(([key, each]) => differences(inner, each, [...path, key]));
    const name = field.replace(/!$/, "");
    return value[name] !== undefined || name !== field ? differences(inner, value[name], [...path, name]) : [];
  });
}

/** As Go reads it: whole groups of four, and lines do not count. */
function isBase64(value: unknown): boolean {
  return /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(String(value).replace(/[\r\n]/g, ""));
}

const isQuantity = (value: unknown) => typeof value !== "object" && parseQuantity(value) !== undefined;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return isMap(value) ? "a map" : JSON.stringify(value);
}
