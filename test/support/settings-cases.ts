// Each setting's cases: a valid value that is not its default, what is refused, and the words for it. settings.ts,
// Pulumi.schema.json and docs/configuration.md are all held to them. A new setting has its lines here and nowhere else below
// test/support.
import { selfSigned } from "./certificate.ts";
import type { Change } from "./stack-file.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const image = { repository: "registry.example.org:5000/team/app", tag: "2.4.0", digest: DIGEST };
const amounts = { requests: { cpu: "0.25", memory: "100Mi" }, limits: { cpu: "2", memory: "1Gi" } };

const scaled = { enabled: true, minReplicas: 50, maxReplicas: 50, cpuPercent: 1 };

/** Every key of the contract, with a value that is not its default; numbers are at one of their bounds. */
export const everyKey = {
  "todo:cluster": { context: "lab", storageClass: "fast", ingressClass: "traefik", tlsSecret: "todo-tls" },
  "todo:origin": "https://todo.example.org",
  "todo:database": {
    ...{ mode: "inside", storageGiB: 1024, driver: "postgresql", migrations: "none" },
    backup: { schedule: "0,30 */6 1-31/2 12 1-5", keep: 365, storageGiB: 1024, deadlineSeconds: 86_400 },
    urls: { SYNC_URL: { driver: "postgresql+psycopg", parameters: "connect_timeout=5" } },
  },
  "todo:registry": { server: "registry.example.org:5000", user: "ci" },
  "todo:quota": { cpu: "64", memory: "1Ti", storageGiB: 4096 },
  "todo:backend": {
    ...{ image, replicas: 50, port: 65535, pool: { size: 1, overflow: 0, timeoutSeconds: 300 }, chatMaxMessages: 1000 },
    ...{ chatRequired: true, openaiBaseUrl: "http://llm.example.org/v1", resources: amounts },
    ...{
      health: "/api/health",
      ready: false,
      env: { LOG_LEVEL: "debug", PUBLIC_KEY: "k", SMTP: "smtp://smtp.shared:25" },
      secretKeys: { DB: "DATABASE_URL" },
    },
    ...{ migration: { command: ["./migrate", "up"], deadlineSeconds: 900 }, startSeconds: 200, corsFormat: "json" },
    ...{ testCommand: false, writablePaths: ["/tmp", "/var/cache"], externalPorts: [1, 65535] },
    ...{ command: ["./server"], args: ["--port", "65535"], serviceName: "backend", connectsTo: ["redis"] },
    metrics: { port: 1, path: "/stats" },
    ...{ service: { type: "NodePort", nodePort: 30000 }, origin: "https://api.example.org", paths: ["/v1", "/v2"] },
    variables: {
      ...{ environment: false, host: false, port: "LISTEN_PORT", corsOrigins: "ALLOWED_ORIGINS", poolSize: "POOL" },
      metricsPort: "STATS",
      ...{ maxOverflow: false, poolTimeout: false, chatMaxMessages: false, openaiBaseUrl: "LLM_URL" },
    },
  },
  "todo:frontend": {
    ...{ image, replicas: 50, port: 1, service: { type: "NodePort", nodePort: 32767 }, resources: amounts },
    ...{ health: "/live", env: { NEXT_PUBLIC_API_KEY: "x" }, testCommand: ["curl"], writablePaths: ["/run"] },
    ...{
      ...{ command: ["node"], args: ["server.js"], serviceName: "web", connectsTo: ["mail"], ready: "/ready" },
      externalPorts: [65535],
      startSeconds: 10,
      secretKeys: { DB_PASSWORD: "DATABASE_PASSWORD", SALT: "AUTH_SECRET" },
      metrics: { port: "none", path: "/" },
    },
    variables: {
      apiUrl: "BACKEND",
      port: "LISTEN_PORT",
      metricsPort: false,
      host: false,
      mode: false,
      origin: "SITE_URL",
    },
  },
  "todo:services": {
    redis: {
      ...{
        image,
        port: 6379,
        healthCommand: ["redis-cli", "ping"],
        resources: amounts,
        replicas: 1,
        startSeconds: 3600,
      },
      ...{ testCommand: ["true"], writablePaths: ["/data"], serviceName: "cache", metrics: { port: 9121, path: "/m" } },
      ...{ service: { type: "NodePort", nodePort: 30001 }, connectsTo: ["mail"] },
    },
    worker: {
      ...{ image, command: ["worker"], args: ["--all"], env: { QUEUE: "redis://cache:6379" }, replicas: 2 },
      ...{ secretKeys: { DSN: "DATABASE_URL" }, externalPorts: [443], connectsTo: ["mail"] },
      ...{ port: 9000, health: "/live", ready: "/ready", metrics: { port: 65535, path: "/m" } },
    },
  },
  "todo:neighbours": { mail: { host: "smtp.shared", port: 25 } },
  "todo:protected": true,
  "todo:policy": "advisory",
  "todo:metrics": { enabled: true, namespace: "monitoring", operator: true, labels: { release: "stack" } },
  "todo:networkPolicies": "wired",
  "todo:generations": { SECRET_KEY: 2, AUTH_SECRET: 2, POSTGRES_PASSWORD: 1_000_000 },
  "todo:openaiApiKey": "sk-1",
  "todo:registryToken": "a-token",
  "todo:secrets": { STRIPE_KEY: "sk_1", MAIL_PASSWORD: "y" },
};
const { storageGiB: ___, backup: _______, ...database } = everyKey["todo:database"];
const { replicas: _, ...backend } = everyKey["todo:backend"];
const { replicas: __, ...frontend } = everyKey["todo:frontend"];
const { replicas: _____, healthCommand: ______, ...redis } = everyKey["todo:services"].redis;
const { replicas: ____, ...worker } = everyKey["todo:services"].worker;
/** The same with autoscalers and an external database, and with all secrets given. */
export const everyOtherKey = {
  ...everyKey,
  "todo:cluster": { context: "lab", gateway: { name: "public", namespace: "gateways", listener: "https" } },
  "todo:backend": { ...backend, autoscaling: scaled },
  "todo:frontend": { ...frontend, autoscaling: scaled },
  "todo:services": { redis: { ...redis, autoscaling: scaled }, worker: { ...worker, autoscaling: scaled } },
  "todo:generations": {},
  "todo:secretKey": "x".repeat(32),
  "todo:authSecret": "y".repeat(32),
  "todo:database": { ...database, mode: "external", driver: "postgres" },
  "todo:databaseUrl": "postgres://todo:password@db.example.org/todo?ssl=require",
};

/** Of two certificates, the second for another host. */
export const certificates = [selfSigned(["todo.example.org", "api.example.org"]), selfSigned(["other.example.org"])];
/** The same with a certificate that the stack file gives. */
export const everyKeyOfCertificate = {
  ...everyKey,
  "todo:cluster": { context: "lab", ingressClass: "traefik" },
  "todo:tls": { certificate: certificates[0].certificate },
  "todo:tlsKey": certificates[0].key,
};

