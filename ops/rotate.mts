// `make rotate [ENV=dev] KEY=SECRET_KEY`: gives a secret a new value and deploys it; exactly the pods that use it are
// replaced. A random secret gets another generation in the stack file, a given one the value that is asked for, or that
// standard input holds: never an argument, which every process of the machine could read.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { profile } from "../cluster/profile.mts";
import { ensureCluster } from "../cluster/start.mts";
import { ensureTools } from "../tools/install.mts";
import { ask, Failure, handOver, main, run } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertAnswerable, assertPassphrase } from "./consent.mts";
import { ensureStack, stackConfig, stackName, usePulumi } from "./pulumi.mts";
import { behind, comparison, podsOf, type Rotation, rotationOf } from "./rotation.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  const rotation = rotationOf(process.argv[3], stack, stackConfig(stack));
  const { key, secret, edit } = rotation;
  const file = `Pulumi.${stack}.yaml`;
  const kubectl = ["--context", profile, "--namespace", `todo-${stack}`];
  const pods = async () =>
    podsOf(JSON.parse(await run("kubectl", [...kubectl, "get", "pods", "--output", "json"])), rotation.changes);
  /** Tells one value from another without keeping it. */
  const inCluster = async () => {
    const path = `jsonpath={.data.${key}}`;
    const value = await ask("kubectl", [...kubectl, "get", "secret", secret, "--output", path]);
    return value && createHash("sha256").update(value).digest("hex");
  };

  // What the deployment would refuse, before the stack file is edited.
  assertAnswerable(stack, "up");
  assertPassphrase(stack);
  await ensureTools();
  usePulumi(stack, await ensureCluster());
  await ensureStack(stack);
  const [old, before] = [await inCluster(), await pods()];
  if (!old) {
    throw new Failure(
      `stack ${stack}: expected ${key} in the Secret ${secret}, found none; \`make up ENV=${stack}\` makes it`,
    );
  }

  const edited = "generation" in edit ? `asks for generation ${edit.generation} of ${key}` : `has the new ${key}`;
  await edits(stack, rotation);
  console.log(`${file} ${edited}`);
  const goOn = `\`make up ENV=${stack}\` goes on from here`;
  const interrupted = (code: number) => {
    if (code === 130) process.stderr.write(`${file} ${edited} already: do not rotate again, ${goOn}\n`);
  };
  process.on("exit", interrupted);
  try {
    const program = ["--disable-warning=ExperimentalWarning", "ops/up.mts", stack];
    await handOver(`stack ${stack}`, "see above", process.execPath, program, { cwd: root });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if ((await inCluster()) === old) {
      throw new Failure(
        `${key} of ${stack} is not rotated: ${file} ${edited}, the cluster still has the old value; mend what is said above, and ${goOn}${wayBack(rotation, stack, kubectl)}`,
      );
    }
    const still = behind(before, await pods()).map(({ name }) => name);
    throw new Failure(
      `${key} of ${stack} is half rotated: the Secret ${secret} has the new value, ${still.join(", ") || "no pod"} still runs with the old one; mend what is said above, and ${goOn}`,
    );
  }
  process.off("exit", interrupted);

  let after = await pods();
  // An old pod is there for a moment after the new one is ready.
  for (let seconds = 0; behind(before, after).length > 0 && seconds < 60; seconds++) {
    await sleep(1_000);
    after = await pods();
  }
  console.log(`\n${key} of ${stack} is rotated:\n  ${comparison(before, after).join("\n  ")}`);
  const [late] = behind(before, after);
  if (late) {
    throw new Failure(
      `${late.name}: expected a new pod, because it uses ${key}, found the one from before; \`kubectl ${kubectl.join(" ")} delete pod ${late.name}\` replaces it`,
    );
  }
});

/** Puts the new value, or the higher generation, into the stack file. @throws Failure, the file then being as it was */
async function edits(stack: string, { key, edit }: Rotation): Promise<void> {
  const set = ["config", "set", "--stack", stack];
  if ("generation" in edit) {
    await run("pulumi", [...set, "--path", `todo:generations.${key}`, String(edit.generation)], { cwd: root });
    return;
  }
  const name = `todo:${edit.config}`;
  const file = join(root, `Pulumi.${stack}.yaml`);
  const text = readFileSync(file, "utf8");
  const value = async () => run("pulumi", ["config", "get", name, "--stack", stack], { cwd: root });
  const old = await value();
  if (process.stdin.isTTY) {
    console.log(`The new ${key} of ${stack}, which is not shown:`);
    await handOver(`stack ${stack}`, "nothing was changed", "pulumi", [...set, "--secret", name], { cwd: root });
  } else {
    const input = (await textOf(process.stdin)).replace(/\r?\n$/, "");
    await run("pulumi", [...set, "--secret", name], { cwd: root, stdin: "pipe", input });
  }
  const present = await value();
  if (present !== "" && present !== old) return;
  writeFileSync(file, text);
  const found = present === "" ? "nothing" : "the value that it has already";
  throw new Failure(
    `KEY=${key}: expected a new value on standard input, found ${found}; type it when asked, or pipe it in, as in \`make rotate ENV=${stack} KEY=${key} < file\`; nothing was changed`,
  );
}

/** A random value that was replaced is gone; one that was given is still in the cluster. */
function wayBack({ key, secret, edit }: Rotation, stack: string, kubectl: string[]): string {
  if ("generation" in edit) return "";
  const value = `kubectl ${kubectl.join(" ")} get secret ${secret} -o jsonpath={.data.${key}} | base64 -d`;
  return `; \`${value} | pulumi config set --secret todo:${edit.config} -s ${stack}\` takes the new value back`;
}
