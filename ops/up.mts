// `make up [ENV=dev]`: from whatever is here to a working Todo in the browser. With nothing changed it changes nothing.
import { ensureImages } from "../cluster/images.mts";
import { pulumiState } from "../cluster/profile.mts";
import { ensureCluster } from "../cluster/start.mts";
import { ensureTools } from "../tools/install.mts";
import { handOver, main } from "../tools/main.mts";
import { root } from "../tools/places.mts";
import { assertAnswerable, assertPassphrase } from "./consent.mts";
import { forward } from "./forward.mts";
import { ensureStack, stackName, stackOutputs, usePulumi } from "./pulumi.mts";
import { tellReasons } from "./reasons.mts";
import { recover } from "./recover.mts";
import { followCluster } from "./same-cluster.mts";
import { waitForUrl } from "./url.mts";
import { waitForWorkloads } from "./workloads.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  assertAnswerable(stack, "up");
  assertPassphrase(stack);
  await ensureTools({ more: true });
  const record = await ensureCluster();
  await ensureImages(stack, record);
  usePulumi(stack, record);
  await ensureStack(stack);
  await recover(stack);
  await followCluster(stack, process.env.PULUMI_BACKEND_URL === `file://${pulumiState(record)}`);
  // prod shows its preview and asks, as `pulumi up` does.
  const consent = stack === "prod" ? [] : ["--yes", "--skip-preview"];
  const shell = `\`eval "$(make env ENV=${stack})"\` makes pulumi known to a shell`;
  const wayOut = `its reason is above; mend it (${shell}) and run \`make up ENV=${stack}\` again`;
  try {
    await handOver(`stack ${stack}`, wayOut, "pulumi", ["up", "--stack", stack, ...consent], { cwd: root });
  } catch (failure) {
    await tellReasons(`todo-${stack}`);
    throw failure;
  }
  const { url, namespace, next } = (await stackOutputs(stack)) as {
    url: string;
    namespace: string;
    next: { open?: string };
  };
  await waitForWorkloads(namespace);
  if (!next.open) {
    await waitForUrl(url);
    return console.log(`\nTodo (${stack}) is at ${url}`);
  }
  const { port, end } = await forward(stack);
  await waitForUrl(`http://127.0.0.1:${port}`).finally(end);
  console.log(`\nTodo (${stack}) answers; it is at ${url} while this runs: make open ENV=${stack}`);
});
