import { profile } from "../settings/minikube.ts";
import { services } from "../settings/services.ts";
import type { Settings } from "../settings.ts";
import { releaseName } from "./release.ts";

/** What to do about a backend that answers on its readiness path that the schema is behind; undefined for any other answer. */
export function schemaHint(
  { environment, cluster, database }: Pick<Settings, "environment" | "cluster"> & { database: { migrations: string } },
  release: string,
  answer: string,
): string | undefined {
  if (release !== releaseName(services.backend.chart, environment) || !isAboutSchema(answer)) return undefined;
  return database.migrations === "none" ? migrationHint(environment, cluster.context === profile) : undefined;
}

/** Whether an answer is about the schema: the reference backend's, and that of whoever uses the same words. */
export const isAboutSchema = (answer: string): boolean => /schema|migrat/i.test(answer);

/** How the schema of a stack that updates leave alone gets up to date. @param own whether it is on the project's own cluster */
export function migrationHint(environment: string, own: boolean): string {
  const set = `\`pulumi config set --path todo:database.migrations job -s ${environment}\` has each update migrate it`;
  return own ? `\`make migrate ENV=${environment}\` brings it up to date once, ${set}` : set;
}
