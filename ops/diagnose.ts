// `make diagnose [ENV=dev]`: what is wrong in an environment now, and what the last update that failed ended with. Changes
// nothing. Exit code 0: all is well; 1: something is not.
import { type Cause, diagnose, savedCauses } from "local-charts/objects";
import { profile } from "../cluster/profile.ts";
import { PROGRAM } from "../components/program.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { causeLines } from "./diagnose/lines.ts";
import { hintsOf } from "./stack/cause-hints.ts";
import { enterPresentCluster } from "./stack/present-cluster.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  const namespace = `todo-${stack}`;
  await enterPresentCluster(stack);
  const { causes, waiting, unseen } = await diagnose(profile, namespace, hintsOf(stack)).catch((error: Error) => {
    throw new Failure(`cluster ${profile}: ${error.message}; \`make cluster\` wakes it`);
  });
  const show = (title: string, found: Cause[]) => console.log([title, ...found.flatMap(causeLines)].join("\n"));
  const isWell = waiting.length === 0 && causes.length === 0;
  if (isWell) console.log(`${namespace}: every workload is ready`);
  else {
    show(`${namespace}, now:`, causes);
    for (const line of waiting) console.log(`  waits: ${line}`);
  }
  if (unseen.length > 0) console.log(`not looked at, as this login may not: ${unseen.join(", ")}`);
  const saved = savedCauses(PROGRAM, namespace);
  for (const { release, at, causes: then } of saved) {
    show(`\n${release}, when its last update failed (${at.slice(0, 16).replace("T", " ")} UTC):`, then);
  }
  if (!isWell || saved.length > 0) process.exitCode = 1;
});
