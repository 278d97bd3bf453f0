// `make down [ENV=dev]`: removes an environment from the cluster, its data included, and its stack's record of it.
import { ensureCluster } from "../cluster/start.mts";
import { ensureTools } from "../tools/install.mts";
import { handOver, main } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertAnswerable, assertPassphrase } from "./consent.mts";
import { ensureStack, stackName, usePulumi } from "./pulumi.mts";
import { recover } from "./recover.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  assertAnswerable(stack, "destroy");
  await ensureTools();
  usePulumi(stack, await ensureCluster());
  await ensureStack(stack);
  await recover(stack);
  const consent = stack === "dev" ? ["--yes", "--skip-preview"] : [];
  await handOver(`stack ${stack}`, "its reason is above", "pulumi", ["destroy", "--stack", stack, ...consent], {
    cwd: root,
  });
});
