// A PostgreSQL that stands in for Neon and its like: in a namespace of its own, over TLS only, installed by Helm.
import { randomBytes } from "node:crypto";
import { command } from "./cluster.ts";

const name = "external-database";
export const namespace = name;
const host = `${name}.${name}.svc.cluster.local`;
const cluster = ["--context", "todo-on-minikube", "--namespace", name];

const kubectl = (...args: string[]) => command("kubectl", ...cluster, ...args);
const helm = (...args: string[]) => command("helm", "--kube-context", "todo-on-minikube", "--namespace", name, ...args);

/** Installs it into its namespace and returns when it takes connections. */
export function install(): void {
  helm("install", name, `test/e2e/${name}`, "--create-namespace", "--wait", "--timeout", "120s");
}

/** One statement or query as the superuser, by the socket; returns the plain rows. */
export function sql(text: string, database = "postgres"): string {
  return kubectl(
    ...["exec", `statefulset/${name}`, "--", "psql", "--username=postgres", `--dbname=${database}`],
    ...["--no-align", "--tuples-only", "--quiet", "--set=ON_ERROR_STOP=1", `--command=${text}`],
  ).trim();
}

/** Makes a user with a database, and returns the database's URL as a stack's config takes it. */
export function database(user: string): string {
  const password = randomBytes(16).toString("hex");
  sql(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  sql(`CREATE DATABASE ${user} OWNER ${user}`);
  return `postgresql+asyncpg://${user}:${password}@${host}:5432/${user}?ssl=require`;
}

/** What PostgreSQL says to a client that does not want TLS. */
export function refusalOfPlainText(url: string): string {
  const { username, password, pathname } = new URL(url.replace("+asyncpg", ""));
  const plain = `postgresql://${username}:${password}@${host}:5432${pathname}?sslmode=disable`;
  const script = `psql "$1" --command='SELECT 1' 2>&1 || test $? = 2`;
  return kubectl("exec", `statefulset/${name}`, "--", "sh", "-c", script, "sh", plain);
}

/** Sends it to sleep, data and all: its Service then leads nowhere. */
export function sleep(): void {
  kubectl("scale", "statefulset", name, "--replicas=0");
  kubectl("wait", "pod", `${name}-0`, "--for=delete", "--timeout=180s");
}

export function wake(): void {
  kubectl("scale", "statefulset", name, "--replicas=1");
  kubectl("rollout", "status", `statefulset/${name}`, "--timeout=90s");
}
