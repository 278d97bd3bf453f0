// What the end-to-end tests ask of the cluster, by the same commands that a person would type.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
export const namespace = "todo-dev";

/** Runs a command in the checkout and returns its standard output; a failure throws with all that it said. */
export const command = (file: string, ...args: string[]) => commandIn(root, file, args);

function commandIn(folder: string, file: string, args: string[], input = "", more: NodeJS.ProcessEnv = {}): string {
  // The project's programs work on the checkout that this variable names.
  const env = { ...process.env, TODO_ROOT: folder, ...more };
  const maxBuffer = 256 * 2 ** 20;
  const result = spawnSync(file, args, { cwd: folder, encoding: "utf8", env, maxBuffer, input });
  if (result.error) throw result.error;
  if (result.status !== 0) throw ended([file, ...args], result);
  return result.stdout;
}

/** The error of a command that did not succeed. Both streams: Pulumi explains itself on standard output. */
export function ended(
  words: string[],
  { status, signal, stdout, stderr }: { status: number | null; signal?: string | null; stdout: string; stderr: string },
): Error {
  return new Error(`${words.join(" ")}: ended with ${status ?? signal}:\n${stdout}${stderr}`);
}

/** An environment as a person has it before him. */
export interface Place {
  stack: string;
  /** Its checkout. */
  folder: string;
  /** Beyond that of this process. */
  env: Record<string, string>;
  kubectl: (...args: string[]) => string;
  helm: (...args: string[]) => string;
  pulumi: (...args: string[]) => string;
  /** Any command in the checkout, `input` on its standard input. */
  run: (input: string, file: string, ...args: string[]) => string;
}

/** The commands of a stack, run in its checkout. */
export function placeOf(stack: string, folder = root, env: Record<string, string> = {}): Place {
  const bound = (file: string, ...first: string[]) => {
    return (...args: string[]) => commandIn(folder, file, [...first, ...args], "", env);
  };
  return {
    stack,
    folder,
    env,
    kubectl: bound("kubectl", "--context", "todo-on-minikube", "--namespace", `todo-${stack}`),
    helm: bound("helm", "--kube-context", "todo-on-minikube", "--namespace", `todo-${stack}`),
    pulumi: bound("pulumi", "--stack", stack, "--non-interactive"),
    run: (input, file, ...args) => commandIn(folder, file, args, input, env),
  };
}

export const dev = placeOf("dev");
export const { kubectl, helm, pulumi } = dev;

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

/** What is not as it should be, and what the parts say that connect pods. */
function stateOfCluster(): string {
  const cluster = ["--context", "todo-on-minikube", "--request-timeout=20s"];
  const ask = (...args: string[]) => spawnSync("kubectl", [...cluster, ...args], { encoding: "utf8" }).stdout;
  const warnings = ["--field-selector=type=Warning", "--sort-by=.lastTimestamp"];
  const system = ["--namespace", "kube-system", "logs", "--tail=15", "--prefix", "--selector"];
  const parts = ["kube-proxy", "kube-router", "kube-dns"].map((name) => ask(...system, `k8s-app=${name}`));
  return [
    ...["pods:", ask("get", "pods", "--all-namespaces", "--output", "wide")],
    ...["warnings:", ask("get", "events", "--all-namespaces", ...warnings)],
    ...["kube-proxy, kube-router, CoreDNS:", ...parts],
  ].join("\n");
}

/**
 * Polls until `probe` answers with something, and returns it.
 * @param seconds after which nobody believes in it any more: much more than a slow machine needs
 * @throws Error that tells what the cluster was doing
 */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, seconds = 180): Promise<T> {
  let last: unknown;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await probe().catch((error) => {
      last = error;
    });
    if (answer !== undefined) return answer as T;
    if (Date.now() > deadline) {
      throw new Error(`waited ${seconds} s for ${what}${last ? `, at last: ${last}` : ""}\n${stateOfCluster()}`);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** A process and all below it: of `pulumi up` the CLI, the language host, the program, the provider that runs Helm. */
export function family(pid: number): number[] {
  const table = command("ps", "-A", "-o", "pid=,ppid=").trim().split("\n");
  const children = table.map((line) => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid);
  return [pid, ...children.flatMap(([child]) => family(child))];
}
