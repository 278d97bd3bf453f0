// What `make up` does, and `make rotate` after its edit: from whatever is here to a stack that is deployed and answers.
import { addonsAskedBy, httpsHostsIn } from "../../cluster/addons/asked.ts";
import { bringAddons } from "../../cluster/addons/install.ts";
import { databaseImage, ensureImages } from "../../cluster/images.ts";
import { pulumiState, type StartedCluster } from "../../cluster/profile.ts";
import { ensureToolsAndCluster } from "../../cluster/start.ts";
import { configOf } from "../../settings/stack-files.ts";
import { runInTerminal } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { type Step, steps } from "../../tools/steps.ts";
import { beginTrial } from "../doctor/policies.ts";
import { writeFromStackFiles } from "../generate/from-stack-files.ts";
import { forward } from "../page/forward.ts";
import { isAt, pageOf } from "../page/page.ts";
import { waitForUrl } from "../page/url.ts";
import { tellReasons } from "../readiness/reasons.ts";
import { waitForWorkloads } from "../readiness/workloads.ts";
import { assertPassphrase, assertUpAnswerable, withoutAsking } from "./consent.ts";
import { ensureStack, usePulumi } from "./pulumi.ts";
import { recover } from "./recover.ts";
import { followCluster } from "./same-cluster.ts";
import { isProtected } from "./stack-file.ts";
import { settingsOf } from "./stack-settings.ts";

/**
 * Changes nothing where nothing changed; answers with the cluster that it went to.
 * @param follow whether tags of images that are built here follow their sources. Default: those of dev do
 * @throws Failure where a person's part is missing, before anything is begun
 */
export async function deploy(stack: string, { follow = stack === "dev" } = {}): Promise<StartedCluster> {
  assertUpAnswerable(stack);
  assertPassphrase(stack);
  const tags = { follow, promoted: isProtected(stack) };
  const record = await ensureToolsAndCluster((made) => ensureImages(stack, made, tags));
  const config = configOf(root, stack);
  const addons = await bringAddons(addonsAskedBy(config), record, httpsHostsIn(config));
  usePulumi(stack, record);
  await ensureStack(stack);
  await recover(stack);
  await followCluster(stack, process.env.PULUMI_BACKEND_URL === `file://${pulumiState(record)}`);
  const trial = await policiesTrial(stack);
  await update(stack).catch(async (failure) => {
    // What has begun goes on to its end, and is seen to; why it failed, if it did, the next run says.
    await addons.there().catch(() => {});
    if (trial) await steps([trial]);
    throw failure;
  });
  // Only now, as Pulumi reports better what is wrong with this stack's file; another one's is no reason to fail here.
  await writeFromStackFiles().catch(({ message }: Error) => {
    console.log(
      `what is generated from stack files stays as it is: ${message.split("\n")[0]} \`make generate\` says more`,
    );
  });
  await addons.there();
  if (trial) await steps([trial]);
  await answer(stack);
  return record;
}

/** Whether the cluster enforces NetworkPolicies, where the stack counts on them; what is wrong with its file Pulumi says. */
async function policiesTrial(stack: string): Promise<Step | undefined> {
  try {
    const { networkPolicies, cluster } = settingsOf(stack);
    return networkPolicies === "wired"
      ? await beginTrial(cluster.context, `todo-${stack}`, databaseImage())
      : undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

async function update(stack: string): Promise<void> {
  const began = new Date();
  const shell = `\`eval "$(make env ENV=${stack})"\` makes pulumi known to a shell`;
  try {
    await runInTerminal("pulumi", ["up", "--stack", stack, ...withoutAsking(stack)], {
      what: `stack ${stack}`,
      hint: `its reason is above; fix it (${shell}) and run \`make up ENV=${stack}\` again`,
      cwd: root,
    });
  } catch (failure) {
    await tellReasons(stack, began);
    throw failure;
  }
}

/** Waits until the page answers, and says where it is. */
async function answer(stack: string): Promise<void> {
  const page = await pageOf(stack);
  await waitForWorkloads(page.namespace).catch(async (failure) => {
    await tellReasons(stack, new Date());
    throw failure;
  });
  console.log();
  if ((await isAt(stack, page)) || !page.target) return;
  const { port, end } = await forward(stack, page.target);
  await waitForUrl(`http://127.0.0.1:${port}`).finally(end);
  console.log(`Todo (${stack}) answers; it is at ${page.url} while this runs: make open ENV=${stack}`);
}
