// What the end-to-end tests ask of the cluster, by the same commands that a person would type.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");
export const namespace = "todo-dev";

/** Runs a command in the checkout and returns its standard output; a failure throws with its error output. */
export function command(file: string, ...args: string[]): string {
  return execFileSync(file, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export const kubectl = (...args: string[]) =>
  command("kubectl", "--context", "todo-on-minikube", "--namespace", namespace, ...args);
export const helm = (...args: string[]) =>
  command("helm", "--kube-context", "todo-on-minikube", "--namespace", namespace, ...args);
export const pulumi = (...args: string[]) => command("pulumi", "--stack", "dev", "--non-interactive", ...args);

/** The uid of the one pod of a release. */
export const podUid = (release: string) =>
  kubectl(
    "get",
    "pods",
    "--selector",
    `app.kubernetes.io/instance=${release}`,
    "--output",
    "jsonpath={.items[0].metadata.uid}",
  );

/** Deletes a release's pod and returns when another one is ready. */
export function replacePod(workload: string, release: string): void {
  const before = podUid(release);
  kubectl("delete", "pod", "--selector", `app.kubernetes.io/instance=${release}`, "--wait=true");
  kubectl("rollout", "status", `${workload}/${release}`, "--timeout=90s");
  if (podUid(release) === before) throw new Error(`${release}: the pod that was deleted is still there`);
}

/** Polls until `probe` answers with something, and returns it. */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await probe().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
