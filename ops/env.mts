// `eval "$(make env)"`: what a shell needs so that plain pulumi, minikube, kubectl, helm and docker meet this cluster.
import { clusterEnvironment, readRecord } from "../cluster/profile.mts";
import { Failure, main } from "../tools/main.mts";
import { bin } from "../tools/places.mts";
import { devPassphrase } from "./consent.mts";
import { pulumiEnvironment } from "./pulumi.mts";

await main(async () => {
  const record = readRecord();
  if (!record?.uid) throw new Failure("there is no cluster yet; `make up` (or `make cluster`) makes it");
  const stack = process.argv[2] || "dev";
  const variables = { ...(await clusterEnvironment(record)), ...pulumiEnvironment(stack, record) };
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  console.log(`export PATH=${quote(bin)}:"$PATH"`);
  // What an earlier `eval "$(make env)"` has left in the shell would be a public passphrase for another stack.
  if (stack !== "dev" && process.env.PULUMI_CONFIG_PASSPHRASE === devPassphrase) {
    console.log("unset PULUMI_CONFIG_PASSPHRASE");
  }
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${quote(value)}`);
});
