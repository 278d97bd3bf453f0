// `make down [ENV=dev]`: removes an environment from the cluster, its data and identities included, and its stack's record of it.
import { ensureCluster } from "../cluster/start.ts";
import { run, runInTerminal } from "../tools/command.ts";
import { ensureTools } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { runProgram } from "../tools/program.ts";
import { removeIdentities } from "./identity/remove.ts";
import { assertDestroyAnswerable, assertNotProtected, assertPassphrase, assertUnprotected } from "./stack/consent.ts";
import { ensureStack, usePulumi } from "./stack/pulumi.ts";
import { recover } from "./stack/recover.ts";
import { stackName } from "./stack/stack-file.ts";
import { removeVolumes } from "./stack/volumes.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  assertNotProtected(stack);
  assertPassphrase(stack);
  assertDestroyAnswerable(stack);
  await ensureTools();
  usePulumi(stack, await ensureCluster());
  await ensureStack(stack);
  await recover(stack);
  assertUnprotected(stack, JSON.parse(await run("pulumi", ["stack", "export", "--stack", stack], { cwd: root })));
  const consent = stack === "dev" ? ["--yes", "--skip-preview"] : [];
  await runInTerminal("pulumi", ["destroy", "--stack", stack, ...consent], {
    what: `stack ${stack}`,
    hint: "its reason is above",
    cwd: root,
  });
  await removeIdentities(stack);
  await removeVolumes(`todo-${stack}`);
});
