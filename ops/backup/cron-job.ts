// The CronJob that backs up a database inside, and the Jobs that the verbs make from it: with what is deployed, its image,
// Secret, volume and NetworkPolicies.
import type { KubernetesObject } from "local-charts/objects";
import { releaseName } from "../../components/release.ts";
import { POSTGRES_CHART } from "../../components/todo-postgres.ts";
import type { Settings } from "../../settings.ts";
import { Failure } from "../../tools/program.ts";
import { type Container, type Job, KEPT_SECONDS } from "../job/job.ts";

/** The key of how long a backup may take, and a restore. */
export const TIME_SETTING = "todo:database.backup.deadlineSeconds";

/** A CronJob as far as it is looked at. */
export interface CronJob extends KubernetesObject {
  spec: { jobTemplate: { metadata?: { labels?: Record<string, string> }; spec: Job["spec"] } };
}

/** The release whose CronJob it is. */
export const releaseOf = ({ environment }: Pick<Settings, "environment">) => releaseName(POSTGRES_CHART, environment);

/** @throws Failure where nothing here makes backups */
export function assertBackedUp({ environment, database }: Pick<Settings, "environment" | "database">): void {
  if (database.mode === "external") {
    throw new Failure(
      `stack ${environment}: expected a database inside, which is backed up and restored here, found todo:database.mode external; whoever runs that one does both`,
    );
  }
  if (database.backup) return;
  throw new Failure(
    `stack ${environment}: expected todo:database.backup, by which backups are made, found nothing; \`pulumi config set --path todo:database.backup.schedule '17 3 * * *' -s ${environment}\` and \`make up ENV=${environment}\` switch them on`,
  );
}

export const notDeployed = (stack: string, found: string) =>
  new Failure(
    `stack ${stack}: expected the CronJob that makes backups, found none (${found}); \`make up ENV=${stack}\` deploys it`,
  );

/** What a Job does instead of a backup. */
export interface Instead {
  script: string;
  /** Variables, beside those that it has for the database. */
  env?: Record<string, string>;
}

/**
 * A Job of the CronJob's.
 * @param part stands behind the CronJob's name
 */
export function jobFrom({ metadata, spec }: CronJob, part: "now" | "list" | "restore", instead?: Instead): Job {
  const { jobTemplate } = structuredClone(spec);
  const [first] = jobTemplate.spec.template.spec.containers;
  const added = Object.entries(instead?.env ?? {}).map(([name, value]) => ({ name, value }));
  const container: Container = instead
    ? { ...first, name: part, command: ["sh", "-c", instead.script], env: [...(first.env ?? []), ...added] }
    : first;
  const template = jobTemplate.spec.template;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${metadata.name}-${part}`, labels: jobTemplate.metadata?.labels ?? {} },
    spec: {
      ...jobTemplate.spec,
      // Somebody looks on, and says himself whether it is tried again.
      backoffLimit: 0,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: { ...template, spec: { ...template.spec, containers: [container] } },
    },
  };
}
