// The migration Job of a deployed backend, as its chart makes it.
import type { ChartArgs, Plain, Template } from "local-charts";
import { imageText, type KubernetesObject } from "local-charts/objects";
import { pods } from "../../components/network-policies.ts";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { POSTGRES_CHART } from "../../components/todo-postgres.ts";
import { POSTGRES_PORT } from "../../settings/database-url.ts";
import { KUBERNETES_VERSION } from "../../settings/kubernetes-version.ts";
import type { Settings } from "../../settings.ts";
import { Failure } from "../../tools/program.ts";
import { type Job, KEPT_SECONDS } from "../job/job.ts";

/** A release as `helm list` has it. */
export interface Release {
  name: string;
  status: string;
}

/** Chart values, as far as they are looked at. */
export interface Values {
  image?: { repository?: string; tag?: string; digest?: string };
  migration?: { enabled?: boolean };
  [name: string]: unknown;
}

/** The chart of a stack's backend with the values that its settings give it now. @throws Failure where it has none */
export function backendOf(settings: Settings): ChartArgs {
  const { backend } = chartsOf(partsOf(settings));
  if (backend) return backend;
  throw new Failure(
    `stack ${settings.environment}: expected a backend, which migrates the schema, found todo:backend none`,
  );
}

/**
 * What lets the migration into a database inside whose own NetworkPolicy knows the backend alone, as updates migrate nothing:
 * there as long as the Job is. Undefined where the Job needs none.
 */
export function passageFor(
  job: Job,
  { environment, database, networkPolicies }: Settings,
): KubernetesObject | undefined {
  if (networkPolicies !== "wired" || database.mode !== "inside" || database.migrations === "job") return undefined;
  const { name } = job.metadata;
  const from = [{ podSelector: { matchLabels: { "batch.kubernetes.io/job-name": name } } }];
  return {
    ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name } },
    spec: {
      podSelector: { matchLabels: pods(POSTGRES_CHART, environment) },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: POSTGRES_PORT }] }],
    },
  };
}

/** @throws Failure unless a release is there */
export function assertDeployed(stack: string, name: string, releases: Release[]): Release {
  const release = releases.find((each) => each.name === name);
  if (!release) throw notDeployed(stack, `there is no release ${name}`);
  return release;
}

/**
 * An update that leaves the schema alone may be waiting for it.
 * @throws Failure where somebody changes the release in any other way
 */
export function assertUnchanging(stack: string, { name, status }: Release, deployed: Values): void {
  if (["deployed", "failed"].includes(status)) return;
  const waits = ["pending-install", "pending-upgrade"].includes(status);
  if (waits && deployed.migration?.enabled === false) return;
  throw new Failure(
    `stack ${stack}: expected nobody to change release ${name} meanwhile, found it ${status}; wait for that update, or, if it was interrupted, \`make up ENV=${stack}\` goes on from there`,
  );
}

export const notDeployed = (stack: string, found: string) =>
  new Failure(
    `stack ${stack}: expected a backend that is deployed, whose image, variables and secrets a migration has, found none (${found}); \`make up ENV=${stack}\` deploys it`,
  );

/** @throws Failure where the stack file names another image than the release has: which of them is meant is not said */
export function assertSameImage(stack: string, values: Values, deployed: Values): void {
  const [wanted, found] = [values, deployed].map(({ image: { repository = "no image", ...rest } = {} }) =>
    imageText({ repository, ...rest }),
  );
  if (wanted === found) return;
  throw new Failure(
    `stack ${stack}: expected one image, found ${wanted} in Pulumi.${stack}.yaml (todo:backend.image) and ${found} deployed; \`make up ENV=${stack}\` deploys the former, then run this again`,
  );
}

/**
 * The Job of a chart with the values of what is deployed, and how to migrate as the settings say it now. It is the one that
 * the chart makes beside an application that is there: with the application's account, and no hook.
 */
export async function migrationJob(
  { chart: path, release, namespace, values }: ReturnType<typeof backendOf>,
  deployed: Values,
  template: Template,
): Promise<Job> {
  const migration = { ...(values.migration as object), enabled: true, mode: "job" };
  const objects = await template({
    ...{ path, namespace, release_name: release, kube_version: KUBERNETES_VERSION },
    values: { ...(deployed as Record<string, Plain>), migration },
  });
  const job = objects.find(({ kind }) => kind === "Job") as Job | undefined;
  if (!job) throw new Error(`${path}: expected a migration Job among its objects, found none`);
  return { ...job, spec: { ...job.spec, ttlSecondsAfterFinished: KEPT_SECONDS } };
}

/** Of the Jobs that are there, those of a release: an update's migration, or somebody else's. */
export const migrationsOf = (release: string, jobs: Job[]) =>
  jobs.filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"] === release);
