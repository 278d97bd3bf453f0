// From a key to pods that run with its new value: what `make rotate` does.
import { setTimeout as sleep } from "node:timers/promises";
import { profile } from "../../cluster/profile.ts";
import { ensureCluster } from "../../cluster/start.ts";
import { run } from "../../tools/command.ts";
import { ensureTools } from "../../tools/install.ts";
import { Failure } from "../../tools/program.ts";
import { assertPassphrase, assertUpAnswerable } from "../stack/consent.ts";
import { deploy } from "../stack/deploy.ts";
import { ensureStack, usePulumi } from "../stack/pulumi.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import { editStackFile, restoreHint } from "./edit.ts";
import { comparison, notReplaced, podsOf, rotationOf } from "./rotation.ts";

/** Gives a secret of a stack a new value, deploys it, and shows which pods were replaced. @throws Failure */
export async function rotateSecret(argument: string | undefined, stack: string): Promise<void> {
  // What the deployment would refuse, before the stack file is edited.
  assertUpAnswerable(stack);
  assertPassphrase(stack);
  const rotation = rotationOf(argument, stack, settingsOf(stack));
  const { key, edit } = rotation;
  const file = `Pulumi.${stack}.yaml`;
  const kubectl = ["--context", profile, "--namespace", `todo-${stack}`];
  const pods = async () =>
    podsOf(JSON.parse(await run("kubectl", [...kubectl, "get", "pods", "--output", "json"])), rotation.changes);
  await ensureTools();
  usePulumi(stack, await ensureCluster());
  await ensureStack(stack);
  const before = await pods();
  const users = before.filter(({ secrets }) => secrets.length > 0);
  if (users.length === 0) {
    throw new Failure(
      `stack ${stack}: expected pods that use ${key}, found none; \`make up ENV=${stack}\` deploys it, with the value that it has`,
    );
  }

  const edited = "generation" in edit ? `asks for generation ${edit.generation} of ${key}` : `has the new ${key}`;
  await editStackFile(stack, rotation);
  console.log(`${file} ${edited}`);
  const goOn = `\`make up ENV=${stack}\` goes on from here`;
  const interrupted = (code: number) => {
    if (code === 130) process.stderr.write(`${file} ${edited} already: do not rotate again, ${goOn}\n`);
  };
  process.on("exit", interrupted);
  try {
    await deploy(stack);
  } catch (error) {
    const { message, stack: trace } = error as Error;
    console.error(error instanceof Failure ? `error: ${message}` : trace);
    const still = notReplaced(before, await pods()).map(({ name }) => name);
    const [what, replaced] =
      still.length < users.length ? ["half", "others have the new one"] : ["not", "no pod the new one"];
    throw new Failure(
      `${key} of ${stack} is ${what} rotated: ${file} ${edited}, ${still.join(", ") || "no pod"} still has the old value and ${replaced}; fix what is said above, and ${goOn}${restoreHint(rotation, stack, kubectl, users)}`,
    );
  }
  process.off("exit", interrupted);

  let after = await pods();
  // An old pod is there for a moment after the new one is ready.
  for (let seconds = 0; notReplaced(before, after).length > 0 && seconds < 60; seconds++) {
    await sleep(1_000);
    after = await pods();
  }
  console.log(`\n${key} of ${stack} is rotated:\n  ${comparison(before, after).join("\n  ")}`);
  const [late] = notReplaced(before, after);
  if (late) {
    throw new Failure(
      `${late.name}: expected a new pod, because it uses ${key}, found the one from before; \`kubectl ${kubectl.join(" ")} delete pod ${late.name}\` replaces it`,
    );
  }
}
