// The namespaces that the suites deploy into. A suite claims one before it makes anything there, so that what a killed run
// has left is removed by the next one, and what a person has deployed is never taken for a test's.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { command, dev } from "./cluster";

/** Namespaces that are claimed, kept from run to run; without the variable a killed run's are refused as anybody else's. */
const file = process.env.E2E_CLAIMS;
let claimed: string[] = file && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

/** Throws where a namespace, or the stack of its name, is there and no run of the tests has made it. */
export function claim(...namespaces: string[]): void {
  for (const namespace of namespaces.filter((each) => claimed.includes(each))) {
    console.log(`namespace ${namespace}: removing what a run that did not end has left`);
    remove(namespace);
  }
  assert.deepEqual(present(namespaces), [], "these would be removed afterwards; `make down ENV=…` removes them now");
  assert.deepEqual(namespaces.map(stackOf).filter(known), [], "so would these stacks; `pulumi stack rm` removes them");
  write([...claimed, ...namespaces]);
}

/** Removes all that the suite has made there, its stack too, in whatever state they are. */
export function unclaim(...namespaces: string[]): void {
  for (const namespace of namespaces) remove(namespace);
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
  write(claimed.filter((each) => each !== namespace));
}

const stackOf = (namespace: string) => namespace.replace(/^todo-/, "");

const known = (stack: string) =>
  (JSON.parse(dev.run("", "pulumi", "stack", "ls", "--json")) as { name: string }[]).some(({ name }) => name === stack);

function write(namespaces: string[]): void {
  claimed = namespaces;
  if (!file) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(claimed));
}
