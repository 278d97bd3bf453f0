import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../tools/program.ts";
import { forward } from "./forward.ts";

/** What messages call a page, and what deploys it. */
export interface Named {
  name: string;
  deploy: string;
}

/** Forwards a port to the pages, also across pods that are replaced. Never returns. @throws Failure where the first connection fails, or there is nothing to connect to any more */
export async function keepOpen(
  stack: string,
  target: string,
  port: number,
  url: string,
  { name, deploy }: Named = { name: `Todo (${stack})`, deploy: `make up ENV=${stack}` },
): Promise<never> {
  let last: string | undefined;
  for (;;) {
    try {
      const { over } = await forward(stack, target, port);
      console.log(`${name} is at ${url} until Ctrl-C`);
      last = await over;
      console.log(`${url}: ${last}; connecting again`);
    } catch (error) {
      const { message } = error as Error;
      if (last === undefined || message.includes("not found")) {
        throw new Failure(`stack ${stack}: ${message}; \`${deploy}\` deploys it`);
      }
      if (message !== last) console.log(`${url}: ${message}; trying again`);
      last = message;
    }
    // kubectl takes a moment to notice; asking more often would only fill the screen.
    await sleep(500);
  }
}
