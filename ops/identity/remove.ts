// What `make identity` has made goes with its environment.
import { rmSync } from "node:fs";
import type { KubernetesObject } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { IDENTITIES } from "../../components/identity.ts";
import { OWN } from "../../components/namespace.ts";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { kubeconfigFile } from "./place.ts";

/**
 * Removes the namespace that a destroy has left, as it was a deployer's, who may not remove it, with the identities in it, and
 * their kubeconfigs. Of a stack that is still deployed nothing goes, nor what something else has made.
 */
export async function removeIdentities(stack: string): Promise<void> {
  // As where the question of `pulumi destroy` was answered with no.
  if (isDeployed(JSON.parse(await run("pulumi", ["stack", "export", "--stack", stack], { cwd: root })))) return;
  for (const identity of IDENTITIES) rmSync(kubeconfigFile(stack, identity), { force: true });
  const namespace = `todo-${stack}`;
  const kubectl = (...args: string[]) => run("kubectl", ["--context", profile, ...args]);
  const query = ["get", "namespace", namespace, "--ignore-not-found", "--output", "json"];
  const found = await kubectl("--request-timeout=20s", ...query);
  if (!found) return;
  const [name, value] = OWN;
  if ((JSON.parse(found) as KubernetesObject).metadata.labels?.[name] !== value) return;
  console.log(`namespace ${namespace}: removing, with what is left in it`);
  await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=180s");
}

/** Whether a stack has more in its state than itself. */
const isDeployed = ({ deployment: { resources = [] } }: { deployment: { resources?: { type: string }[] } }) =>
  resources.some(({ type }) => type !== "pulumi:pulumi:Stack");
