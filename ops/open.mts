// `make open [ENV=dev]`: the page at its URL. Where nothing in the cluster opens the URL's port, it is forwarded until
// Ctrl-C, also across pods that are replaced.
import { setTimeout as sleep } from "node:timers/promises";
import { portIsTaken } from "../cluster/preflight.mts";
import { clusterEnvironment, readRecord } from "../cluster/profile.mts";
import { ensureTools } from "../tools/install.mts";
import { Failure, main } from "../tools/main.mts";
import { forward } from "./forward.mts";
import { stackName, stackOutputs, usePulumi } from "./pulumi.mts";
import { waitForUrl } from "./url.mts";

await main(async () => {
  const stack = stackName(process.argv[2]);
  const record = readRecord();
  const nothing = new Failure(`stack ${stack}: nothing is deployed; \`make up ENV=${stack}\` does that`);
  if (!record?.uid) throw nothing;
  await ensureTools();
  Object.assign(process.env, await clusterEnvironment(record));
  usePulumi(stack, record);
  const outputs = (await stackOutputs(stack).catch(() => ({}))) as { url?: string; next?: { open?: string } };
  const { url } = outputs;
  if (!url) throw nothing;
  if (!outputs.next?.open) {
    await waitForUrl(url);
    return console.log(`Todo (${stack}) is at ${url}`);
  }

  const port = Number(new URL(url).port || 80);
  if (await portIsTaken(port)) {
    throw new Failure(
      `port ${port}: ${url} needs it on 127.0.0.1, but another program listens there (\`ss -ltnp 'sport = :${port}'\` names it, perhaps another \`make open\`); end that program and run this again`,
    );
  }
  await keepOpen(stack, port, url);
});

/** Never returns. @throws Failure where the first connection fails, or there is nothing to connect to any more */
async function keepOpen(stack: string, port: number, url: string): Promise<never> {
  let last: string | undefined;
  for (;;) {
    try {
      const { over } = await forward(stack, port);
      console.log(`Todo (${stack}) is at ${url} until Ctrl-C`);
      last = await over;
      console.log(`${url}: ${last}; connecting again`);
    } catch (error) {
      const { message } = error as Error;
      if (last === undefined || message.includes("not found")) {
        throw new Failure(`stack ${stack}: ${message}; \`make up ENV=${stack}\` deploys it`);
      }
      if (message !== last) console.log(`${url}: ${message}; trying again`);
      last = message;
    }
    // kubectl takes a moment to notice; asking more often would only fill the screen.
    await sleep(500);
  }
}
