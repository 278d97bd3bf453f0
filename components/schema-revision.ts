// Where the database's schema is, by the table in which Alembic keeps that: what decides whether an older image can run on it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Settings } from "../settings.ts";
import { releaseName } from "./release.ts";
import { insideDatabase, POSTGRES_CHART } from "./todo-postgres.ts";

/** What of the settings says where to ask. */
type Asked = Pick<Settings, "environment" | "cluster"> & {
  database: Pick<Settings["database"], "mode">;
  backend?: { health: string; ready: string | false };
};

/** Runs kubectl with arguments that name no cluster, and answers with its standard output; rejects where it fails. */
export type Kubectl = (args: string[]) => Promise<string>;

/**
 * The revision of the schema; undefined where it cannot be had: no database that answers, or a schema that is not Alembic's. A
 * database inside is asked itself, one outside by what the backend answers on its readiness path: the field `schema`, where
 * it says that.
 */
export async function schemaRevision(
  { environment, cluster: { context }, database, backend }: Asked,
  kubectl: Kubectl = (args) => run(["--context", context, ...args]),
): Promise<string | undefined> {
  const namespace = `todo-${environment}`;
  try {
    if (database.mode === "inside") {
      const { user, name } = insideDatabase(environment, "");
      const psql = ["psql", "-qXtA", "--no-password", `--username=${user}`, `--dbname=${name}`, `--command=${QUERY}`];
      const pod = `statefulset/${releaseName(POSTGRES_CHART, environment)}`;
      const said = await kubectl(["--namespace", namespace, "exec", pod, "--", ...psql]);
      return said.trim().split(/\s+/).filter(Boolean).sort().join(",") || undefined;
    }
    if (!backend) return undefined;
    const service = `http:${releaseName("todo-backend", environment)}:http`;
    const path = backend.ready || backend.health;
    const { schema } = JSON.parse(
      await kubectl(["get", "--raw", `/api/v1/namespaces/${namespace}/services/${service}/proxy${path}`]),
    );
    return typeof schema === "string" ? schema : undefined;
  } catch {
    return undefined;
  }
}

const QUERY = "SELECT version_num FROM alembic_version";

async function run(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("kubectl", ["--request-timeout=10s", ...args], { timeout: 15_000 });
  return stdout;
}