const SEALED = { secure: "v1:nonce:cipher" };
const LONG = "canary-of-thirty-two-characters-or-more";
const TAG = 'expected a tag that never moves, with a digit in it and in quotes, such as "4f1c2ab90d3e"';
const NAME = "expected an image name without tag, such as localhost/todo-backend";
const IMAGES = "`make images` writes those of the reference application";

/** Marks what no single field shows, or a pattern cannot tell: settings.ts alone finds it, and no editor. */
export const BEYOND_SCHEMA = "only settings.ts";

type Refusal = [what: string, change: Change, line: string, unseen?: typeof BEYOND_SCHEMA];

/** Each change alone makes one problem, reported in these words. */
export const refusals: Refusal[] = [
  ["the tag latest", { "backend.image.tag": "latest" }, `todo:backend.image.tag: ${TAG}, found "latest"; ${IMAGES}`],
  ["the tag dev", { "frontend.image.tag": "dev" }, `todo:frontend.image.tag: ${TAG}, found "dev"; ${IMAGES}`],
  [
    "a tag that is somebody's name for whatever is newest",
    { "backend.image.tag": "nightly-build" },
    `todo:backend.image.tag: ${TAG}, found "nightly-build"; ${IMAGES}`,
  ],
  ["an empty tag", { "backend.image.tag": "" }, `todo:backend.image.tag: ${TAG}, found an empty text; ${IMAGES}`],
  ["no tag", { "backend.image.tag": undefined }, `todo:backend.image.tag: ${TAG}, found nothing; ${IMAGES}`],
  [
    "a tag that YAML reads as a number",
    { "backend.image.tag": 123456789012 },
    `todo:backend.image.tag: ${TAG}, found 123456789012; \`pulumi config set --path --type string todo:backend.image.tag … -s dev\` writes one`,
  ],
  [
    "an image with its tag in the repository",
    { "backend.image.repository": "localhost/todo-backend:1" },
    `todo:backend.image.repository: ${NAME}, found "localhost/todo-backend:1"; 1 belongs in image.tag`,
  ],
  [
    "an image in one text",
    { "backend.image": "ghcr.io/acme/api:1.2" },
    'todo:backend.image: expected a map with repository and tag, found "ghcr.io/acme/api:1.2"',
  ],
  [
    "no image",
    { "backend.image": undefined },
    "todo:backend.image: expected a map with repository and tag, found nothing",
  ],
  ...(
    [
      ["a digest in the repository", `api:1.2@${DIGEST}`, `1.2 belongs in image.tag, ${DIGEST} in image.digest`],
      ["capitals", "Team/API", "no registry has capitals in a name: team/api"],
      ["a slash before it", "/team/api", "each slash has a word on both sides"],
      ["a slash behind it", "team/api/", "each slash has a word on both sides"],
      ["a scheme", "https://ghcr.io/acme/api", "a name has no https:// before it"],
    ] as const
  ).map(([what, name, why]): Refusal => {
    const shown = JSON.stringify(name);
    return [
      `an image with ${what}`,
      { "backend.image.repository": name },
      `todo:backend.image.repository: ${NAME}, found ${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}; ${why}`,
    ];
  }),
  [
    "a digest in the tag",
    { "backend.image.tag": `1.2@${DIGEST}` },
    `todo:backend.image.tag: ${TAG}, found "1.2@${DIGEST}"; ${DIGEST} belongs in image.digest`,
  ],
  [
    "a digest that is none",
    { "backend.image.digest": "sha256:0" },
    'todo:backend.image.digest: expected sha256: and 64 hexadecimal digits in lower case, found "sha256:0"',
  ],
  [
    "a digest of an image that no registry has",
    { "backend.image.digest": DIGEST },
    "todo:backend.image.digest: expected none, because localhost/todo-backend is loaded into the node, where an image has no digest, found one; `pulumi config rm --path todo:backend.image.digest -s dev`, and name its tag",
    BEYOND_SCHEMA,
  ],
  ["a text for a map", { frontend: "nothing" }, 'todo:frontend: expected a map of keys, or none, found "nothing"'],
  ["a misspelt key", { "backend.replcias": 2 }, "todo:backend.replcias: no such key; did you mean replicas?"],
  [
    "a misspelt key deep inside",
    { "backend.pool.sizes": 2 },
    "todo:backend.pool.sizes: no such key; did you mean size?",
  ],
  [
    "a misspelt key of a nested default",
    { "backend.resources.limits.memroy": "1Gi" },
    "todo:backend.resources.limits.memroy: no such key; did you mean memory?",
  ],
  ["a misspelt secret", { openaiApikey: LONG }, "todo:openaiApikey: no such key; did you mean todo:openaiApiKey?"],
  ["a misspelt namespace", { "tood:origin": "x" }, "tood:origin: no such key; did you mean todo:origin?"],
  [
    "a key that nothing reads",
    { "kubernetes:context": "minikube" },
    "kubernetes:context: no such key; known here: todo:cluster, todo:origin, todo:database, todo:registry, todo:tls, todo:quota, todo:backend, todo:frontend, todo:services, todo:neighbours, todo:protected, todo:policy, todo:metrics, todo:networkPolicies, todo:generations, todo:databaseUrl, todo:secretKey, todo:authSecret, todo:openaiApiKey, todo:tlsKey, todo:registryToken, todo:secrets",
  ],
  [
    "a key of the other mode",
    { database: { mode: "external", storageGiB: 1 } },
    "todo:database.storageGiB: no such key; known here: mode, driver, urls, migrations",
  ],
  [
    "a driver of another database",
    { "database.driver": "mysql" },
    'todo:database.driver: expected postgresql, postgres or postgresql+driver, found "mysql"',
  ],
  [
    "no context",
    { "cluster.context": undefined },
    "todo:cluster.context: expected the name of a kubeconfig context, found nothing",
  ],
  [
    "a quota of no kind of memory",
    { "quota.memory": "4GB" },
    'todo:quota.memory: expected a quantity such as "256Mi" or "1Gi", in quotes, found "4GB"',
  ],
  ["a misspelt quota", { "quota.storage": 5 }, "todo:quota.storage: no such key; known here: cpu, memory, storageGiB"],
  [
    "no replicas",
    { "backend.replicas": 0 },
    "todo:backend.replicas: expected a whole number (pods) from 1 to 50, found 0",
  ],
  [
    "half a replica",
    { "backend.replicas": 1.5 },
    "todo:backend.replicas: expected a whole number (pods) from 1 to 50, found 1.5",
  ],
  [
    "a number as text",
    { "backend.replicas": "2" },
    'todo:backend.replicas: expected a whole number (pods) from 1 to 50, found "2"',
  ],
  [
    "pods of a fixed number beside an autoscaler",
    { "backend.replicas": 1, "backend.autoscaling": { enabled: true } },
    "todo:backend.replicas: expected none, because todo:backend.autoscaling.enabled is true, found 1; `pulumi config rm --path todo:backend.replicas -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "the same of the frontend",
    { "frontend.replicas": 2, "frontend.autoscaling": { enabled: true } },
    "todo:frontend.replicas: expected none, because todo:frontend.autoscaling.enabled is true, found 2; `pulumi config rm --path todo:frontend.replicas -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "more pods at least than at most",
    { "frontend.autoscaling": { minReplicas: 4 } },
    "todo:frontend.autoscaling.minReplicas: expected at most maxReplicas, 3, found 4",
    BEYOND_SCHEMA,
  ],
  [
    "an autoscaler of no pods",
    { "backend.autoscaling.minReplicas": 0 },
    "todo:backend.autoscaling.minReplicas: expected a whole number (pods) from 1 to 50, found 0",
  ],
  [
    "more CPU than there is",
    { "backend.autoscaling.cpuPercent": 101 },
    "todo:backend.autoscaling.cpuPercent: expected a whole number (percent) from 1 to 100, found 101",
  ],
  [
    "the chart's word for the CPU",
    { "backend.autoscaling.targetCPUUtilizationPercentage": 70 },
    "todo:backend.autoscaling.targetCPUUtilizationPercentage: no such key; known here: enabled, minReplicas, maxReplicas, cpuPercent",
  ],
  ["no port", { "backend.port": 0 }, "todo:backend.port: expected a whole number (ports) from 1 to 65535, found 0"],
  [
    "a relative path",
    { "backend.health": "health" },
    'todo:backend.health: expected a path such as /health, found "health"',
  ],
  [
    "one path for health and readiness",
    { "backend.ready": "/health" },
    "todo:backend.ready: expected another path than todo:backend.health, found /health for both; liveness must not ask the database and readiness has to, or all is green on one that is dead; false is for an image that has no path for it",
    BEYOND_SCHEMA,
  ],
  [
    "pages by the backend that still have the frontend's node port as their address",
    { frontend: "none" },
    "todo:origin: expected a port outside of 30000 to 32767, found http://localhost:30300; those are node ports, which the cluster may hold, so that nothing can forward them; todo:backend.service.type NodePort opens one",
    BEYOND_SCHEMA,
  ],
  [
    "pages by the backend on another node port than the browser's",
    { frontend: "none", "backend.service": { type: "NodePort", nodePort: 30301 } },
    "todo:origin: expected port 30301, which todo:backend.service.nodePort opens here, found http://localhost:30300",
    BEYOND_SCHEMA,
  ],
  [
    "an address of its own for a backend that serves the pages",
    {
      frontend: "none",
      "backend.service": { type: "NodePort", nodePort: 30300 },
      "backend.origin": "http://localhost:30301",
    },
    "todo:backend.origin: expected none, because todo:frontend is none and all is at todo:origin, found one; `pulumi config rm --path todo:backend.origin -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "the pages' address for the backend",
    { "backend.origin": "http://localhost:30300" },
    "todo:backend.origin: expected another address than todo:origin, found http://localhost:30300; todo:backend.paths leads some paths of todo:origin to the backend",
    BEYOND_SCHEMA,
  ],
  [
    "an address of the backend to which nothing leads",
    { "backend.origin": "http://localhost:30301" },
    "todo:backend.origin: expected a way that leads there, found none; todo:backend.service.type NodePort, todo:cluster.ingressClass or todo:cluster.gateway is one",
    BEYOND_SCHEMA,
  ],
  [
    "an address of the backend with another port than its node port",
    { "backend.service": { type: "NodePort", nodePort: 30302 }, "backend.origin": "http://localhost:30301" },
    "todo:backend.origin: expected port 30302, which todo:backend.service.nodePort opens here, found http://localhost:30301",
    BEYOND_SCHEMA,
  ],
  [
    "paths of the backend that nothing tells apart",
    { "backend.paths": ["/api"] },
    "todo:backend.paths: expected none, because neither todo:cluster.ingressClass nor todo:cluster.gateway is set, found /api; `pulumi config rm --path todo:backend.paths -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "two controllers",
    { "cluster.ingressClass": "traefik", "cluster.gateway": { name: "public" } },
    "todo:cluster.gateway: expected none, because todo:cluster.ingressClass is traefik, found public; `pulumi config rm --path todo:cluster.gateway -s {stack}`, or todo:cluster.ingressClass".replace(
      "{stack}",
      "dev",
    ),
    BEYOND_SCHEMA,
  ],
  [
    "an address of the backend at the pages' host, which one controller cannot tell apart",
    {
      "frontend.service": undefined,
      origin: "https://todo.example.org",
      "cluster.ingressClass": "traefik",
      "cluster.tlsSecret": "todo-tls",
      "backend.origin": "https://todo.example.org:8443",
    },
    "todo:backend.origin: expected another host than that of todo:origin, because todo:cluster.ingressClass leads all of that to the pages, found https://todo.example.org:8443; todo:backend.paths leads some paths of it to the backend",
    BEYOND_SCHEMA,
  ],
  [
    "some paths for pages that all of the origin leads to",
    {
      ...{ frontend: "none", origin: "https://todo.example.org" },
      ...{ "cluster.ingressClass": "traefik", "cluster.tlsSecret": "todo-tls", "backend.paths": ["/api"] },
    },
    "todo:backend.paths: expected none, because todo:frontend is none and all of todo:origin is led to the backend, found /api; `pulumi config rm --path todo:backend.paths -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "a service by a name that the application has",
    { services: { "todo-backend": { image } } },
    'todo:services.todo-backend: expected a name that is not the application\'s own (backend, frontend, postgres, environment, todo-postgres, todo-backend, todo-frontend), found "todo-backend"',
    BEYOND_SCHEMA,
  ],
  [
    "a service by no name",
    { services: { Worker: { image } } },
    'todo:services.Worker: expected a name of lower-case letters, digits and -, at most 22, such as worker, found "Worker"',
  ],
  [
    "a service without an image",
    { services: { worker: {} } },
    "todo:services.worker.image: expected a map with repository and tag, found nothing",
  ],
  [
    "a secret among the variables of a service",
    { services: { worker: { image, env: { API_TOKEN: "x" } } } },
    "todo:services.worker.env.API_TOKEN: expected a variable that may be seen, found the name of a secret; it belongs in todo:secrets",
  ],
  [
    "a node port that is no NodePort's",
    { services: { worker: { image, service: { nodePort: 30301 } } } },
    "todo:services.worker.service.nodePort: expected none, because type is ClusterIP, found 30301",
  ],
  [
    "a way in to a service without a port",
    { services: { worker: { image, health: "/live", service: { type: "NodePort", nodePort: 30301 } } } },
    "todo:services.worker.port: expected the port that it listens on, because of health and service, found none; set it, or remove those",
    BEYOND_SCHEMA,
  ],
  [
    "a test that asks a service without a port",
    { services: { worker: { image, testCommand: ["true"] } } },
    "todo:services.worker.port: expected the port that it listens on, because of testCommand, found none; set it, or remove those",
    BEYOND_SCHEMA,
  ],
  [
    "a port that is none",
    { services: { worker: { image, port: 0 } } },
    "todo:services.worker.port: expected a whole number (ports) from 1 to 65535, or none, found 0",
  ],
  [
    "a command and a path for the same probes",
    { services: { redis: { image, port: 6379, health: "/live", healthCommand: ["true"] } } },
    "todo:services.redis.healthCommand: expected none, because of health, found one; `pulumi config rm --path todo:services.redis.healthCommand -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "a neighbour without a port",
    { neighbours: { redis: { host: "redis" } } },
    "todo:neighbours.redis.port: expected a whole number (ports) from 1 to 65535, found nothing",
  ],
  [
    "a neighbour that is deployed here",
    { services: { redis: { image } }, neighbours: { redis: { host: "redis", port: 6379 } } },
    "todo:neighbours.redis: expected a name of its own, found that of todo:services.redis, which needs no neighbour",
    BEYOND_SCHEMA,
  ],
  [
    "a connection to nobody",
    { "backend.connectsTo": ["redis"] },
    'todo:backend.connectsTo: expected frontend, found "redis"; todo:services and todo:neighbours have further ones',
    BEYOND_SCHEMA,
  ],
  [
    "a connection to itself",
    { "backend.connectsTo": ["backend"] },
    'todo:backend.connectsTo: expected frontend, found "backend"; todo:services and todo:neighbours have further ones',
    BEYOND_SCHEMA,
  ],
  [
    "a connection to a service without a port",
    { services: { worker: { image } }, "backend.connectsTo": ["worker"] },
    'todo:backend.connectsTo: expected a service with a port, found "worker"; set todo:services.worker.port',
    BEYOND_SCHEMA,
  ],
  [
    "a neighbour by the name of a service of the application",
    { neighbours: { backend: { host: "api", port: 80 } } },
    "todo:neighbours.backend: expected a name of its own, found that of todo:backend, which needs no neighbour",
    BEYOND_SCHEMA,
  ],
  ...["redis", "redis.todo-dev.svc.cluster.local"].map(
    (host): Refusal => [
      `a neighbour at the host of a service, ${host}`,
      { services: { redis: { image, port: 6379 } }, neighbours: { cache: { host, port: 6380 } } },
      `todo:neighbours.cache.host: expected another host, found ${host}, that of todo:services.redis, which needs no neighbour`,
      BEYOND_SCHEMA,
    ],
  ),
  [
    "a neighbour in the pod itself",
    { neighbours: { cache: { host: "localhost", port: 6379 } } },
    "todo:neighbours.cache.host: expected another host, found localhost, a host that means the pod itself; the machine that Minikube runs on is host.minikube.internal",
    BEYOND_SCHEMA,
  ],
  [
    "a service by a word of YAML",
    { services: { y: { image } } },
    'todo:services.y: expected a name of lower-case letters, digits and -, at most 22, such as worker, found "y"; YAML takes that for something else',
    BEYOND_SCHEMA,
  ],
  [
    "a Service by the name of the pod itself",
    { "backend.serviceName": "localhost" },
    'todo:backend.serviceName: expected a name of lower-case letters, digits and -, at most 63, such as todo-backend, found "localhost"; that is the pod itself',
    BEYOND_SCHEMA,
  ],
  [
    "two Services of one name",
    { services: { redis: { image, port: 6379 }, cache: { image, port: 6379, serviceName: "redis" } } },
    "todo:services.cache.serviceName: expected a name of its own, found redis, which todo:services.redis has too",
    BEYOND_SCHEMA,
  ],
  [
    "the name of the database's Service",
    { "backend.serviceName": "todo-postgres-dev" },
    "todo:backend.serviceName: expected a name of its own, found todo-postgres-dev, which the database has too",
    BEYOND_SCHEMA,
  ],
  [
    "two services at one node port",
    { services: { web: { image, port: 80, service: { type: "NodePort", nodePort: 30300 } } } },
    "todo:services.web.service.nodePort: expected a port of its own, found 30300, which todo:frontend has too",
    BEYOND_SCHEMA,
  ],
  [
    "a key that services do not have",
    { services: { worker: { image, replica: 2 } } },
    "todo:services.worker.replica: no such key; did you mean replicas?",
  ],
  [
    "the password of the database by its name inside",
    { services: { worker: { image, secretKeys: { PASSWORD: "POSTGRES_PASSWORD" } } } },
    'todo:services.worker.secretKeys.PASSWORD: expected "DATABASE_PASSWORD", as it is for services, found "POSTGRES_PASSWORD"',
    BEYOND_SCHEMA,
  ],
  [
    "a volume outside of where it seems to be",
    { "backend.writablePaths": ["/data/../etc"] },
    'todo:backend.writablePaths[0]: expected a directory such as /var/cache/nginx, found "/data/../etc"',
    BEYOND_SCHEMA,
  ],
  ...["/", "/data/", "/a:b"].map(
    (name): Refusal => [
      `a volume in the place of ${name}`,
      { "backend.writablePaths": [name] },
      `todo:backend.writablePaths[0]: expected a directory such as /var/cache/nginx, found "${name}"`,
    ],
  ),
  [
    "no readiness, in another word than false",
    { "backend.ready": "none" },
    'todo:backend.ready: expected a path such as /health, or false, found "none"',
  ],
  [
    "a model's server that would be the pod itself",
    { "backend.openaiBaseUrl": "http://localhost:11434/v1" },
    'todo:backend.openaiBaseUrl: expected another host than one that means the pod itself, found "http://localhost:11434/v1"; the machine that Minikube runs on is host.minikube.internal',
    BEYOND_SCHEMA,
  ],
  [
    "the API of the model where the image has no variable for it",
    { "backend.openaiBaseUrl": "http://llm.example.org/v1", "backend.variables": { openaiBaseUrl: false } },
    "todo:backend.openaiBaseUrl: expected none, because todo:backend.variables.openaiBaseUrl is false, found http://llm.example.org/v1; `pulumi config rm --path todo:backend.openaiBaseUrl -s dev`, or name the image's variable there",
    BEYOND_SCHEMA,
  ],
  [
    "a command without a program",
    { "backend.command": ["", "x"] },
    "todo:backend.command[0]: expected the name of a program, found an empty text",
    BEYOND_SCHEMA,
  ],
  [
    "a command that is one text",
    { "backend.migration.command": "./migrate up" },
    "todo:backend.migration.command: expected a list of texts, at least one, found \"./migrate up\"; `pulumi config set --path 'todo:backend.migration.command[0]' … -s dev` begins one",
  ],
  [
    "a migration's command where it stood once",
    { "backend.migrationCommand": ["./migrate"] },
    "todo:backend.migrationCommand: no such key; it is todo:backend.migration.command now",
  ],
  [
    "a test that is one text",
    { "frontend.testCommand": "curl --fail" },
    'todo:frontend.testCommand: expected a list of texts, at least one, or false, found "curl --fail"',
  ],
  [
    "a directory that is no path",
    { "frontend.writablePaths": ["/tmp", "cache"] },
    'todo:frontend.writablePaths[1]: expected a directory such as /var/cache/nginx, found "cache"',
  ],
  ["yes for true", { "backend.chatRequired": "yes" }, 'todo:backend.chatRequired: expected true or false, found "yes"'],
  [
    "an empty pool",
    { "backend.pool.size": 0 },
    "todo:backend.pool.size: expected a whole number (connections) from 1 to 100, found 0",
  ],
  [
    "pools beyond what the database inside serves",
    { "backend.pool": { size: 10, overflow: 20 }, "backend.replicas": 3 },
    "todo:backend.pool: expected at most 97 connections to the database inside, found (replicas + 1) × (size + overflow) + 1 = 121",
    BEYOND_SCHEMA,
  ],
  [
    "pools beyond what the database inside serves, with as many pods as an autoscaler may make",
    { "backend.pool": { size: 10, overflow: 20 }, "backend.autoscaling": { enabled: true } },
    "todo:backend.pool: expected at most 97 connections to the database inside, found (maxReplicas + 1) × (size + overflow) + 1 = 121",
    BEYOND_SCHEMA,
  ],
  [
    "a port outside that is none",
    { "backend.externalPorts": [587, 0] },
    "todo:backend.externalPorts[1]: expected a whole number (ports) from 1 to 65535, found 0",
  ],
  [
    "one port for a list",
    { "frontend.externalPorts": 443 },
    "todo:frontend.externalPorts: expected a list of ports, found 443; `pulumi config set --path 'todo:frontend.externalPorts[0]' … -s dev` begins one",
  ],
  [
    "network policies of no kind",
    { networkPolicies: true },
    'todo:networkPolicies: expected "wired" or "none", found true',
  ],
  [
    "metrics where everybody asks",
    { "backend.metrics": { port: 8000 } },
    "todo:backend.metrics.port: expected a port of its own, or none, found 8000, that of todo:backend.port, which everybody reaches",
    BEYOND_SCHEMA,
  ],
  [
    "a port of metrics that is none",
    { "backend.metrics": { port: 0 } },
    "todo:backend.metrics.port: expected a whole number (ports) from 1 to 65535, or none, found 0",
  ],
  [
    "metrics for the operator, and none to have",
    { metrics: { enabled: false, operator: true } },
    "todo:metrics.operator: expected false, because todo:metrics.enabled is false, found true; `pulumi config rm --path todo:metrics.operator -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "a label of metrics that no label can be",
    { metrics: { labels: { release: "of ours" } } },
    'todo:metrics.labels.release: expected the text of a label, found "of ours"',
  ],
  [
    "memory in millibytes",
    { "backend.resources.limits.memory": "512m" },
    'todo:backend.resources.limits.memory: expected a quantity such as "256Mi" or "1Gi", in quotes, found "512m"',
  ],
  [
    "memory in powers of ten, which the charts refuse",
    { "backend.resources.limits.memory": "1G" },
    'todo:backend.resources.limits.memory: expected a quantity such as "256Mi" or "1Gi", in quotes, found "1G"',
  ],
  [
    "no CPU at all",
    { "backend.resources.requests.cpu": "0m" },
    'todo:backend.resources.requests.cpu: expected a quantity such as "250m" or "1", in quotes, found "0m"',
  ],
  [
    "a bare number of CPUs",
    { "backend.resources.requests.cpu": 1 },
    'todo:backend.resources.requests.cpu: expected a quantity such as "250m" or "1", in quotes, found 1; `pulumi config set --path --type string todo:backend.resources.requests.cpu … -s dev` writes one',
  ],
  [
    "a limit below the request's default",
    { "backend.resources.limits.cpu": "0.05" },
    "todo:backend.resources.requests.cpu: expected at most the limit, 0.05, found 100m",
    BEYOND_SCHEMA,
  ],
  [
    "a request above the limit, in another unit",
    { "frontend.resources": { requests: { memory: "1Gi" }, limits: { memory: "512Mi" } } },
    "todo:frontend.resources.requests.memory: expected at most the limit, 512Mi, found 1Gi",
    BEYOND_SCHEMA,
  ],
  [
    "a generation of a secret that is never random",
    { "generations.OPENAI_API_KEY": 2 },
    "todo:generations.OPENAI_API_KEY: no such key; known here: SECRET_KEY, AUTH_SECRET, POSTGRES_PASSWORD",
  ],
  [
    "a generation before the first",
    { "generations.SECRET_KEY": 0 },
    "todo:generations.SECRET_KEY: expected a whole number (generations) from 1 to 1000000, found 0",
  ],
  [
    "no storage",
    { "database.storageGiB": 0 },
    "todo:database.storageGiB: expected a whole number (GiB) from 1 to 1024, found 0",
  ],
  [
    "an unknown mode",
    { "database.mode": "outside" },
    'todo:database.mode: expected "inside" or "external", found "outside"',
  ],
  ...(
    [
      ["in words", "@daily"],
      ["with seconds", "0 17 3 * * *"],
      ["at an hour that no day has", "0 24 * * *"],
      ["with a weekday's name", "0 3 * * mon"],
    ] as const
  ).map(
    ([what, value]): Refusal => [
      `a schedule of backups ${what}`,
      { "database.backup.schedule": value },
      `todo:database.backup.schedule: expected a schedule of cron (minute, hour, day, month, weekday; in numbers), such as "17 3 * * *", found "${value}"`,
    ],
  ),
  [
    "a schedule of backups with a range that ends before it begins",
    { "database.backup.schedule": "0 22-4 * * *" },
    'todo:database.backup.schedule: expected a schedule of cron (minute, hour, day, month, weekday; in numbers), such as "17 3 * * *", found "0 22-4 * * *"; 22-4 ends before it begins',
    BEYOND_SCHEMA,
  ],
  [
    "backups of which none stays",
    { "database.backup.keep": 0 },
    "todo:database.backup.keep: expected a whole number (backups) from 1 to 365, found 0",
  ],
  [
    "a volume of nothing for backups",
    { "database.backup.storageGiB": 0 },
    "todo:database.backup.storageGiB: expected a whole number (GiB) from 1 to 1024, found 0",
  ],
  [
    "no time for a backup",
    { "database.backup.deadlineSeconds": 59 },
    "todo:database.backup.deadlineSeconds: expected a whole number (seconds) from 60 to 86400, found 59",
  ],
  [
    "backups that are merely wanted",
    { "database.backup": true },
    "todo:database.backup: expected a map of keys, found true",
  ],
  [
    "backups of an external database",
    { database: { mode: "external", backup: {} } },
    "todo:database.backup: no such key; known here: mode, driver, urls, migrations",
  ],
  [
    "pools beyond what the database inside serves beside a backup",
    { "database.backup": {}, "backend.pool": { size: 48, overflow: 0 } },
    "todo:backend.pool: expected at most 97 connections to the database inside, found (replicas + 1) × (size + overflow) + 2 = 98",
    BEYOND_SCHEMA,
  ],
  [
    "an external database without a URL",
    { database: { mode: "external" } },
    "todo:databaseUrl: expected the URL of the external database, found nothing; `pulumi config set --secret todo:databaseUrl -s dev` asks for it",
    BEYOND_SCHEMA,
  ],
  ["a severity that is none", { policy: "off" }, 'todo:policy: expected "mandatory" or "advisory", found "off"'],
  [
    "no origin",
    { origin: "" },
    "todo:origin: expected scheme://host[:port], what the browser's address bar shows, found nothing",
  ],
  [
    "any origin",
    { origin: "*" },
    'todo:origin: expected scheme://host[:port], what the browser\'s address bar shows, found "*"',
  ],
  [
    "an origin with a path",
    { origin: "http://localhost:30300/" },
    'todo:origin: expected http://localhost:30300, which is all of it that a browser sends as Origin, found "http://localhost:30300/"',
  ],
  [
    "an origin with credentials",
    { origin: "https://me:canary@todo.example.org" },
    'todo:origin: expected https://todo.example.org, which is all of it that a browser sends as Origin, found "https://***@todo.example.org"',
  ],
  [
    "an origin that is a Service",
    { origin: "http://todo-frontend-dev:3000" },
    'todo:origin: expected an address that a browser can open, found "http://todo-frontend-dev:3000"; names of Services exist inside the cluster only',
    BEYOND_SCHEMA,
  ],
  [
    "an origin in the cluster's domain",
    { origin: "http://web.todo-dev.svc.cluster.local" },
    'todo:origin: expected an address that a browser can open, found "http://web.todo-dev.svc.cluster.local"; names of Services exist inside the cluster only',
    BEYOND_SCHEMA,
  ],
  [
    "an origin whose port is not the node port",
    { origin: "http://localhost:3000" },
    "todo:origin: expected port 30300, which todo:frontend.service.nodePort opens here, found http://localhost:3000",
    BEYOND_SCHEMA,
  ],
  [
    "a port-forward to a node port",
    { origin: "http://dev.localhost:30301", "frontend.service": { type: "ClusterIP" } },
    "todo:origin: expected a port outside of 30000 to 32767, found http://dev.localhost:30301; those are node ports, which the cluster may hold, so that nothing can forward them; todo:frontend.service.type NodePort opens one",
    BEYOND_SCHEMA,
  ],
  [
    "a number for the host of an Ingress",
    { origin: "http://192.168.49.2:30300", "cluster.ingressClass": "traefik" },
    "todo:origin: expected a host name, because todo:cluster.ingressClass is traefik and an Ingress has a name for its host, found http://192.168.49.2:30300; `pulumi config rm --path todo:cluster.ingressClass -s dev` is for an address without one",
    BEYOND_SCHEMA,
  ],
  [
    "https on a node port",
    { origin: "https://localhost:30300" },
    "todo:origin: expected http://localhost:30300, because the pods speak plain HTTP and nothing is before them that has a certificate, found https://localhost:30300; todo:cluster.ingressClass and todo:cluster.tlsSecret are for https",
    BEYOND_SCHEMA,
  ],
  [
    "https on the node port of another machine",
    { origin: "https://192.168.49.2:30300" },
    "todo:origin: expected http://192.168.49.2:30300, because the pods speak plain HTTP and nothing is before them that has a certificate, found https://192.168.49.2:30300; todo:cluster.ingressClass and todo:cluster.tlsSecret are for https",
    BEYOND_SCHEMA,
  ],
  [
    "https on a forwarded port",
    { origin: "https://dev.localhost:8300", "frontend.service": { type: "ClusterIP" } },
    "todo:origin: expected http://dev.localhost:8300, because the pods speak plain HTTP and nothing is before them that has a certificate, found https://dev.localhost:8300; todo:cluster.ingressClass and todo:cluster.tlsSecret are for https",
    BEYOND_SCHEMA,
  ],
  [
    "a certificate for no Ingress",
    { "cluster.tlsSecret": "todo-tls" },
    "todo:cluster.tlsSecret: expected none, because there is no todo:cluster.ingressClass, found todo-tls; `pulumi config rm --path todo:cluster.tlsSecret -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "a certificate for plain HTTP",
    { "cluster.tlsSecret": "todo-tls", "cluster.ingressClass": "traefik" },
    "todo:cluster.tlsSecret: expected none, because todo:origin is http://localhost:30300, found todo-tls; `pulumi config rm --path todo:cluster.tlsSecret -s dev`",
    BEYOND_SCHEMA,
  ],
  [
    "a Secret by no name",
    { "cluster.tlsSecret": "Todo TLS" },
    'todo:cluster.tlsSecret: expected the name of a Secret, or false, found "Todo TLS"',
  ],
  [
    "a node port that the cluster does not publish",
    { origin: "http://localhost:31000", "frontend.service.nodePort": 31000 },
    "todo:frontend.service.nodePort: expected a port that todo-on-minikube publishes on this machine for Services (30300, 30301, 30302, 30303), found 31000",
    BEYOND_SCHEMA,
  ],
  [
    "a port at which Traefik is not",
    { origin: "http://dev.localhost", "cluster.ingressClass": "traefik", "frontend.service": { type: "ClusterIP" } },
    "todo:origin: expected http://dev.localhost:30080, as todo-on-minikube has Traefik there, found http://dev.localhost",
    BEYOND_SCHEMA,
  ],
  [
    "plain HTTP at the port of https",
    {
      ...{ origin: "http://dev.localhost:30443", "frontend.service": { type: "ClusterIP" } },
      "cluster.gateway": { name: "public", namespace: "todo-ingress" },
    },
    "todo:origin: expected http://dev.localhost:30080, as todo-on-minikube has Traefik there, found http://dev.localhost:30443",
    BEYOND_SCHEMA,
  ],
  [
    "a node port of a service at which Traefik may be",
    { origin: "http://localhost:30080", "frontend.service.nodePort": 30080 },
    "todo:frontend.service.nodePort: expected a port that todo-on-minikube publishes on this machine for Services (30300, 30301, 30302, 30303), found 30080",
    BEYOND_SCHEMA,
  ],
  [
    "NodePort without a port",
    { "frontend.service": { type: "NodePort" } },
    "todo:frontend.service.nodePort: expected a port from 30000 to 32767, because type is NodePort, found nothing",
  ],
  [
    "a node port without NodePort",
    { "frontend.service": { nodePort: 30300 } },
    "todo:frontend.service.nodePort: expected none, because type is ClusterIP, found 30300",
  ],
  [
    "a node port out of range",
    { "frontend.service.nodePort": 3000 },
    "todo:frontend.service.nodePort: expected a whole number (node ports) from 30000 to 32767, found 3000",
  ],
  [
    "a misspelt type",
    { "frontend.service.type": "Nodeport" },
    'todo:frontend.service.type: expected "ClusterIP" or "NodePort", found "Nodeport"; did you mean NodePort?',
  ],
  [
    "a secret among the variables of the frontend",
    { "frontend.env": { SECRET_KEY: "canary" } },
    "todo:frontend.env.SECRET_KEY: expected a variable that may be seen, found the name of a secret; map it in todo:frontend.secretKeys",
  ],
  [
    "a variable that has its own key",
    { "backend.env": { CORS_ORIGINS: "*" } },
    "todo:backend.env.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
    BEYOND_SCHEMA,
  ],
  [
    "the API's address a second time",
    { "frontend.env": { API_URL: "http://localhost" } },
    "todo:frontend.env.API_URL: expected another name, found one that is set from the backend's Service",
    BEYOND_SCHEMA,
  ],
  [
    "a secret among the variables",
    { "backend.env": { DATABASE_URL: "canary" } },
    "todo:backend.env.DATABASE_URL: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
  ],
  [
    "what looks like a secret among the variables",
    { "backend.env": { GITHUB_TOKEN: "canary" } },
    "todo:backend.env.GITHUB_TOKEN: expected a variable that may be seen, found the name of a secret; it belongs in todo:secrets",
  ],
  [
    "a password inside a variable",
    { "backend.env": { BROKER_URL: "amqp://todo:canary@mq.example.org" } },
    "todo:backend.env.BROKER_URL: expected a value that may be seen, found a URL with a password; that belongs in a Secret",
  ],
  [
    "a variable that is no name",
    { "backend.env": { "a-b": "c" } },
    "todo:backend.env.a-b: expected a name of letters, digits and _, found another",
  ],
  [
    "a variable that is no text",
    { "backend.env": { WORKERS: 2 } },
    "todo:backend.env.WORKERS: expected a text, in quotes, found a number; `pulumi config set --path --type string todo:backend.env.WORKERS … -s dev` writes one",
  ],
  [
    "a variable that is a truth",
    { "frontend.env": { DEBUG: true } },
    "todo:frontend.env.DEBUG: expected a text, in quotes, found a boolean; `pulumi config set --path --type string todo:frontend.env.DEBUG … -s dev` writes one",
  ],
  [
    "a variable without a value",
    { "frontend.env": { EMPTY: null } },
    "todo:frontend.env.EMPTY: expected a text, in quotes, found nothing",
  ],
  [
    "a variable that is a list",
    { "backend.env": { ORIGINS: ["a"] } },
    `todo:backend.env.ORIGINS: expected a text, in quotes, found a list; a variable that wants JSON gets it as a text, '["a"]'`,
  ],
  [
    "a variable that is a map",
    { "backend.env": { OPTIONS: { a: "1" } } },
    `todo:backend.env.OPTIONS: expected a text, in quotes, found a map; a variable that wants JSON gets it as a text, '["a"]'`,
  ],
  [
    "a word of a command that is a number",
    { "backend.migration.command": ["migrate", 1] },
    "todo:backend.migration.command[1]: expected a text, in quotes, found 1; `pulumi config set --path --type string 'todo:backend.migration.command[1]' … -s dev` writes one",
  ],
  [
    "a variable under the name that the image has for a setting",
    { "backend.variables": { port: "LISTEN_PORT" }, "backend.env": { LISTEN_PORT: "1" } },
    "todo:backend.env.LISTEN_PORT: expected another name, found one that is set from todo:backend.port",
    BEYOND_SCHEMA,
  ],
  [
    "no name for a setting that every image has to be told",
    { "backend.variables": { port: true } },
    "todo:backend.variables.port: expected the name of a variable, or false, found true",
  ],
  [
    "one name for two settings",
    { "frontend.variables": { port: "HOSTNAME" } },
    "todo:frontend.variables.host: expected a name that no other setting has, found HOSTNAME as in port",
    BEYOND_SCHEMA,
  ],
  [
    "a setting under the name of a secret",
    { "backend.variables": { environment: "SECRET_KEY" }, "backend.secretKeys": { DB_DSN: "DATABASE_URL" } },
    "todo:backend.variables.environment: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
    BEYOND_SCHEMA,
  ],
  [
    "a secret under the name that the image has for a setting",
    { "backend.secretKeys": { CORS_ORIGINS: "AUTH_SECRET" } },
    "todo:backend.secretKeys.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
    BEYOND_SCHEMA,
  ],
  [
    "a variable that is a secret, under another name",
    { "backend.env": { DB: "canary" }, "backend.secretKeys": { DB: "DATABASE_URL" } },
    "todo:backend.env.DB: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
    BEYOND_SCHEMA,
  ],
  [
    "a misspelt key of the Secret",
    { "backend.secretKeys": { JWT_SECRET: "AUTH_SECRETS" } },
    'todo:backend.secretKeys.JWT_SECRET: expected "DATABASE_URL" or "SECRET_KEY" or "AUTH_SECRET" or "OPENAI_API_KEY" or "DATABASE_HOST" or "DATABASE_PORT" or "DATABASE_NAME" or "DATABASE_USER" or "DATABASE_PASSWORD", found "AUTH_SECRETS"; did you mean AUTH_SECRET?',
    BEYOND_SCHEMA,
  ],
  [
    "a key that the Secret does not have",
    { "backend.secretKeys": { PAYMENT: "STRIPE" } },
    'todo:backend.secretKeys.PAYMENT: expected "DATABASE_URL" or "SECRET_KEY" or "AUTH_SECRET" or "OPENAI_API_KEY" or "DATABASE_HOST" or "DATABASE_PORT" or "DATABASE_NAME" or "DATABASE_USER" or "DATABASE_PASSWORD", found "STRIPE"; `pulumi config set --secret --path todo:secrets.STRIPE -s dev` makes it one',
    BEYOND_SCHEMA,
  ],
  [
    "a form of the database's URL under the name of a key that there is",
    { database: { mode: "inside", urls: { AUTH_SECRET: { driver: "postgresql" } } } },
    "todo:database.urls.AUTH_SECRET: expected another name, found one that is set from todo:authSecret",
    BEYOND_SCHEMA,
  ],
  [
    "a form of the database's URL under the name of a variable",
    { database: { mode: "inside", urls: { CORS_ORIGINS: { driver: "postgresql" } } } },
    "todo:database.urls.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
    BEYOND_SCHEMA,
  ],
  [
    "a form of the database's URL of the name of a further secret",
    { database: { mode: "inside", urls: { SYNC: { driver: "postgresql" } } }, secrets: { SYNC: SEALED } },
    "todo:database.urls.SYNC: expected another name, found one that is set from todo:secrets.SYNC",
    BEYOND_SCHEMA,
  ],
  [
    "parameters of another driver than that of a further form of the URL",
    { database: { mode: "inside", urls: { SYNC: { driver: "postgresql+psycopg", parameters: "ssl=true" } } } },
    "todo:database.urls.SYNC.parameters: expected sslmode=require, found ssl; psycopg knows those of libpq",
    BEYOND_SCHEMA,
  ],
  [
    "a form of the database's URL for no driver of PostgreSQL",
    { database: { mode: "inside", urls: { SYNC: { driver: "mysql" } } } },
    'todo:database.urls.SYNC.driver: expected postgresql, postgres or postgresql+driver, found "mysql"',
  ],
  ...refusalsOfCertificates(),
  [
    "a registry without its password",
    { registry: { server: "registry.example.com", user: "ci" } },
    "todo:registryToken: expected the password for registry.example.com, found nothing; `pulumi config set --secret todo:registryToken -s dev` asks for it",
    BEYOND_SCHEMA,
  ],
  [
    "a registry's password beside a registry that is none",
    { registry: { server: "two words", user: "ci" }, registryToken: SEALED },
    'todo:registry.server: expected a registry\'s host, such as registry.example.com:5000, found "two words"',
  ],
  [
    "a registry's password without the registry",
    { registryToken: SEALED },
    "todo:registryToken: expected none, because there is no todo:registry, found a value; `pulumi config set --path todo:registry.server HOST -s dev`, and .user, say for which registry it is",
    BEYOND_SCHEMA,
  ],
  [
    "a further secret in plain text",
    { secrets: { STRIPE_KEY: "canary" } },
    "todo:secrets.STRIPE_KEY: expected an encrypted value, found plain text; `pulumi config set --secret --path todo:secrets.STRIPE_KEY -s dev` asks for it; the old value is no secret any more",
  ],
  [
    "a text for the map of further secrets",
    { secrets: "canary" },
    "todo:secrets: expected a map of encrypted values, found no map; `pulumi config set --secret --path todo:secrets.NAME -s dev` asks for one",
  ],
  [
    "the database's password among the further secrets",
    { secrets: { POSTGRES_PASSWORD: SEALED } },
    "todo:secrets.POSTGRES_PASSWORD: expected another name, found one that is set from the database inside",
    BEYOND_SCHEMA,
  ],
  [
    "a secret of the contract among the further ones",
    { secrets: { OPENAI_API_KEY: SEALED } },
    "todo:secrets.OPENAI_API_KEY: expected another name, found one that is set from todo:openaiApiKey",
  ],
  [
    "a further secret under the name of a variable",
    { secrets: { CORS_ORIGINS: SEALED } },
    "todo:secrets.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
    BEYOND_SCHEMA,
  ],
  [
    "a variable that is a further secret",
    { secrets: { MAILER: SEALED }, "backend.env": { MAILER: "canary" } },
    "todo:backend.env.MAILER: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
    BEYOND_SCHEMA,
  ],
  ["a word for protection", { protected: "yes" }, 'todo:protected: expected true or false, found "yes"'],
  [
    "a mapped secret under the name of a further one",
    { secrets: { JWT_KEY: SEALED }, "backend.secretKeys": { JWT_KEY: "SECRET_KEY" } },
    "todo:backend.secretKeys.JWT_KEY: expected another name, found one that is set from todo:secrets.JWT_KEY",
    BEYOND_SCHEMA,
  ],
  [
    "a secret in plain text",
    { authSecret: LONG },
    "todo:authSecret: expected an encrypted value, found plain text; `pulumi config set --secret todo:authSecret -s dev` asks for it; the old value is no secret any more",
  ],
];

