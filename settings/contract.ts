import { z } from "zod";
import { certificateText, privateKeyText } from "./certificate.ts";
import { wrongParameters } from "./database-parameters.ts";
import { databaseUrl } from "./database-url.ts";
import { cpu, dnsLabel, longSecret, memory, orNone, schedule, text, truth, whole } from "./fields.ts";
import { furtherService } from "./further-service.ts";
import { metrics } from "./metrics.ts";
import { origin } from "./origin.ts";
import { expected } from "./problems.ts";
import { FURTHER_SERVICES, type ServiceName, type ServiceSettings, serviceSections } from "./services.ts";

const cluster = z.strictObject({
  context: text("the name of a kubeconfig context", /^\S+$/).describe(
    "Context of the kubeconfig; the only cluster used",
  ),
  storageClass: text("the name of a StorageClass", /^\S+$/)
    .optional()
    .describe("Of the volume, instead of the cluster's own"),
  ingressClass: text("the name of an IngressClass", /^\S+$/).optional().describe("Makes an Ingress for origin's host"),
  gateway: z
    .strictObject({
      name: dnsLabel("public").describe("Its name"),
      namespace: dnsLabel("gateways").optional().describe("Where it is, unless it is in the environment's own"),
      listener: dnsLabel("https").optional().describe("The one of its listeners, by name; default: all"),
    })
    .optional()
    .describe("A Gateway of the cluster: makes an HTTPRoute for origin's host, instead of an Ingress"),
  tlsSecret: orNone("the name of a Secret", /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
    .optional()
    .describe(
      "Secret of the namespace with the certificate of an https origin, for the Ingress; false where the controller, or what is before it, has one",
    ),
});

/** Scheme of database URLs, unless a stack says otherwise. */
export const DRIVER = "postgresql+asyncpg";

const driver = () => text("postgresql, postgres or postgresql+driver", /^postgres(ql)?(\+[a-z0-9_]+)?$/);

const everyDatabase = (migrations: "job" | "none") => ({
  driver: driver()
    .default(DRIVER)
    .describe("Scheme of the URL that the backend gets; it names the driver of the image"),
  urls: z
    .record(
      z.string(),
      z
        .strictObject({
          driver: driver().describe("Scheme of this form"),
          parameters: text("parameters without the ?, such as sslmode=require", /^[^\s?#]*$/)
            .optional()
            .describe("What stands behind the ?, instead of what the database's URL has, in the driver's words"),
        })
        .superRefine(({ driver, parameters = "" }, context) => {
          const wrong = wrongParameters(driver.split("+")[1] ?? "", parameters);
          if (!wrong) return;
          const message = `expected ${wrong.right.slice(1) || "none"}, found ${wrong.found.join(", ")}; ${wrong.why}`;
          context.addIssue({ code: "custom", path: ["parameters"], message });
        }),
    )
    .default({})
    .describe("Further forms of the database's URL, by their key: for an image with two drivers"),
  migrations: z
    .enum(["job", "none"])
    .default(migrations)
    .describe("Who brings the schema up to date: a Job before each install and upgrade, or nobody here"),
});

const backup = z.strictObject({
  schedule: schedule()
    .default("17 3 * * *")
    .describe("When a backup is made, as five fields of cron, in UTC; without todo:database.backup none is made"),
  keep: whole("backups", 1, 365).default(7).describe("Backups that stay; an older one goes when a newer one is whole"),
  storageGiB: whole("GiB", 1, 1024)
    .default(1)
    .describe("Size of their volume, which holds one more than keep; it counts in the quota"),
  deadlineSeconds: whole("seconds", 60, 86_400).default(3600).describe("How long one may take, and a restore"),
});

const database = z.discriminatedUnion(
  "mode",
  [
    z.strictObject({
      mode: z.literal("inside").describe("PostgreSQL in the namespace, on a PersistentVolumeClaim"),
      storageGiB: whole("GiB", 1, 1024).default(1).describe("Size of the volume"),
      backup: backup.optional().describe("Backups, on a volume of their own; none are made without this section"),
      ...everyDatabase("job"),
    }),
    z.strictObject({
      mode: z.literal("external").describe("PostgreSQL elsewhere; its URL is the secret todo:databaseUrl"),
      ...everyDatabase("none"),
    }),
  ],
  { error: expected('"inside" or "external"') },
);

const registry = z
  .strictObject({
    server: text("a registry's host, such as registry.example.com:5000", /^[A-Za-z0-9.-]+(:\d+)?(\/[^\s]*)?$/).describe(
      "The registry, as it begins the images' names",
    ),
    user: text("a name without spaces or colons", /^[^\s:]+$/).describe(
      "Who logs in; the password is the secret todo:registryToken",
    ),
  })
  .optional();

const tls = z
  .strictObject({
    certificate: certificateText().describe(
      "Certificate of the https origins, in PEM, with those that lead to its authority; its key is the secret todo:tlsKey",
    ),
  })
  .optional();

/** How a database inside is backed up. */
export type Backup = z.output<typeof backup>;

/** A registry that images are pulled from with a password. */
export type Registry = NonNullable<z.output<typeof registry>>;

/** A certificate that the stack file gives. */
export type Tls = NonNullable<z.output<typeof tls>>;

const quota = z
  .strictObject({
    cpu: cpu().default("2").describe("CPU that all pods together may set aside, in cores or millicores (m)"),
    memory: memory().default("8Gi").describe("Memory that all pods together may use at most, in Ki, Mi, Gi or Ti"),
    storageGiB: whole("GiB", 1, 4096).default(10).describe("Size of all volumes together"),
  })
  .prefault({});

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
  registry,
  tls,
  quota,
  ...serviceSections,
  [FURTHER_SERVICES]: z.record(z.string(), furtherService).default({}),
  neighbours: z
    .record(
      z.string(),
      z.strictObject({
        host: text("a host name, as the variables have it", /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/).describe(
          "Host, as the variables that lead to it have it: the name of its Service, with its namespace where that is another",
        ),
        port: whole("ports", 1, 65535).describe("Port of its Service"),
      }),
    )
    .default({}),
  protected: truth()
    .prefault(false)
    .describe("Whether what changes the environment asks first, and what would remove it refuses"),
  policy: z
    .enum(["mandatory", "advisory"])
    .default("mandatory")
    .describe("Whether a broken rule (components/policy.ts) ends a deployment, or is a warning"),
  metrics,
  networkPolicies: z
    .enum(["wired", "none"])
    .default("wired")
    .describe("Whether pods have the connections that they are wired with and no others, or any"),
  generations,
};

/** What else of a stack decides whether a secret will do. */
interface Beside {
  /** Scheme of the database's URL. */
  driver: string;
  /** Ports that the backend may connect to. Default: all. */
  reachable?: number[];
  /** The certificate whose key it is. Default: any. */
  certificate?: string;
}

/** Encrypted values, by their key below `todo:`; each may be absent. */
export const secrets = {
  databaseUrl: ({ driver, reachable }: Beside) => databaseUrl(driver, reachable),
  secretKey: () => longSecret(),
  authSecret: () => longSecret(),
  openaiApiKey: () => text("a key without spaces", /^\S+$/),
  tlsKey: ({ certificate }: Beside) => privateKeyText(certificate),
  registryToken: () => text("a password or token in one line, without spaces around it", /^\S(.*\S)?$/),
};

/** A map of further encrypted values, by their key in the Secret. */
export const FURTHER_SECRETS = "secrets";
export const furtherSecret = () => text("a text of at least one character", /[\s\S]/);

/** All keys below `todo:`. */
export const keys = [...Object.keys(sections), ...Object.keys(secrets), FURTHER_SECRETS];

type All = { [Key in keyof typeof sections]: z.output<(typeof sections)[Key]> };

/** What the sections hold; a stack may do without a service. */
export type Sections = Omit<All, ServiceName> & { [Name in ServiceName]?: ServiceSettings<Name> };
