// `make clean`: removes the cluster with its data, and everything that was made for it. What is expensive to make again
// and belongs to no cluster (tools, image parts) stays, unless `make clean ALL=1`. Protected stacks have to be named:
// `make clean PROTECTED=prod`.
import { rmSync } from "node:fs";
import { deleteCluster } from "../cluster/delete.ts";
import { profile, readRecord } from "../cluster/profile.ts";
import { pluginHome, tools } from "../tools/catalog.ts";
import { cache, state } from "../tools/places.ts";
import { runProgram } from "../tools/program.ts";
import { steps } from "../tools/steps.ts";
import { assertNoneProtected } from "./stack/protected.ts";

const named = process.argv.find((argument) => argument.startsWith("PROTECTED="))?.slice("PROTECTED=".length) ?? "";

await runProgram(async () => {
  const record = readRecord();
  if (record) {
    await assertNoneProtected(record, named.split(/[\s,]+/));
    await steps([{ title: `cluster ${profile}: deleting`, run: (report) => deleteCluster(record, report) }]);
  }
  rmSync(state, { recursive: true, force: true });
  console.log(`removed the state in ${state}`);
  if (!process.argv.includes("ALL=1")) {
    return console.log(`kept the tools in ${cache}; \`make clean ALL=1\` removes them too`);
  }
  for (const path of [cache, ...tools.filter(({ plugin }) => plugin).map(pluginHome)])
    rmSync(path, { recursive: true, force: true });
  console.log(`removed ${cache} and Pulumi's plugins`);
});