function refusalsOfCertificates(): Refusal[] {
  const page = { origin: "https://todo.example.org", "frontend.service": undefined, "cluster.ingressClass": "traefik" };
  const [{ certificate }, other] = certificates;
  const tls = (text: string) => ({ tls: { certificate: text }, tlsKey: SEALED });
  const remove = "`pulumi config rm todo:tls -s dev`";
  return [
    [
      "a certificate that is none",
      { ...page, ...tls("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----") },
      "todo:tls.certificate: expected a certificate in PEM that is valid today, the host's first, found a text that is none",
      BEYOND_SCHEMA,
    ],
    [
      "a certificate without its key",
      { ...page, tls: { certificate } },
      "todo:tlsKey: expected the key of todo:tls.certificate, found nothing; `pulumi config set --secret todo:tlsKey -s dev < key.pem` reads it from a file",
      BEYOND_SCHEMA,
    ],
    [
      "a certificate's key without the certificate",
      { tlsKey: SEALED },
      "todo:tlsKey: expected none, because there is no todo:tls, found a value; `pulumi config set --path todo:tls.certificate -s dev < cert.pem` says of which certificate it is",
      BEYOND_SCHEMA,
    ],
    [
      "a certificate for another host",
      { ...page, ...tls(other.certificate) },
      "todo:tls.certificate: expected one for todo.example.org, because todo:origin is https://todo.example.org, found other.example.org",
      BEYOND_SCHEMA,
    ],
    [
      "a certificate beside the name of a Secret with one",
      { ...page, ...tls(certificate), "cluster.tlsSecret": "todo-tls" },
      "todo:cluster.tlsSecret: expected none, because of todo:tls, found todo-tls; `pulumi config rm --path todo:cluster.tlsSecret -s dev`, or todo:tls",
      BEYOND_SCHEMA,
    ],
    [
      "a certificate that the stack has no Ingress for",
      tls(certificate),
      `todo:tls.certificate: expected none, because there is no todo:cluster.ingressClass, found one; ${remove}`,
      BEYOND_SCHEMA,
    ],
    [
      "a certificate for an address without TLS",
      { ...page, origin: "http://todo.example.org", ...tls(certificate) },
      `todo:tls.certificate: expected none, because todo:origin is http://todo.example.org, found one; ${remove}`,
      BEYOND_SCHEMA,
    ],
  ];
}
