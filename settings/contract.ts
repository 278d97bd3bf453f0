import { z } from "zod";
import {
  command,
  commandOrNone,
  cpu,
  databaseUrl,
  longSecret,
  memory,
  origin,
  path,
  pathOrNone,
  port,
  ports,
  resources,
  text,
  texts,
  VARIABLE,
  variable,
  variables,
  whole,
} from "./fields";
import { expected } from "./report";

/** Keys of the backend's Secret, beside those of `todo:secrets`. */
export const SECRET_KEYS = ["DATABASE_URL", "SECRET_KEY", "AUTH_SECRET", "OPENAI_API_KEY"] as const;
export type SecretKey = (typeof SECRET_KEYS)[number];

const image = z
  .strictObject({
    repository: text(
      "an image name without tag, such as localhost/todo-backend",
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
    ).describe("Name of the image, with its registry, without tag"),
    // As the charts have it. Names without a digit (latest, prod) move; hexadecimal digests of letters alone exist.
    tag: text(
      'a tag that never moves, with a digit in it and in quotes, such as "4f1c2ab90d3e"',
      /^([A-Za-z_][A-Za-z_.-]{0,63})?[0-9][A-Za-z0-9_.-]{0,63}$|^[a-f]{7,64}$/,
      "`make images` writes those of the reference application",
    ).describe("Tag of the image; a changed one rolls it out"),
  })
  .describe("Image of the container");
const pods = () => whole("pods", 1, 50);
const replicas = pods().default(1).describe("Pods of the service, where no autoscaler owns their number");
const autoscaling = z
  .strictObject({
    enabled: z.boolean().default(false).describe("A HorizontalPodAutoscaler; it needs the cluster's metrics server"),
    minReplicas: pods().default(1).describe("Fewest pods"),
    maxReplicas: pods().default(3).describe("Most pods"),
    cpuPercent: whole("percent", 1, 100).default(70).describe("CPU use that it aims at, in percent of the request"),
  })
  .superRefine(({ minReplicas, maxReplicas }, context) => {
    if (minReplicas <= maxReplicas) return;
    const message = `expected at most maxReplicas, ${maxReplicas}, found ${minReplicas}`;
    context.addIssue({ code: "custom", path: ["minReplicas"], message });
  })
  .prefault({})
  .describe("Pods as the load wants them, instead of replicas");
const env = variables();
const externalPorts = (others: string) =>
  ports().describe(`Ports outside that it may connect to with todo:networkPolicies wired, ${others}`);
const writablePaths = texts(path("/var/cache/nginx"))
  .optional()
  .describe("Directories that the container may write to, instead of the chart's own");
const testCommand = (script: string) =>
  commandOrNone()
    .optional()
    .describe(`What \`helm test\` runs, with the address to ask behind it, instead of ${script}; false for no test`);

const cluster = z.strictObject({
  context: text("the name of a kubeconfig context", /^\S+$/).describe(
    "Context of the kubeconfig; the only cluster used",
  ),
  storageClass: text("the name of a StorageClass", /^\S+$/)
    .optional()
    .describe("Of the volume, instead of the cluster's own"),
  ingressClass: text("the name of an IngressClass", /^\S+$/).optional().describe("Makes an Ingress for origin's host"),
});

/** Scheme of database URLs, unless a stack says otherwise. */
export const DRIVER = "postgresql+asyncpg";

const everyDatabase = {
  driver: text("postgresql, postgres or postgresql+driver", /^postgres(ql)?(\+[a-z0-9]+)?$/)
    .default(DRIVER)
    .describe("Scheme of the URL that the backend gets; it names the driver of the image"),
  migrations: z.enum(["job", "none"]).default("job").describe("Who brings the schema up to date: a Job, or nobody"),
};

const database = z.discriminatedUnion(
  "mode",
  [
    z.strictObject({
      mode: z.literal("inside").describe("PostgreSQL in the namespace, on a PersistentVolumeClaim"),
      storageGiB: whole("GiB", 1, 1024).default(1).describe("Size of the volume"),
      ...everyDatabase,
    }),
    z.strictObject({
      mode: z.literal("external").describe("PostgreSQL elsewhere; its URL is the secret todo:databaseUrl"),
      ...everyDatabase,
    }),
  ],
  { error: expected('"inside" or "external"') },
);

const quota = z
  .strictObject({
    cpu: cpu().default("1").describe("CPU that all pods together may set aside, in cores or millicores (m)"),
    memory: memory().default("4Gi").describe("Memory that all pods together may use at most, in Ki, Mi, Gi or Ti"),
    storageGiB: whole("GiB", 1, 4096).default(10).describe("Size of all volumes together"),
  })
  .prefault({});

const pool = z.strictObject({
  size: whole("connections", 1, 100).default(2).describe("Connections that each pod keeps open"),
  overflow: whole("connections", 0, 100).default(5).describe("Connections that each pod may open beyond that"),
  timeoutSeconds: whole("seconds", 1, 300).default(30).describe("Longest wait for a free connection"),
});

const backendNames = z.strictObject({
  environment: variable("BACKEND_ENV", "the stack's name"),
  host: variable("BACKEND_HOST", "the address to listen on, 0.0.0.0"),
  port: variable("BACKEND_PORT", "todo:backend.port"),
  corsOrigins: variable("CORS_ORIGINS", "todo:origin"),
  poolSize: variable("POOL_SIZE", "todo:backend.pool.size"),
  maxOverflow: variable("MAX_OVERFLOW", "todo:backend.pool.overflow"),
  poolTimeout: variable("POOL_TIMEOUT", "todo:backend.pool.timeoutSeconds"),
  chatMaxMessages: variable("CHAT_MAX_MESSAGES", "todo:backend.chatMaxMessages"),
  openaiBaseUrl: variable("OPENAI_BASE_URL", "todo:backend.openaiBaseUrl"),
});

