// What is wrong in a stack file by itself, and the words for it: settings.ts and Pulumi.schema.json are both held to it.
import type { Change } from "./stack-file";

const SEALED = { secure: "v1:nonce:cipher" };
const LONG = "canary-of-thirty-two-characters-or-more";
const TAG = 'expected a tag that never moves, with a digit in it and in quotes, such as "4f1c2ab90d3e"';
const IMAGES = "`make images` writes those of the reference application";

/** Each change alone makes one problem, reported in these words. */
export const refusals: [what: string, change: Change, line: string][] = [
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
    `todo:backend.image.tag: ${TAG}, found 123456789012; ${IMAGES}`,
  ],
  [
    "an image with its tag in the repository",
    { "backend.image.repository": "localhost/todo-backend:1" },
    'todo:backend.image.repository: expected an image name without tag, such as localhost/todo-backend, found "localhost/todo-backend:1"',
  ],
  ["no image", { "backend.image": undefined }, "todo:backend.image: expected a map of keys, found nothing"],
  ["a text for a map", { frontend: "none" }, 'todo:frontend: expected a map of keys, found "none"'],
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
    "kubernetes:context: no such key; known here: todo:cluster, todo:origin, todo:database, todo:quota, todo:backend, todo:frontend, todo:policy, todo:networkPolicies, todo:generations, todo:databaseUrl, todo:secretKey, todo:authSecret, todo:openaiApiKey, todo:secrets",
  ],
  [
    "a key of the other mode",
    { database: { mode: "external", storageGiB: 1 } },
    "todo:database.storageGiB: no such key; known here: mode, driver, migrations",
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
  ],
  [
    "the same of the frontend",
    { "frontend.replicas": 2, "frontend.autoscaling": { enabled: true } },
    "todo:frontend.replicas: expected none, because todo:frontend.autoscaling.enabled is true, found 2; `pulumi config rm --path todo:frontend.replicas -s dev`",
  ],
  [
    "more pods at least than at most",
    { "frontend.autoscaling": { minReplicas: 4 } },
    "todo:frontend.autoscaling.minReplicas: expected at most maxReplicas, 3, found 4",
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
  [
    "a port that needs root",
    { "backend.port": 80 },
    "todo:backend.port: expected a whole number (ports) from 1024 to 65535, found 80",
  ],
  [
    "a relative path",
    { "backend.health": "health" },
    'todo:backend.health: expected a path such as /health, found "health"',
  ],
  [
    "one path for health and readiness",
    { "backend.ready": "/health" },
    "todo:backend.ready: expected another path than todo:backend.health, found /health for both; liveness must not ask the database and readiness has to, or all is green on one that is dead; false is for an image that has no path for it",
  ],
  [
    "no readiness, in another word than false",
    { "backend.ready": "none" },
    'todo:backend.ready: expected a path such as /health, or false, found "none"',
  ],
  [
    "the API of the model where the image has no variable for it",
    { "backend.openaiBaseUrl": "http://llm.example.org/v1", "backend.variables": { openaiBaseUrl: false } },
    "todo:backend.openaiBaseUrl: expected none, because todo:backend.variables.openaiBaseUrl is false, found http://llm.example.org/v1",
  ],
  [
    "a command that is one text",
    { "backend.migrationCommand": "./migrate up" },
    'todo:backend.migrationCommand: expected a list of texts, at least one, found "./migrate up"',
  ],
  [
    "a test that is one text",
    { "frontend.testCommand": "curl --fail" },
    'todo:frontend.testCommand: expected a list of texts, at least one, or false, found "curl --fail"',
  ],
  [
    "a directory that is no path",
    { "frontend.writablePaths": ["/tmp", "cache"] },
    'todo:frontend.writablePaths[1]: expected a path such as /var/cache/nginx, found "cache"',
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
  ],
  [
    "pools beyond what the database inside serves, with as many pods as an autoscaler may make",
    { "backend.pool": { size: 10, overflow: 20 }, "backend.autoscaling": { enabled: true } },
    "todo:backend.pool: expected at most 97 connections to the database inside, found (maxReplicas + 1) × (size + overflow) + 1 = 121",
  ],
  [
    "a port outside that is none",
    { "backend.externalPorts": [587, 0] },
    "todo:backend.externalPorts[1]: expected a whole number (ports) from 1 to 65535, found 0",
  ],
  [
    "one port for a list",
    { "frontend.externalPorts": 443 },
    "todo:frontend.externalPorts: expected a list of ports, found 443",
  ],
  [
    "network policies of no kind",
    { networkPolicies: true },
    'todo:networkPolicies: expected "wired" or "none", found true',
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
    'todo:backend.resources.requests.cpu: expected a quantity such as "250m" or "1", in quotes, found 1',
  ],
  [
    "a limit below the request's default",
    { "backend.resources.limits.cpu": "0.05" },
    "todo:backend.resources.requests.cpu: expected at most the limit, 0.05, found 100m",
  ],
  [
    "a request above the limit, in another unit",
    { "frontend.resources": { requests: { memory: "1Gi" }, limits: { memory: "512Mi" } } },
    "todo:frontend.resources.requests.memory: expected at most the limit, 512Mi, found 1Gi",
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
  [
    "an external database without a URL",
    { database: { mode: "external" } },
    "todo:databaseUrl: expected the URL of the external database, found nothing; `pulumi config set --secret todo:databaseUrl -s dev` asks for it",
  ],
  ["a severity that is none", { policy: "off" }, 'todo:policy: expected "mandatory" or "advisory", found "off"'],
  [
    "no origin",
    { origin: "" },
    "todo:origin: expected scheme://host[:port], what the browser's address bar shows, found an empty text",
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
  ],
  [
    "an origin in the cluster's domain",
    { origin: "http://web.todo-dev.svc.cluster.local" },
    'todo:origin: expected an address that a browser can open, found "http://web.todo-dev.svc.cluster.local"; names of Services exist inside the cluster only',
  ],
  [
    "an origin whose port is not the node port",
    { origin: "http://localhost:3000" },
    "todo:origin: expected port 30300, which todo:frontend.service.nodePort opens here, found http://localhost:3000",
  ],
  [
    "a port-forward to a node port",
    { origin: "http://dev.localhost:30301", "frontend.service": { type: "ClusterIP" } },
    "todo:origin: expected a port outside of 30000 to 32767, found http://dev.localhost:30301; those are node ports, which the cluster may hold, so that nothing can forward them",
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
    "a variable of the build",
    { "frontend.env": { NEXT_PUBLIC_API_URL: "http://localhost" } },
    "todo:frontend.env.NEXT_PUBLIC_API_URL: expected a variable that is read at run time, found one that Next.js fixes at build time; it has no effect here",
  ],
  [
    "a variable that has its own key",
    { "backend.env": { CORS_ORIGINS: "*" } },
    "todo:backend.env.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
  ],
  [
    "the API's address a second time",
    { "frontend.env": { API_URL: "http://localhost" } },
    "todo:frontend.env.API_URL: expected another name, found one that is set from the backend's Service",
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
    "todo:backend.env.WORKERS: expected a text, in quotes, found a number",
  ],
  [
    "a variable under the name that the image has for a setting",
    { "backend.variables": { port: "LISTEN_PORT" }, "backend.env": { LISTEN_PORT: "1" } },
    "todo:backend.env.LISTEN_PORT: expected another name, found one that is set from todo:backend.port",
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
  ],
  [
    "a setting under a name that Next.js would have fixed",
    { "frontend.variables": { apiUrl: "NEXT_PUBLIC_API_URL" } },
    "todo:frontend.variables.apiUrl: expected a variable that is read at run time, found one that Next.js fixes at build time; it has no effect here",
  ],
  [
    "a setting under the name of a secret",
    { "backend.variables": { environment: "SECRET_KEY" }, "backend.secretKeys": { DB_DSN: "DATABASE_URL" } },
    "todo:backend.variables.environment: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
  ],
  [
    "a secret under the name that the image has for a setting",
    { "backend.secretKeys": { CORS_ORIGINS: "AUTH_SECRET" } },
    "todo:backend.secretKeys.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
  ],
  [
    "a variable that is a secret, under another name",
    { "backend.env": { DB: "canary" }, "backend.secretKeys": { DB: "DATABASE_URL" } },
    "todo:backend.env.DB: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
  ],
  [
    "a misspelt key of the Secret",
    { "backend.secretKeys": { JWT_SECRET: "AUTH_SECRETS" } },
    'todo:backend.secretKeys.JWT_SECRET: expected "DATABASE_URL" or "SECRET_KEY" or "AUTH_SECRET" or "OPENAI_API_KEY", found "AUTH_SECRETS"; did you mean AUTH_SECRET?',
  ],
  [
    "a key that the Secret does not have",
    { "backend.secretKeys": { PAYMENT: "STRIPE" } },
    'todo:backend.secretKeys.PAYMENT: expected "DATABASE_URL" or "SECRET_KEY" or "AUTH_SECRET" or "OPENAI_API_KEY", found "STRIPE"; `pulumi config set --secret --path todo:secrets.STRIPE -s dev` makes it one',
  ],
  [
    "a secret under a name that Next.js would publish",
    { "backend.secretKeys": { NEXT_PUBLIC_KEY: "AUTH_SECRET" } },
    "todo:backend.secretKeys.NEXT_PUBLIC_KEY: expected a variable that is read at run time, found one that Next.js fixes at build time; it has no effect here",
  ],
  [
    "one key for two variables",
    { "backend.secretKeys": { CSRF_SECRET: "SECRET_KEY", JWT_SECRET: "SECRET_KEY" } },
    "todo:backend.secretKeys.JWT_SECRET: expected a key that no other entry names, found SECRET_KEY as in CSRF_SECRET",
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
    "a further secret of a name that Next.js would publish",
    { secrets: { NEXT_PUBLIC_KEY: SEALED } },
    "todo:secrets.NEXT_PUBLIC_KEY: expected a variable that is read at run time, found one that Next.js fixes at build time; it has no effect here",
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
  ],
  [
    "a mapped secret under the name of a further one",
    { secrets: { JWT_KEY: SEALED }, "backend.secretKeys": { JWT_KEY: "SECRET_KEY" } },
    "todo:backend.secretKeys.JWT_KEY: expected another name, found one that is set from todo:secrets.JWT_KEY",
  ],
  [
    "a secret in plain text",
    { authSecret: LONG },
    "todo:authSecret: expected an encrypted value, found plain text; `pulumi config set --secret todo:authSecret -s dev` asks for it; the old value is no secret any more",
  ],
];
