// Values the chart tests render with: the least a chart asks for, and everything it can do.
import { isMap } from "local-charts/objects";
import type { Chart, Values } from "./render.ts";

export const least: Record<Chart, Values> = {
  "todo-postgres": { auth: { existingSecret: "todo-postgres-secrets" } },
  "todo-backend": {
    image: { repository: "localhost/todo-backend", tag: "0123456789ab" },
    secrets: { existingSecret: "todo-backend-secrets" },
  },
  "todo-frontend": { image: { repository: "localhost/todo-frontend", tag: "0123456789ab" } },
  service: { image: { repository: "localhost/service", tag: "0123456789ab" } },
};

/** The least that the umbrella chart asks for. */
export const leastOfTodoApp: Values = {
  global: { origin: "https://todo.example.com" },
  "todo-backend": { image: least["todo-backend"].image },
  "todo-frontend": { image: least["todo-frontend"].image },
};

const scheduling = {
  nodeSelector: { disk: "fast" },
  tolerations: [{ key: "dedicated", operator: "Equal", value: "todo", effect: "NoExecute", tolerationSeconds: 60 }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/arch", operator: "Exists" }] }],
      },
    },
  },
};

const common = {
  fullnameOverride: "app",
  nameOverride: "part",
  imagePullSecrets: [{ name: "registry" }],
  serviceAccount: { annotations: { "example.com/identity": "todo" } },
  podAnnotations: { "example.com/scrape": "yes" },
  podLabels: { team: "todo" },
  ...scheduling,
};

export const digest = `sha256:${"0f".repeat(32)}`;

const scaled = (chart: Chart) => ({
  ...common,
  image: { repository: `localhost/${chart}`, tag: "0123456789ab", digest },
  command: ["serve"],
  args: ["--verbose"],
  replicaCount: 4,
  service: { name: "stable", type: "NodePort", nodePort: 30300 },
  metrics: { port: 9464, path: "/stats", operator: { enabled: true, labels: { release: "monitoring" } } },
  secrets: {
    existingSecret: `${chart}-secrets`,
    checksum: "c0ffee",
    keys: { LICENCE: "licence" },
    optional: ["LICENCE"],
  },
  probes: { startup: { exec: ["started"] }, liveness: { exec: ["alive"] }, readiness: { exec: ["ready"] } },
  autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 5 },
  test: { command: ["curl", "--fail"] },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { team: "todo" } },
    },
  ],
  ingress: {
    enabled: true,
    className: "traefik",
    host: "todo.example.com",
    paths: ["/app", "/files"],
    annotations: { a: "b" },
    tls: { secretName: "todo-tls" },
  },
  httpRoute: {
    enabled: true,
    parentRefs: [{ name: "gateway", namespace: "edge", sectionName: "https" }],
    hostnames: ["todo.example.com"],
    paths: ["/app", "/files"],
  },
});

/** Each list and map filled, each switch on. */
export const everything: Record<Chart, Values> = {
  "todo-postgres": {
    ...common,
    image: { digest },
    auth: { existingSecret: "todo-postgres-secrets", checksum: "c0ffee" },
    persistence: { storageClassName: "fast" },
    backup: { enabled: true, persistence: { storageClassName: "fast" } },
    networkPolicy: { enabled: true, allowFrom: [{ "app.kubernetes.io/name": "todo-backend" }] },
  },
  "todo-backend": {
    ...scaled("todo-backend"),
    env: { BACKEND_ENV: "test", POOL_SIZE: "2" },
    waitForDatabase: { enabled: true, host: "todo-postgres-test", image: { digest } },
    networkPolicy: {
      enabled: true,
      allowFrom: [{ "app.kubernetes.io/name": "todo-frontend" }],
      allowTo: [{ matchLabels: { "app.kubernetes.io/name": "todo-postgres" }, port: 5432 }],
      allowExternalPorts: [443],
      allowMetricsFrom: "todo-monitoring",
    },
  },
  "todo-frontend": {
    ...scaled("todo-frontend"),
    env: { API_URL: "http://todo-backend-test:8000" },
    networkPolicy: {
      enabled: true,
      allowFrom: [{ "app.kubernetes.io/name": "traefik" }],
      allowTo: [{ matchLabels: { "app.kubernetes.io/name": "todo-backend" }, port: 8000 }],
      allowExternalPorts: [443],
      allowMetricsFrom: "todo-monitoring",
    },
  },
  service: {
    ...scaled("service"),
    containerPort: 9000,
    service: { ...scaled("service").service, port: 80 },
    env: { QUEUE: "mails" },
    networkPolicy: {
      enabled: true,
      allowFrom: [{ "app.kubernetes.io/name": "todo-backend" }],
      allowTo: [{ matchLabels: { "app.kubernetes.io/name": "todo-postgres" }, port: 5432 }],
      allowExternalPorts: [443],
      allowMetricsFrom: "todo-monitoring",
    },
  },
};

/** `values` over `defaults`, as Helm does it: maps are merged, everything else is replaced. */
export function merge(defaults: unknown, values: unknown): unknown {
  if (!isMap(defaults) || !isMap(values)) {
    return values === undefined ? defaults : values;
  }
  const keys = new Set([...Object.keys(defaults), ...Object.keys(values)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(defaults[key], values[key])]));
}
