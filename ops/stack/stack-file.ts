// What the verbs read of stack files themselves: which there are, where a stack is deployed, whether it is protected.
import { profile } from "../../cluster/profile.ts";
import { configOf, stackNames } from "../../settings/stack-files.ts";
import { kindOf } from "../../settings/yaml.ts";
import { tryRun } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { expected, Failure } from "../../tools/program.ts";

/** The stack that `make VERB ENV=…` names. @throws Failure for a name without a stack file */
export function stackName(argument: string | undefined): string {
  const stack = argument || "dev";
  const config = stackConfig(stack);
  const context = (config["todo:cluster"] as { context?: string } | undefined)?.context;
  if (context !== profile) {
    throw new Failure(
      `Pulumi.${stack}.yaml: todo:cluster.context is ${context ?? "not set"}, and the make commands deploy to the Minikube profile ${profile} only; for another cluster use \`pulumi up -s ${stack}\``,
    );
  }
  return stack;
}

/** A stack that a variable of `make` names. @throws Failure for one without a stack file, with `example` of a right one */
export function knownStack(variable: string, stack: string | undefined, example: string): string {
  const stacks = stackNames(root);
  if (stack && stacks.includes(stack)) return stack;
  const found = stack ? `${stack}, which has no stack file` : "nothing";
  throw new Failure(`${variable}: expected one of ${stacks.join(", ")}, found ${found}; ${example}`);
}

/** The `config:` of a stack file by full key. @throws Failure for a file that is missing or not valid */
export function stackConfig(stack: string, folder = root): Record<string, unknown> {
  const stacks = stackNames(folder);
  if (!stacks.includes(stack)) {
    const others = stacks.join(", ");
    throw new Failure(
      `ENV=${stack}: there is no Pulumi.${stack}.yaml; expected one of ${others}, or a stack file of your own`,
    );
  }
  try {
    return configOf(folder, stack);
  } catch (error) {
    return expected(error as Error);
  }
}

/**
 * Whether a stack's file has the key `todo:protected`: what changes it is shown first and asked for, and nothing removes it.
 * @throws Failure for a value that is no truth: taken for false, it would leave a stack open that is meant to be protected
 */
export function isProtected(stack: string, folder = root): boolean {
  const value = stackConfig(stack, folder)["todo:protected"];
  if (value === undefined) return false;
  // `pulumi config set` writes a truth as text.
  if (["true", "false"].includes(String(value)) && typeof value !== "object") return String(value) === "true";
  throw new Failure(
    `Pulumi.${stack}.yaml: todo:protected: expected true or false, found ${kindOf(value)}; nothing was changed`,
  );
}

/**
 * The stacks whose files belong to the repository: what is generated for the tree names no stack that is only on one
 * machine. Outside of git, or where it tracks none yet, all of them.
 */
export async function trackedStacks(folder = root): Promise<string[]> {
  const stacks = stackNames(folder);
  const listed = await tryRun("git", ["ls-files", "--", "Pulumi.*.yaml"], { cwd: folder });
  const tracked = stacks.filter((stack) => listed?.split("\n").includes(`Pulumi.${stack}.yaml`));
  return tracked.length > 0 ? tracked : stacks;
}
