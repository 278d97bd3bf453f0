// The cluster that is there, for verbs that look at what is deployed: none of them makes one.
import { clusterEnvironment } from "../../cluster/environment.ts";
import { profile, readRecord, type StartedCluster } from "../../cluster/profile.ts";
import { ensureTools } from "../../tools/install.ts";
import { Failure } from "../../tools/program.ts";

/**
 * Makes this process reach the project's cluster, with the tools for it.
 * @param also tools that are wanted too, of those that are optional or built late
 * @throws Failure where there is none
 */
export async function enterPresentCluster(stack: string, also: string[] = []): Promise<StartedCluster> {
  const record = readRecord();
  if (!record?.uid) throw new Failure(`cluster ${profile}: there is none; \`make up ENV=${stack}\` makes it`);
  await ensureTools({ also });
  Object.assign(process.env, await clusterEnvironment(record));
  return record as StartedCluster;
}
