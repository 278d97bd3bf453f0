// `make preview [ENV=dev]`: what `up` would change. Needs no cluster for a stack that was never deployed.
import { profile, readRecord } from "../cluster/profile.mts";
import { clusterUid } from "../cluster/start.mts";
import { ensureTools } from "../tools/install.mts";
import { handOver, main } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertPassphrase } from "./consent.mts";
import { ensureStack, stackName, usePulumi } from "./pulumi.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  await ensureTools();
  const record = readRecord();
  usePulumi(stack, record ?? { engine: "present", images: "pulled" });
  await ensureStack(stack);
  if (!record?.uid || (await clusterUid()) !== record.uid) {
    console.log(
      record?.uid
        ? `cluster ${profile}: does not answer, so this compares with what the last update recorded, not with what runs; \`make cluster\` wakes it`
        : "there is no cluster yet, so this shows everything that `make up` would create",
    );
    // The provider asks several times, for half a minute each, and then goes on without an answer.
    process.env.PULUMI_K8S_CLIENT_TIMEOUT ??= "1";
  }
  await handOver(`stack ${stack}`, "its reason is above", "pulumi", ["preview", "--stack", stack, "--diff"], {
    cwd: root,
  });
});
