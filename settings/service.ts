import { z } from "zod";
import {
  type Amounts,
  command,
  commandOrNone,
  directory,
  dnsLabel,
  names,
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
  words,
} from "./fields.ts";
import { image } from "./image.ts";
import { expected } from "./problems.ts";
import { serviceMetrics } from "./service-metrics.ts";

/** A variable that a container gets from this project, under the image's own name for it. */
export interface Variable {
  /** The image's name for it, unless the stack file says another; false for none. */
  name: string | false;
  /** What sets it: a key of the stack file, or who else. */
  from: string;
  /** What it gets, where `from` does not say it. */
  content?: string;
}

/** Where the image of a service of the reference application is made from. */
export interface ImageSource {
  /** Name of the image; one of another name is somebody's own. */
  repository: string;
  /** Folder with its Dockerfile. */
  folder: string;
  /** The official image that its Dockerfile takes as BASE. */
  base: "python" | "node";
}

/**
 * Everything that is known of a service: its chart, its image, its variables and its section of a stack file. Settings,
 * checks, images and promotion follow from it.
 */
export interface Service {
  /** Folder below `helm/`, and the first half of the release's name. */
  chart: string;
  /** Undefined where its image is always somebody's own. */
  source?: ImageSource;
  variables: Record<string, Variable>;
  /** Keys of Secrets that it reads under their own names, unless the stack file says otherwise. */
  secretKeys: readonly string[];
  section: z.ZodType;
}

type Names<Variables> = { [Setting in keyof Variables]: ReturnType<typeof variable> };

/** A service from what is its own; what all services have is added here. */
export function defineService<Variables extends Record<string, Variable>, Fields extends z.ZodRawShape>(own: {
  chart: string;
  source: ImageSource;
  variables: Variables;
  /** As of Service; default: none. */
  secretKeys?: readonly string[];
  port: number;
  /** Defaults for each pod. */
  requests: Amounts;
  limits: Amounts;
  /** Default of the path that answers 200 while the process works. */
  health: string;
  /** What `health` is for. */
  healthMeaning: string;
  /** What `helm test` runs unless the stack file says otherwise. */
  testScript: string;
  /** What its pods may connect to outside anyway. */
  opensAnyway: string;
  fields: Fields;
}) {
  const names = Object.entries(own.variables).map(([setting, { name, from, content }]) => [
    setting,
    variable(name, content ?? from),
  ]);
  const section = z.strictObject({
    image,
    port: port(own.port),
    health: path().default(own.health).describe(own.healthMeaning),
    variables: z
      .strictObject(Object.fromEntries(names) as Names<Variables>)
      .prefault({} as never)
      .describe("Names under which the image reads what is set here"),
    ...common({ ...own, ownImage: true }),
    ...own.fields,
  });
  const { chart, source, variables: ownVariables, secretKeys = [] } = own;
  return { chart, source, variables: ownVariables, secretKeys, section };
}

/** The fields that the sections of all services have, besides those whose form differs. */
export function common({ requests, limits, secretKeys, testScript, opensAnyway, ownImage }: CommonFacts) {
  return {
    metrics: serviceMetrics(ownImage),
    command: command().optional().describe("What the container runs instead of its image's entry point, word by word"),
    args: words().optional().describe("Its arguments, instead of those of the image"),
    replicas: pods().default(1).describe("Pods of the service, where no autoscaler owns their number"),
    autoscaling,
    serviceName: dnsLabel("todo-backend")
      .optional()
      .describe(
        "Name of the Service, by which pods of the namespace reach it: the same in all environments, instead of that of the release",
      ),
    service: service(),
    resources: resources(requests, limits),
    startSeconds: whole("seconds", 10, 3600)
      .default(100)
      .describe(
        "Longest time that a container may take until its health path answers; an update waits as long for each pod",
      ),
    secretKeys: z
      .record(z.string(), text("the name of a key of a Secret, such as DATABASE_URL", VARIABLE))
      .optional()
      .describe(secretKeysMeaning(secretKeys)),
    env: variables().describe("Further variables of the container, read at run time"),
    testCommand: commandOrNone()
      .optional()
      .describe(
        `What \`helm test\` runs, with the address to ask behind it, instead of ${testScript}; false for no test`,
      ),
    writablePaths: texts(directory())
      .optional()
      .describe("Directories that the container may write to, instead of the chart's own"),
    externalPorts: ports().describe(
      `Ports outside that it may connect to with todo:networkPolicies wired, beside those that its variables name${opensAnyway}`,
    ),
    connectsTo: names().describe(
      "Services and neighbours whose address only a Secret gives it; those in its variables are found there",
    ),
  };
}

interface CommonFacts {
  requests: Amounts;
  limits: Amounts;
  secretKeys?: readonly string[];
  testScript: string;
  opensAnyway: string;
  /** Whether there is an image of this project for it. */
  ownImage: boolean;
}

/** A path of its own for readiness, where an image has one. */
export function ready() {
  return pathOrNone().default(false).describe("Path that answers 200 while requests can be served; false asks health");
}

/** How a service is reached from outside the cluster, without an Ingress or a Gateway. */
function service() {
  return z
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
    })
    .prefault({})
    .describe("How it is reached");
}

function secretKeysMeaning(anyway: readonly string[] = []): string {
  const otherwise =
    anyway.length > 0
      ? `without it ${anyway.slice(0, -1).join(", ")} and ${anyway.at(-1)} have their own names, with it only those named here are variables`
      : "without it there are none";
  return `Variables whose values are secret, name: key; ${otherwise}`;
}

function pods() {
  return whole("pods", 1, 50);
}

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
