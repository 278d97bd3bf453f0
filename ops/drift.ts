// `make drift [ENV=dev] [REPAIR=1]`: what somebody has changed in the cluster since it was deployed. Exit code 0: nothing; 2:
// something, unless it was put back; 1: it could not be told.
import { profile } from "../cluster/profile.ts";
import { run, tryRun } from "../tools/command.ts";
import { root } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { differenceLines, differencesIn, repair } from "./drift/compare.ts";
import { madeObjects } from "./drift/made.ts";
import { enterPresentCluster } from "./stack/present-cluster.ts";
import { usePulumi } from "./stack/pulumi.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const [, , env, wish = ""] = process.argv;
  const stack = stackName(env);
  const namespace = `todo-${stack}`;
  usePulumi(stack, await enterPresentCluster(stack));
  const { objects, sealed } = madeObjects(await stateOf(stack));
  const failed = (error: Error) => {
    throw new Failure(`cluster ${profile}: ${error.message}; \`make cluster\` wakes it`);
  };
  const { differences, compared, unfinished } = await differencesIn(profile, namespace, objects).catch(failed);
  const counted = `${namespace}: ${compared} objects compared with what is in the cluster`;
  if (compared === 0) throw new Failure(`${namespace}: nothing is deployed there; \`make up ENV=${stack}\` does it`);
  console.log([counted, ...unfinished].join("\n"));
  if (sealed.length > 0)
    console.log(`not compared, as the passphrase of ${stack} is not given here: ${sealed.join(", ")}`);
  for (const line of differences.flatMap((each) => differenceLines(namespace, each))) console.log(`  ${line}`);
  if (differences.length === 0) return console.log("nobody has changed anything since");
  if (wish !== "REPAIR=1") {
    console.log(
      `\`make drift ENV=${stack} REPAIR=1\` puts that back; what is to stay belongs into Pulumi.${stack}.yaml`,
    );
    process.exitCode = 2;
    return;
  }
  await repair(profile, namespace, differences).catch(failed);
  const left = (await differencesIn(profile, namespace, objects).catch(failed)).differences;
  if (left.length > 0) {
    const lines = left.flatMap((each) => differenceLines(namespace, each));
    throw new Failure(`${namespace}: put back, and changed again by somebody or something: ${lines.join("; ")}`);
  }
  console.log("all of it is put back");
});

/** With its secrets where the passphrase is at hand. */
async function stateOf(stack: string) {
  const args = ["stack", "export", "--stack", stack];
  const clear = await tryRun("pulumi", [...args, "--show-secrets"], { cwd: root });
  return JSON.parse(
    clear ?? (await run("pulumi", args, { cwd: root, hint: `\`make up ENV=${stack}\` makes the stack` })),
  );
}
