// Waiting until what is deployed really runs. Neither Pulumi nor Helm looks at a release that has not changed, and a
// cluster that has just been woken still reports the pods that it had before.
import { setTimeout as sleep } from "node:timers/promises";
import { redactor } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { run, tryRun } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { steps } from "../../tools/steps.ts";
import { addresses } from "./addresses.ts";
import { type ClusterObject, namesOf } from "./cluster-object.ts";
import { unready } from "./unready.ts";

/** After a wake on two busy cores the last pod needs about a minute. */
const TIMEOUT_SECONDS = 180;

/** Waits until a namespace's workloads and Services, and the cluster's own, are ready; says nothing if they are. @throws Failure */
export async function waitForWorkloads(namespace: string, timeoutSeconds = TIMEOUT_SECONDS): Promise<void> {
  const started = await run("docker", ["container", "inspect", "--format", "{{.State.StartedAt}}", profile]);
  const look = () => missing(namespace, new Date(started));
  let found = await look();
  if (found.length === 0) return;
  await steps([
    {
      title: `workloads of ${namespace}: waiting until they are ready`,
      run: async (report) => {
        const deadline = Date.now() + timeoutSeconds * 1000;
        while (found.length > 0) {
          if (Date.now() > deadline) {
            const lines = found.join("\n    ");
            throw new Failure(
              `${namespace}: not ready after ${timeoutSeconds} s:\n    ${lines}\n  \`kubectl --context ${profile} -n ${namespace} get events --sort-by=.lastTimestamp\` says what happened; fix it and run this again`,
            );
          }
          report(`${found[0]}${found.length > 1 ? `, and ${found.length - 1} more` : ""}`);
          await sleep(500);
          found = await look();
        }
        return `workloads of ${namespace}: ready`;
      },
    },
  ]);
}

async function missing(namespace: string, nodeStart: Date): Promise<string[]> {
  const kinds = "deployments,statefulsets,daemonsets,pods,services";
  const get = ["--context", profile, "--request-timeout=20s", "get", kinds, "--all-namespaces", "--output", "json"];
  const answer = await tryRun("kubectl", get);
  if (answer === undefined) return ["the API server does not answer"];
  const { items } = JSON.parse(answer) as { items: ClusterObject[] };
  const found = unready(items, namespace, nodeStart);
  if (found.length > 0) return found.map(redactor([], namesOf(items)));
  // kube-proxy learns of a ready pod a moment after everybody else.
  const answers = addresses(items, namespace).map(async ({ service, host, port }) => {
    const connect = `exec 3<>/dev/tcp/${host}/${port}`;
    const answered = await tryRun("docker", ["exec", profile, "timeout", "3", "bash", "-c", connect]);
    return answered === undefined ? [`Service ${service}: no answer at ${host}:${port}, asked from the node`] : [];
  });
  return (await Promise.all(answers)).flat();
}
