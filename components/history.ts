import type { HealthyOptions } from "local-charts";
import type { Settings } from "../settings.ts";
import { PROGRAM } from "./program.ts";
import { schemaRevision } from "./schema-revision.ts";

/** What is noted of an environment that is well, beside its releases: what `make rollback` asks before it goes back. */
export function historyOf(settings: Settings): HealthyOptions {
  const { environment, cluster } = settings;
  return {
    ...{ context: cluster.context, namespace: `todo-${environment}`, program: PROGRAM },
    details: async (): Promise<Record<string, string>> => {
      const schema = await schemaRevision(settings);
      return schema ? { schema } : {};
    },
  };
}
