// Heals what an interrupted `pulumi up` leaves behind: a lock nobody holds, releases that Helm believes are still being
// installed, and resources that exist but that the state does not know. Says what it did; finds nothing to do after an
// update that ended by itself.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { ensureTool } from "../../tools/install.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";

interface Operation {
  type: string;
  resource: { urn: string; type: string; inputs?: { name?: string } };
}

/** @throws Failure when another update of the stack is really running */
export async function recover(stack: string): Promise<void> {
  await releaseLock(stack);
  const { deployment } = JSON.parse(await pulumi("stack", "export", "--stack", stack)) as {
    deployment: { pending_operations?: Operation[]; resources?: { urn: string }[] };
  };
  const known = new Set(deployment.resources?.map(({ urn }) => urn));
  const interrupted = deployment.pending_operations ?? [];
  const lost = interrupted.filter(({ type, resource }) => type === "creating" && !known.has(resource.urn));
  await settleReleases(
    `todo-${stack}`,
    lost.map(({ resource }) => resource.inputs?.name ?? ""),
  );
  if (interrupted.length === 0) return;
  console.log(`stack ${stack}: clearing ${interrupted.length} operation(s) that an interrupted update left open`);
  await pulumi("refresh", "--stack", stack, "--clear-pending-creates", "--yes", "--skip-preview", "--non-interactive");
}

const pulumi = (...args: string[]) => run("pulumi", args, { cwd: root });

/** A Secret in which Helm keeps a revision. */
export interface Revision {
  metadata: { labels: { name: string; status: string; version: string } };
}

/** The last revision of each release: what `helm list --all` shows, asked without helm. */
export function lastRevisions(secrets: Revision[]): { name: string; status: string; version: number }[] {
  const labels = secrets.map(({ metadata: { labels } }) => ({ ...labels, version: Number(labels.version) }));
  labels.sort((a, b) => a.version - b.version);
  return [...new Map(labels.map(({ name, status, version }) => [name, { name, status, version }])).values()];
}

/** Only a file backend's locks can be looked at; a service's backend expires its own. */
async function releaseLock(stack: string): Promise<void> {
  const backend = process.env.PULUMI_BACKEND_URL ?? "";
  if (!backend.startsWith("file://")) return;
  const folder = join(backend.slice("file://".length), ".pulumi", "locks", "organization", "todo", stack);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const lock = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
      pid: number;
      hostname: string;
      username: string;
    };
    if (lock.hostname !== hostname() || isPulumi(lock.pid)) {
      throw new Failure(
        `stack ${stack}: another update holds it (process ${lock.pid} of ${lock.username} on ${lock.hostname}); wait for it, or if it is gone run \`pulumi cancel -s ${stack}\``,
      );
    }
    console.log(`stack ${stack}: removing the lock of an interrupted update (process ${lock.pid} is gone)`);
    await pulumi("cancel", "--yes", "--stack", stack);
  }
}

/**
 * Whether a process is an update that runs. Its number may have gone to another program since, after a reboot for one,
 * and one that was killed may still be listed, without a command line. Elsewhere than on Linux any process counts.
 */
function isPulumi(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self") || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    return false;
  }
}

/**
 * Helm refuses to touch a release whose last operation never ended, and Pulumi one that it does not know: an upgrade is
 * rolled back, a first install taken away. A database's volume stays in either case.
 * @param lost names of resources that were being created and never reached the state
 */
async function settleReleases(namespace: string, lost: string[]): Promise<void> {
  const helm = (...args: string[]) => run("helm", ["--kube-context", profile, "--namespace", namespace, ...args]);
  const args = ["--context", profile, "--namespace", namespace, "get", "secrets", "--selector", "owner=helm"];
  const { items } = JSON.parse(await run("kubectl", [...args, "--output", "json"])) as { items: Revision[] };
  const stuck = lastRevisions(items).filter(({ name, status }) => status.startsWith("pending-") || lost.includes(name));
  if (stuck.length > 0) await ensureTool("helm");
  for (const { name, status } of stuck) {
    const history = JSON.parse(await helm("history", name, "--output", "json")) as {
      revision: number;
      status: string;
    }[];
    const good = history.filter((revision) => ["deployed", "superseded"].includes(revision.status)).at(-1);
    const keep = good && !lost.includes(name);
    console.log(
      `release ${name}: ${status} since an interrupted update; ${keep ? `rolling back to revision ${good.revision}` : "removing what its first install left"}`,
    );
    if (keep) await helm("rollback", name, String(good.revision), "--wait", "--timeout", "2m");
    else await helm("uninstall", name, "--wait", "--timeout", "2m");
  }
}
