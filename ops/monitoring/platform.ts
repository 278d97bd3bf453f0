// The Pulumi stack of platform/, and whether what it installs is there.
import { profile, pulumiState, type StartedCluster } from "../../cluster/profile.ts";
import { MONITORING } from "../../settings/monitoring.ts";
import { run, runInTerminal } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { devPassphrase } from "../stack/consent.ts";
import { platform } from "../stack/program.ts";
import { ensureStack, usePulumi } from "../stack/pulumi.ts";
import { recover } from "../stack/recover.ts";
import { followCluster } from "../stack/same-cluster.ts";

const { stack } = MONITORING;

/** Makes the stack ready for a command of Pulumi's, whatever an interrupted one has left. */
export async function enterPlatform(record: StartedCluster): Promise<void> {
  usePulumi(stack, record);
  // It holds no secret: its passphrase is the public one of dev, whatever that of the stack is that came before it.
  process.env.PULUMI_CONFIG_PASSPHRASE = devPassphrase;
  delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
  await ensureStack(stack, platform);
  await recover(stack, platform);
  await followCluster(stack, process.env.PULUMI_BACKEND_URL === `file://${pulumiState(record)}`, platform);
}

/** @throws Failure */
export const pulumiOfPlatform = (command: "up" | "destroy", again: string) =>
  runInTerminal("pulumi", [command, "--stack", stack, "--yes", "--skip-preview"], {
    what: "monitoring",
    hint: `its reason is above; mend it and run \`${again}\` again`,
    cwd: platform.folder,
  });

/** @throws Failure that says how it comes, where it is not there */
export async function assertMonitoring(): Promise<void> {
  const ask = ["get", "services", "metrics", "logs", "--ignore-not-found", "--output", "name"];
  const found = await run("kubectl", ["--context", profile, "--namespace", MONITORING.namespace, ...ask]);
  if (found.split("\n").filter(Boolean).length === 2) return;
  throw new Failure(
    `monitoring: expected its stores in namespace ${MONITORING.namespace}, found none; \`make monitoring\` installs them`,
  );
}
