// Waiting for a URL itself: `pulumi up` returns a moment before the node port is programmed.
import { request as requestPlain } from "node:http";
import { request as requestByTls } from "node:https";
import type { LookupFunction } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { profile } from "../../cluster/profile.ts";
import { Failure } from "../../tools/program.ts";

/** Waits until the URL answers with a success. @throws Failure after a minute, with what it found instead */
export async function waitForUrl(url: string): Promise<void> {
  const started = Date.now();
  let told = started;
  let found = "no answer";
  while (Date.now() - started < 60_000) {
    try {
      const status = await statusOf(new URL(url));
      if (status >= 200 && status < 300) return;
      found = `HTTP ${status}`;
    } catch (error) {
      found = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    }
    if (Date.now() - told > 3_000) {
      console.log(`waiting for ${url}: ${found}`);
      told = Date.now();
    }
    await sleep(100);
  }
  throw new Failure(
    `${url}: expected an answer within 60 s of the deployment, found ${found}; \`kubectl --context ${profile} get pods -A\` shows what runs`,
  );
}

/**
 * The status of an answer. Names below `localhost` are this machine's to browsers, and to no resolver of some systems; and
 * an authority that made its certificate need not be known here, where only an answer is waited for.
 */
async function statusOf(url: URL): Promise<number> {
  const signal = AbortSignal.timeout(5_000);
  const isNamed = url.hostname.endsWith(".localhost") || (url.hostname === "localhost" && url.protocol === "https:");
  if (!isNamed) return (await fetch(url, { signal })).status;
  const here = { address: "127.0.0.1", family: 4 };
  const lookup: LookupFunction = (_, { all }, done) =>
    all ? done(null, [here]) : done(null, here.address, here.family);
  const request = url.protocol === "https:" ? requestByTls : requestPlain;
  return new Promise((resolve, reject) => {
    const asked = request(url, { lookup, signal, rejectUnauthorized: false, agent: false }, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject).end();
  });
}
