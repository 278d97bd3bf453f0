// `make open [ENV=dev] [WHAT=metrics|logs]`: the page at its URL, or one of monitoring's. Where nothing in the cluster opens the URL's port, it is forwarded until
// Ctrl-C, also across pods that are replaced.

import { clusterEnvironment } from "../cluster/environment.ts";
import { portIsTaken, portTaken } from "../cluster/ports.ts";
import { readRecord } from "../cluster/profile.ts";
import { ensureTools } from "../tools/install.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { openMonitoring } from "./monitoring/open.ts";
import { keepOpen } from "./page/keep-open.ts";
import { isAt, pageOf } from "./page/page.ts";
import { usePulumi } from "./stack/pulumi.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const [, , env, wish = ""] = process.argv;
  if (wish.startsWith("WHAT=")) return openMonitoring(wish.slice("WHAT=".length));
  const stack = stackName(env);
  const record = readRecord();
  const nothing = new Failure(`stack ${stack}: nothing is deployed; \`make up ENV=${stack}\` does that`);
  if (!record?.uid) throw nothing;
  await ensureTools();
  Object.assign(process.env, await clusterEnvironment(record));
  usePulumi(stack, record);
  const page = await pageOf(stack).catch(() => {
    throw nothing;
  });
  if ((await isAt(stack, page)) || !page.target) return;

  const { url, target } = page;
  const port = Number(new URL(url).port || 80);
  if (await portIsTaken(port)) throw portTaken(port, `${url} needs it`, "another `make open`");
  await keepOpen(stack, target, port, url);
});
