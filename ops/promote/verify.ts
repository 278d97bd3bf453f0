// Asks Pulumi's state and the cluster which images an environment runs.
import { clusterEnvironment } from "../../cluster/environment.ts";
import { profile, readRecord } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { usePulumi } from "../stack/pulumi.ts";
import type { Images } from "./stack-file.ts";
import { checkVerified, type State } from "./verified.ts";

/** Looks at Pulumi's state and at the cluster. @throws Failure where they are not there, or as checkVerified */
export async function verify(stack: string, images: Images): Promise<void> {
  const record = readRecord();
  if (!record?.uid)
    throw new Failure(`${stack} has no verified images: there is no cluster; \`make up ENV=${stack}\` comes first`);
  Object.assign(process.env, await clusterEnvironment(record));
  usePulumi(stack, record);
  const stacks = JSON.parse(await run("pulumi", ["stack", "ls", "--json"], { cwd: root })) as { name: string }[];
  if (!stacks.some(({ name }) => name.split("/").at(-1) === stack)) {
    throw new Failure(
      `${stack} has no verified images: it was never deployed here; \`make up ENV=${stack}\` comes first`,
    );
  }
  const state: State = JSON.parse(await run("pulumi", ["stack", "export", "--stack", stack], { cwd: root }));
  const hint = "`make cluster` starts it";
  const target = ["--context", profile, "--namespace", `todo-${stack}`, "--request-timeout", "10s"];
  const { items } = JSON.parse(await run("kubectl", [...target, "get", "deployments", "--output", "json"], { hint }));
  checkVerified(stack, images, state, items);
}
