// Waiting for a URL itself: `pulumi up` returns a moment before the node port is programmed.
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
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
      found = `HTTP ${response.status}`;
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
