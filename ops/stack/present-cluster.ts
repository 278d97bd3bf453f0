// The cluster that is there, for verbs that look at what is deployed: none of them makes one.
import { clusterEnvironment } from "../../cluster/environment.ts";
import { profile, readRecord, type StartedCluster } from "../../cluster/profile.ts";
import { ensureTools } from "../../tools/install.ts";
import { Failure } from "../../tools/program.ts";

/** Makes this process reach the project's cluster, with the tools for it. @throws Failure where there is none */
export async function enterPresentCluster(stack: string): Promise<StartedCluster> {
  const record = readRecord();
  if (!record?.uid) throw new Failure(`cluster ${profile}: there is none; \`make up ENV=${stack}\` makes it`);
  await ensureTools();
  Object.assign(process.env, await clusterEnvironment(record));
  return record as StartedCluster;
}
