// Starts, finds or wakes the cluster. Whatever state an earlier run left it in (stopped, killed, half made, deleted),
// `minikube start` on the same profile is what mends it; what differs is only what has to be decided or checked before.
import { removeBuildCaches } from "../tools/go-build.mts";
import { ask, Failure, type Report, run, steps } from "../tools/main.mts";
import { assertEngine, assertPortsFree, assertRoom, chooseGround } from "./preflight.mts";
import {
  type ClusterRecord,
  clusterEnvironment,
  cpus,
  kubernetesVersion,
  memoryMiB,
  profile,
  publishedPorts,
  readRecord,
  writeRecord,
} from "./profile.mts";

/** Makes the cluster answer and returns its record; process.env then reaches it. @throws Failure */
export async function ensureCluster(): Promise<Required<ClusterRecord>> {
  const known = readRecord();
  if (known) Object.assign(process.env, await clusterEnvironment(known));
  // The node outlives an engine that was killed; without the engine nothing can be loaded into it.
  if (known?.uid && (await nodeRuns()) && (await clusterUid()) === known.uid) return known as Required<ClusterRecord>;

  const record = known ?? (await chooseGround());
  const offline = record.engine === "own" || record.images === "made" ? await import("./offline/index.mts") : undefined;
  Object.assign(process.env, await clusterEnvironment(record));
  if (record.engine === "present") await assertEngine();
  if (!known) {
    if (!offline && (await profileExists())) {
      throw new Failure(
        `minikube profile ${profile}: exists but was not made by this project; if you can spare it, run \`minikube delete -p ${profile}\`, and run this again`,
      );
    }
    assertRoom();
    await assertPortsFree();
    writeRecord(record); // from here on engine and profile are ours, also when what follows is interrupted
  }
  await offline?.prepare(record);
  await removeBuildCaches();
  if (!(await nodeRuns())) await assertPortsFree();
  await steps([
    {
      title: `cluster ${profile}: starting Minikube, about ${offline || known ? 1 : 3} min`,
      run: async (report) => {
        await start(offline?.startFlags(record) ?? [], report);
        return `cluster ${profile}: Minikube runs Kubernetes ${kubernetesVersion}`;
      },
    },
  ]);
  const uid = await clusterUid();
  if (!uid)
    throw new Failure(
      `cluster ${profile}: minikube start ended well, but the API server does not answer; \`minikube logs -p ${profile}\` says more`,
    );
  await offline?.afterEachStart(record);
  if (uid !== known?.uid && offline) await steps(offline.afterStart(record));
  if (known?.uid && uid !== known.uid)
    console.log(`cluster ${profile}: was deleted and is made anew, so its stacks begin anew as well`);
  const complete = { ...record, uid };
  writeRecord(complete);
  return complete;
}

async function start(flags: string[], report: Report): Promise<void> {
  const ports = publishedPorts.map((port) => `127.0.0.1:${port}:${port}`).join(",");
  await run(
    "minikube",
    [
      "start",
      `--profile=${profile}`,
      "--driver=docker",
      "--container-runtime=containerd",
      `--kubernetes-version=${kubernetesVersion}`,
      `--cpus=${cpus}`,
      `--memory=${memoryMiB}m`,
      `--ports=${ports}`,
      "--keep-context", // kubectl's current context stays what the user made it
      "--wait=apiserver,system_pods,default_sa",
      ...(process.getuid?.() === 0 ? ["--force"] : []), // minikube's way of allowing root
      ...flags,
    ],
    {
      report,
      timeout: 900_000,
      wayOut: `\`minikube logs -p ${profile}\` says more; \`make clean\` removes what is there and lets you begin again`,
    },
  );
}

/** The running cluster's identity, or undefined when no API server answers at the profile's context. */
export const clusterUid = () =>
  ask("kubectl", [
    "--context",
    profile,
    "--request-timeout=5s",
    "get",
    "namespace",
    "kube-system",
    "-o",
    "jsonpath={.metadata.uid}",
  ]);

const profileExists = async () =>
  ((await ask("minikube", ["profile", "list", "--light", "-o", "json"])) ?? "").includes(`"Name":"${profile}"`);

const nodeRuns = async () =>
  (await ask("docker", ["container", "inspect", "--format", "{{.State.Running}}", profile])) === "true";
