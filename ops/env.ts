// `eval "$(make env)"`: what a shell needs so that plain pulumi, minikube, kubectl and docker, and helm where it is installed or
// `make tools` has brought it, meet this cluster.
import { clusterEnvironment } from "../cluster/environment.ts";
import { readRecord } from "../cluster/profile.ts";
import { bin } from "../tools/places.ts";
import { runProgram } from "../tools/program.ts";
import { devPassphrase } from "./stack/consent.ts";
import { pulumiEnvironment } from "./stack/pulumi.ts";

await runProgram(async () => {
  const record = readRecord();
  const stack = process.argv[2] || "dev";
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  console.log(`export PATH=${quote(bin)}:"$PATH"`);
  // Enough for a cluster that is not ours, and said, as it is not for ours.
  if (!record?.uid) {
    return console.error(
      "only PATH is set: there is no cluster of this project yet; `make up` (or `make cluster`) makes it",
    );
  }
  const variables = { ...(await clusterEnvironment(record)), ...pulumiEnvironment(stack, record) };
  // What an earlier `eval "$(make env)"` has left in the shell would be a public passphrase for another stack.
  if (stack !== "dev" && process.env.PULUMI_CONFIG_PASSPHRASE === devPassphrase) {
    console.log("unset PULUMI_CONFIG_PASSPHRASE");
  }
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${quote(value)}`);
});
