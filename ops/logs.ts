// `make logs [ENV=dev] [Q=text] [FOLLOW=0]`: what all pods of an environment say and said, also those that are gone.
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, runProgram } from "../tools/program.ts";
import { follow, newest, once } from "./logs/follow.ts";
import { type StoredLine, shownLine } from "./logs/line.ts";
import { logsQuery } from "./logs/query.ts";
import { withStore } from "./monitoring/ask.ts";
import { assertMonitoring } from "./monitoring/platform.ts";
import { enterPresentCluster } from "./stack/present-cluster.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  const { Q: text } = process.env;
  const FOLLOW = process.argv[3]?.replace("FOLLOW=", "") ?? "1";
  if (!["0", "1"].includes(FOLLOW)) throw new Failure(`FOLLOW: expected 0 or 1, found ${FOLLOW}; nothing was asked`);
  await enterPresentCluster(stack);
  await assertMonitoring();
  const query = logsQuery(`todo-${stack}`, text);
  // As they are: what looks like a credential is a request id more often than not, and the name of a pod.
  const tell = (line: StoredLine) => console.log(shownLine(line));
  if (FOLLOW === "0") {
    const lines = await withStore("logs", (base) => newest(base, query));
    for (const line of lines) tell(line);
    if (lines.length === 0) console.error(`stack ${stack}: no line of the last 7 days${text ? ` has ${text}` : ""}`);
    return;
  }
  console.error(`stack ${stack}: following until Ctrl-C`);
  const tellOnce = once(tell);
  for (let last = ""; ; ) {
    // The store restarts with its pod; what came meanwhile is there afterwards.
    await withStore("logs", (base) => follow(base, query, tellOnce)).catch(({ message }: Error) => {
      if (message !== last) console.error(`${message}; trying again`);
      last = message;
    });
    await sleep(1_000);
  }
});