const backend = z.strictObject({
  image,
  replicas,
  autoscaling,
  port: port(8000),
  pool: pool.prefault({}).describe("Connections to the database"),
  chatMaxMessages: whole("messages", 1, 1000).default(20).describe("Messages of a conversation that the model sees"),
  chatRequired: z.boolean().default(false).describe("Refuse to deploy without todo:openaiApiKey"),
  openaiBaseUrl: text("an http(s) URL without credentials", /^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/)
    .optional()
    .describe("OpenAI-compatible API instead of OpenAI's own"),
  // Half a processor each to start on: with 250m and 100m the first installation takes 26 s instead of 18.
  resources: resources({ cpu: "100m", memory: "128Mi" }, { cpu: "500m", memory: "512Mi" }),
  health: path().default("/health").describe("Path that answers 200 without asking the database"),
  ready: pathOrNone()
    .default("/ready")
    .describe("Path that answers 200 while the database can be used; false where the image has none"),
  variables: backendNames.prefault({}).describe("Names under which the image reads what is set here"),
  env: env.describe("Further variables of the container"),
  secretKeys: z
    .record(z.string(), text("the name of a key of the Secret, such as DATABASE_URL", VARIABLE))
    .optional()
    .describe(
      "Variables from the Secret, name: key; without it DATABASE_URL, SECRET_KEY, AUTH_SECRET and OPENAI_API_KEY have their own names, with it only those named here are variables",
    ),
  migrationCommand: command()
    .optional()
    .describe("What the migration's Job runs, instead of `python -m todo_backend.migrate`"),
  testCommand: testCommand("a Python script"),
  writablePaths,
  externalPorts: externalPorts("beside OpenAI's and the external database's 5432"),
});

const service = z
  .strictObject({
    type: z.enum(["ClusterIP", "NodePort"]).default("ClusterIP").describe("Kind of the Service"),
    nodePort: whole("node ports", 30000, 32767).optional().describe("Port of every node, where type is NodePort"),
  })
  .superRefine(({ type, nodePort }, context) => {
    if ((type === "NodePort") === (nodePort !== undefined)) return;
    const what = type === "NodePort" ? "a port from 30000 to 32767" : "none";
    context.addIssue({ code: "custom", path: ["nodePort"], message: expected(`${what}, because type is ${type}`) });
  })
  .meta({
    if: { properties: { type: { const: "NodePort" } }, required: ["type"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { required: ["nodePort"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    else: { if: { properties: { type: { const: "ClusterIP" } } }, then: { properties: { nodePort: false } } },
  });

const frontendNames = z.strictObject({
  apiUrl: variable("API_URL", "the backend's address inside the cluster"),
  port: variable("PORT", "todo:frontend.port"),
  host: variable("HOSTNAME", "the address to listen on, 0.0.0.0"),
  mode: variable("NODE_ENV", "production"),
});

const frontend = z.strictObject({
  image,
  replicas,
  autoscaling,
  port: port(3000),
  service: service.prefault({}).describe("How the pages are reached"),
  resources: resources({ cpu: "50m", memory: "64Mi" }, { cpu: "500m", memory: "256Mi" }),
  health: path().default("/").describe("Path that all probes ask"),
  env: env.describe("Further variables of the container, read at run time"),
  variables: frontendNames.prefault({}).describe("Names under which the image reads what is set here"),
  testCommand: testCommand("a Node.js script"),
  writablePaths,
  externalPorts: externalPorts("beside the backend"),
});

const generation = () =>
  whole("generations", 1, 1_000_000)
    .default(1)
    .describe("A higher number makes a new random value and restarts the pods that use it");

const generations = z
  .strictObject({ SECRET_KEY: generation(), AUTH_SECRET: generation(), POSTGRES_PASSWORD: generation() })
  .prefault({});

/** Everything that is not secret, by its key below `todo:`. */
export const sections = {
  cluster,
  origin: origin(),
  database,
  quota,
  backend,
  frontend,
  policy: z
    .enum(["mandatory", "advisory"])
    .default("mandatory")
    .describe("Whether a broken rule of components/policy/rules.ts ends a deployment, or is a warning"),
  networkPolicies: z
    .enum(["wired", "none"])
    .default("none")
    .describe("Whether pods have the connections that they are wired with and no others, or any"),
  generations,
};

/** Encrypted values, by their key below `todo:`; each may be absent. */
export const secrets = {
  /**
   * @param driver the URL's scheme
   * @param reachable ports that the backend may connect to; default: all
   */
  databaseUrl: (driver: string, reachable?: number[]) => databaseUrl(driver, reachable),
  secretKey: () => longSecret(),
  authSecret: () => longSecret(),
  openaiApiKey: () => text("a key without spaces", /^\S+$/),
};

/** A map of further encrypted values, by their key in the Secret. */
export const FURTHER_SECRETS = "secrets";
export const furtherSecret = () => text("a text of at least one character", /[\s\S]/);

/** All keys below `todo:`. */
export const keys = [...Object.keys(sections), ...Object.keys(secrets), FURTHER_SECRETS];

export type Sections = { [Key in keyof typeof sections]: z.output<(typeof sections)[Key]> };
export type BackendSettings = Sections["backend"];
export type FrontendSettings = Sections["frontend"];
