// Values the chart tests render with: the least a chart asks for, and everything it can do.
import type { Chart, Values } from "./render";

export const least: Record<Chart, Values> = {
  "todo-postgres": { auth: { existingSecret: "todo-postgres-secrets" } },
  "todo-backend": {
    image: { repository: "localhost/todo-backend", tag: "0123456789ab" },
    secrets: { existingSecret: "todo-backend-secrets" },
  },
  "todo-frontend": { image: { repository: "localhost/todo-frontend", tag: "0123456789ab" } },
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

const scaled = {
  ...common,
  replicaCount: 4,
  service: { type: "NodePort", nodePort: 30300 },
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
};

/** Each list and map filled, each switch on. */
export const everything: Record<Chart, Values> = {
  "todo-postgres": {
    ...common,
    auth: { existingSecret: "todo-postgres-secrets", checksum: "c0ffee" },
    persistence: { storageClassName: "fast" },
    networkPolicy: { enabled: true, allowFrom: [{ "app.kubernetes.io/name": "todo-backend" }] },
  },
  "todo-backend": {
    ...least["todo-backend"],
    ...scaled,
    env: { BACKEND_ENV: "test", POOL_SIZE: "2" },
    secrets: { existingSecret: "todo-backend-secrets", checksum: "c0ffee" },
    networkPolicy: {
      enabled: true,
      allowFrom: [{ "app.kubernetes.io/name": "todo-frontend" }],
      allowTo: [{ matchLabels: { "app.kubernetes.io/name": "todo-postgres" }, port: 5432 }],
      allowExternalPorts: [443],
    },
  },
  "todo-frontend": {
    ...least["todo-frontend"],
    ...scaled,
    env: { API_URL: "http://todo-backend-test:8000" },
    networkPolicy: {
      enabled: true,
      allowFrom: [{ "app.kubernetes.io/name": "traefik" }],
      allowTo: [{ matchLabels: { "app.kubernetes.io/name": "todo-backend" }, port: 8000 }],
      allowExternalPorts: [443],
    },
    ingress: {
      enabled: true,
      className: "traefik",
      host: "todo.example.com",
      annotations: { a: "b" },
      tls: { secretName: "todo-tls" },
    },
    httpRoute: {
      enabled: true,
      parentRefs: [{ name: "gateway", namespace: "edge", sectionName: "https" }],
      hostnames: ["todo.example.com"],
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

export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
