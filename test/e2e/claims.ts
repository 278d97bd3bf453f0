// The namespaces that the suites deploy into. A suite claims one before it makes anything there, so that what a killed run
// has left is removed by the next one, and what a person has deployed, or another run, is never taken for its own.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, dev } from "./cluster.ts";

/** A file for each namespace that is claimed, with the process that did; without the variable a killed run's are nobody's. */
const folder = process.env.E2E_CLAIMS;
/** What the suite has said that it changes, so that none that does the same runs beside it; unset where it is run by hand. */
const declared = process.env.E2E_CHANGES?.split(",");

/** Those of this process. */
const own = new Set<string>();

/** Removes what runs that did not end have left: their node ports and their room are missing to whoever runs next. */
export function sweep(): void {
  for (const namespace of folder && existsSync(folder) ? readdirSync(folder) : []) release(namespace);
}

/** @throws where another run of the tests has claimed the namespace, and goes on */
function release(namespace: string): void {
  const owner = Number(readFileSync(join(folder as string, namespace), "utf8"));
  assert.ok(!runsTests(owner), `namespace ${namespace}: process ${owner} runs these tests already; wait for its end`);
  console.log(`namespace ${namespace}: removing what a run that did not end has left`);
  remove(namespace);
}

/** Throws where a node port is taken: Helm would say so in the middle of an update. */
export function claimNodePort(port: number): void {
  interface Service {
    metadata: { name: string; namespace: string };
    spec: { ports?: { nodePort?: number }[] };
  }
  const { items } = JSON.parse(dev.kubectl("get", "services", "--all-namespaces", "--output", "json"));
  const taken = (items as Service[]).filter(({ spec }) => spec.ports?.some(({ nodePort }) => nodePort === port));
  const owners = taken.map(({ metadata }) => `Service ${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(owners, [], `node port ${port} is taken; this suite needs it`);
}

/** Throws where a namespace, or the stack of its name, is there and no run of the tests has made it, or one that goes on. */
export function claim(...namespaces: string[]): void {
  const undeclared = namespaces.filter((namespace) => declared && !declared.includes(namespace));
  assert.deepEqual(undeclared, [], "ops/e2e/suites.ts has to say that this suite changes these");
  for (const namespace of namespaces) {
    if (folder && existsSync(join(folder, namespace))) release(namespace);
  }
  assert.deepEqual(present(namespaces), [], "these would be removed afterwards; `make down ENV=…` removes them now");
  assert.deepEqual(namespaces.map(stackOf).filter(known), [], "so would these stacks; `pulumi stack rm` removes them");
  for (const namespace of namespaces) own.add(namespace);
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const namespace of namespaces) writeFileSync(join(folder, namespace), String(process.pid));
}

/**
 * Removes all that the suite has made there, its stack too, in whatever state they are. Hooks that clean up are run after a
 * claim that was refused as well: of a namespace that is not claimed nothing is removed.
 */
export function unclaim(...namespaces: string[]): void {
  for (const namespace of namespaces) if (own.delete(namespace)) remove(namespace);
}

/** Those of the namespaces that are there. */
export function present(namespaces: string[]): string[] {
  const there = command("kubectl", "--context", "todo-on-minikube", "get", "namespaces", "--output", "name").split(
    "\n",
  );
  return namespaces.filter((name) => there.includes(`namespace/${name}`));
}

function remove(namespace: string): void {
  const stack = stackOf(namespace);
  if (known(stack)) {
    // An update that was killed still holds its lock.
    dev.run("", "pulumi", "cancel", "--stack", stack, "--yes");
    dev.run("", "pulumi", "stack", "rm", stack, "--force", "--yes", "--preserve-config");
  }
  dev.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true", "--timeout=120s");
  if (folder) rmSync(join(folder, namespace), { force: true });
}

const stackOf = (namespace: string) => namespace.replace(/^todo-/, "");

const known = (stack: string) =>
  (JSON.parse(dev.run("", "pulumi", "stack", "ls", "--json")) as { name: string }[]).some(({ name }) => name === stack);

/** Its number may have gone to another program since. Elsewhere than on Linux any process counts. */
function runsTests(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self") || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("mocha");
  } catch {
    return false;
  }
}
