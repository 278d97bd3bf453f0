// `make recover [ENV=dev]`: puts right what an interrupted update has left of a stack's state, and says what is left in the
// cluster, which the next update goes on from. Changes nothing in the cluster.
import { profile } from "../cluster/profile.ts";
import { run } from "../tools/command.ts";
import { runProgram } from "../tools/program.ts";
import { assertPassphrase } from "./stack/consent.ts";
import { enterPresentCluster } from "./stack/present-cluster.ts";
import { ensureStack, usePulumi } from "./stack/pulumi.ts";
import { recover } from "./stack/recover.ts";
import { lastRevisions } from "./stack/revisions.ts";
import { stackName } from "./stack/stack-file.ts";
import { mendState } from "./stack/state-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  usePulumi(stack, await enterPresentCluster(stack));
  const whole = !mendState(stack);
  await ensureStack(stack);
  const mended = (await recover(stack)) || !whole;
  const left = await leftInCluster(stack);
  for (const line of left) console.log(line);
  const next = `\`make up ENV=${stack}\`, or \`pulumi up -s ${stack}\`, goes on from here`;
  console.log(mended || left.length > 0 ? next : `stack ${stack}: nothing of an interrupted update is left`);
});

/** What the next update finds there, a line each. */
async function leftInCluster(stack: string): Promise<string[]> {
  const namespace = `todo-${stack}`;
  const kubectl = (...args: string[]) =>
    run("kubectl", ["--context", profile, "--request-timeout=20s", ...args], {
      hint: "`make cluster` wakes the cluster",
    });
  const phase = await kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", "jsonpath={.status.phase}");
  if (!phase) return [`namespace ${namespace}: is not there; the next update makes it, and all in it`];
  if (phase !== "Active")
    return [`namespace ${namespace}: is ${phase}; the next update waits for its end, and makes it anew`];
  const secrets = ["--namespace", namespace, "get", "secrets", "--selector", "owner=helm", "--output", "json"];
  return lastRevisions(JSON.parse(await kubectl(...secrets)).items)
    .filter(({ status }) => status !== "deployed")
    .map(({ name, status }) => `release ${name}: ${status}; the next update goes on from there`);
}
