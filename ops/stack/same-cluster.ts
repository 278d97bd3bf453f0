// Whether a stack's state and the cluster speak of the same things. The project's own state belongs to one cluster; state
// in a backend of the user's outlives it, and then Pulumi would find nothing to do on a cluster that is empty.
import { profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { todo } from "./program.ts";

interface State {
  deployment: { resources?: { type: string; outputs?: { metadata?: { name?: string; uid?: string } } }[] };
}

/** The namespace as the stack's last update saw it, or undefined for a stack without one. */
function recordedNamespace({ deployment }: State): { name: string; uid: string } | undefined {
  const namespace = deployment.resources?.find(({ type }) => type === "kubernetes:core/v1:Namespace");
  const { name, uid } = namespace?.outputs?.metadata ?? {};
  return name && uid ? { name, uid } : undefined;
}

/**
 * Looks for the stack's namespace in the cluster. Where it is gone, what was in it is gone too: the project's own state
 * is made to follow.
 * @param ownState whether the state is kept for this cluster alone
 * @throws Failure for other state: nobody but its owner knows whether another cluster still runs what it describes
 */
export async function followCluster(stack: string, ownState: boolean, { folder } = todo): Promise<void> {
  const recorded = recordedNamespace(
    JSON.parse(await run("pulumi", ["stack", "export", "--stack", stack], { cwd: folder })),
  );
  if (!recorded) return;
  const query = ["get", "namespace", recorded.name, "--ignore-not-found", "--output", "jsonpath={.metadata.uid}"];
  const uid = await run("kubectl", ["--context", profile, "--request-timeout=20s", ...query]);
  if (uid === recorded.uid) return;
  const found = uid ? "is another one" : "is not there";
  if (!ownState) {
    throw new Failure(
      `stack ${stack}: its state in ${process.env.PULUMI_BACKEND_URL} describes another cluster, or one that was since made anew: namespace ${recorded.name} ${found} in ${profile}; if that cluster is gone, run \`pulumi refresh -s ${stack}\` (the state then follows this one) and this again`,
    );
  }
  console.log(`stack ${stack}: namespace ${recorded.name} ${found}, so what was in it is deployed anew`);
  await run("pulumi", ["refresh", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"], { cwd: folder });
}
