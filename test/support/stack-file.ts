import { stackConfig } from "./mocks";

/** Fields of a stack file by their path below `todo:`, and their new value; undefined removes the field. */
export type Change = Record<string, unknown>;

/** The `config:` of a stack file after a change. */
export function changed(stack: string, change: Change): Record<string, unknown> {
  const config: Record<string, unknown> = structuredClone(stackConfig(stack));
  for (const [path, value] of Object.entries(change)) {
    const names = (path.includes(":") ? path : `todo:${path}`).split(".");
    const last = names.pop() as string;
    const place = names.reduce((map, name) => {
      map[name] ??= {};
      return map[name] as Record<string, unknown>;
    }, config);
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return config;
}

const image = { repository: "registry.example.org:5000/team/app", tag: "2.4.0" };
const amounts = { requests: { cpu: "0.25", memory: "100Mi" }, limits: { cpu: "2", memory: "1Gi" } };

const scaled = { enabled: true, minReplicas: 50, maxReplicas: 50, cpuPercent: 1 };

/** Every key of the contract, with a value that is not its default; numbers are at one of their bounds. */
export const everyKey = {
  "todo:cluster": { context: "lab", storageClass: "fast", ingressClass: "traefik" },
  "todo:origin": "https://todo.example.org",
  "todo:database": { mode: "inside", storageGiB: 1024, driver: "postgresql", migrations: "none" },
  "todo:quota": { cpu: "64", memory: "1Ti", storageGiB: 4096 },
  "todo:backend": {
    ...{ image, replicas: 50, port: 65535, pool: { size: 1, overflow: 0, timeoutSeconds: 300 }, chatMaxMessages: 1000 },
    ...{ chatRequired: true, openaiBaseUrl: "http://llm.example.org/v1", resources: amounts },
    ...{ health: "/api/health", ready: false, env: { LOG_LEVEL: "debug" }, secretKeys: { DB: "DATABASE_URL" } },
    ...{ migrationCommand: ["./migrate", "up"], testCommand: false, writablePaths: ["/tmp", "/var/cache"] },
    ...{ externalPorts: [1, 65535] },
    variables: {
      ...{ environment: false, host: false, port: "LISTEN_PORT", corsOrigins: "ALLOWED_ORIGINS", poolSize: "POOL" },
      ...{ maxOverflow: false, poolTimeout: false, chatMaxMessages: false, openaiBaseUrl: "LLM_URL" },
    },
  },
  "todo:frontend": {
    ...{ image, replicas: 50, port: 1024, service: { type: "NodePort", nodePort: 32767 }, resources: amounts },
    ...{ health: "/live", env: { LOG_LEVEL: "debug" }, testCommand: ["curl"], writablePaths: ["/run"] },
    ...{ externalPorts: [65535] },
    variables: { apiUrl: "BACKEND", port: "LISTEN_PORT", host: false, mode: false },
  },
  "todo:policy": "advisory",
  "todo:networkPolicies": "wired",
  "todo:generations": { SECRET_KEY: 2, AUTH_SECRET: 2, POSTGRES_PASSWORD: 1_000_000 },
  "todo:openaiApiKey": "sk-1",
  "todo:secrets": { STRIPE_KEY: "sk_1", MAIL_PASSWORD: "y" },
};
const { replicas: _, ...backend } = everyKey["todo:backend"];
const { replicas: __, ...frontend } = everyKey["todo:frontend"];
/** The same with autoscalers and an external database, and with all secrets given. */
export const everyOtherKey = {
  ...everyKey,
  "todo:backend": { ...backend, autoscaling: scaled },
  "todo:frontend": { ...frontend, autoscaling: scaled },
  "todo:generations": {},
  "todo:secretKey": "x".repeat(32),
  "todo:authSecret": "y".repeat(32),
  "todo:database": { mode: "external", driver: "postgres", migrations: "none" },
  "todo:databaseUrl": "postgres://todo:password@db.example.org/todo?ssl=require",
};
