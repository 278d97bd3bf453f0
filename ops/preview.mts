// `make preview [ENV=dev]`: what `up` would change. Needs no cluster for a stack that was never deployed.
import { readRecord } from "../cluster/profile.mts";
import { ensureTools } from "../tools/install.mts";
import { handOver, main } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertPassphrase } from "./consent.mts";
import { ensureStack, stackName, usePulumi } from "./pulumi.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  await ensureTools();
  usePulumi(stack, readRecord() ?? { engine: "present", images: "pulled" });
  await ensureStack(stack);
  await handOver(`stack ${stack}`, "its reason is above", "pulumi", ["preview", "--stack", stack, "--diff"], {
    cwd: root,
  });
});
