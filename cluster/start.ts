// Starts, finds or wakes the cluster. Whatever state an earlier run left it in (stopped, killed, half made, deleted),
// `minikube start` on the same profile is what fixes it; what differs is only what has to be decided or checked before.

import { execa } from "execa";
import { run, tryRun } from "../tools/command.ts";
import { removeBuildCaches } from "../tools/go-build.ts";
import { ensureClusterTools } from "../tools/install.ts";
import { Failure } from "../tools/program.ts";
import { type Progress, steps, together } from "../tools/steps.ts";
import { deleteCluster } from "./delete.ts";
import { pullingNode } from "./engine-images.ts";
import { enterCluster, machineEnvironment } from "./environment.ts";
import { assertPortsFree } from "./ports.ts";
import { assertEngine, chooseProvisioning, findEngine } from "./preflight.ts";
import {
  type ClusterRecord,
  cpus,
  kubernetesVersion,
  memoryMiB,
  profile,
  publishedPorts,
  readRecord,
  type StartedCluster,
  writeRecord,
} from "./profile.ts";
import { assertRoom, roomBeside, roomOf } from "./room.ts";

/**
 * Makes the tools available, and the cluster answer, as `ensureCluster` does. Tools that only a deployment needs are built,
 * where they have to be, beside the making of the cluster, from where on that needs no compiler, if there is room for both.
 * @param then what follows and needs no more of the tools
 * @throws Failure
 */
export async function ensureToolsAndCluster(
  then = async (_: StartedCluster): Promise<void> => {},
): Promise<StartedCluster> {
  const rest = await ensureClusterTools();
  const make = async (compiled?: () => void) => {
    const record = await ensureCluster(compiled);
    await then(record);
    return record;
  };
  if (!rest) return make();
  if (!roomBeside()) return rest().then(() => make());
  return together((beside) => make(() => beside(() => rest().then(removeBuildCaches))));
}

/**
 * Makes the cluster answer and returns its record; process.env then reaches it.
 * @param compiled is called when it needs no compiler any more. Default: removes the build caches, if it has needed one
 * @throws Failure
 */
export async function ensureCluster(compiled?: () => void): Promise<StartedCluster> {
  const known = readRecord();
  if (known) await enterCluster(known);
  // The node outlives an engine that was killed; without the engine nothing can be loaded into it.
  if (known?.uid && (await nodeRuns()) && (await isCluster(known.uid))) {
    compiled?.();
    return withAdditions(known as StartedCluster);
  }

  const record = await provisioning(known);
  const offline = record.engine === "own" || record.images === "made" ? await import("./offline/index.ts") : undefined;
  await enterCluster(record);
  if (record.engine === "present") await assertEngine();
  if (record !== known) {
    if (!offline && (await profileExists())) {
      throw new Failure(
        `minikube profile ${profile}: exists but was not made by this project; if you can spare it, run \`minikube delete -p ${profile}\`, and run this again`,
      );
    }
    assertRoom(await roomOf(record.engine));
    await assertPortsFree();
    writeRecord(record); // from here on engine and profile are ours, also when what follows is interrupted
  }
  const through = compiled ?? removeBuildCaches;
  if (offline) await offline.prepare(record, through);
  else through();
  if (!(await nodeRuns())) await assertPortsFree();
  await steps([
    ...(record.images === "pulled" && !(await nodeExists()) ? await pullingNode() : []),
    {
      title: `cluster ${profile}: starting Minikube, about ${offline || known ? 1 : 3} min`,
      cost: "starting Minikube",
      run: async (report) => {
        await start(offline?.startFlags(record) ?? [], record, report);
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
  if (known?.uid && uid !== known.uid)
    console.log(`cluster ${profile}: was deleted and is made anew, so its stacks begin anew as well`);
  // A new cluster has nothing of what was installed into the one before.
  const complete = { ...record, uid, ...(uid !== known?.uid && { additions: undefined }) };
  writeRecord(complete);
  return withAdditions(complete);
}

/** Installs what a bare cluster lacks; where an earlier version of this project did, what has changed since. */
async function withAdditions(record: StartedCluster): Promise<StartedCluster> {
  if (record.images !== "made") return record;
  const { additionsVersion, afterStart } = await import("./offline/index.ts");
  const missing = afterStart(record);
  // Not with the login of an assistant, which may not install.
  if (missing.length === 0 || (await clusterUid()) !== record.uid) return record;
  await steps(missing);
  const complete = { ...record, additions: additionsVersion() };
  writeRecord(complete);
  return complete;
}

/**
 * How the cluster is provided: as it was when it was begun, while anything of it may be there; else as this machine and its
 * network allow now, as they may have had a bad day.
 */
async function provisioning(known?: ClusterRecord): Promise<ClusterRecord> {
  if (known && ((await nodeExists()) ?? known.uid !== undefined)) return known;
  const found = await chooseProvisioning(await machineEnvironment()).catch((failure) => {
    if (known?.uid) return known; // it was made so once, and what that needs may still be here
    throw failure;
  });
  if (!known || (found.engine === known.engine && found.images === known.images)) return known ?? found;
  console.log(`cluster ${profile}: was begun with ${inWords(known)}, and is made with ${inWords(found)} now`);
  // An engine of ours that never ran has left nothing, and may lack what it takes to start.
  if (known.engine === "present" || (await import("./offline/engine.ts")).engineHasRun()) {
    const run = (report: Progress) => deleteCluster(known, report);
    await steps([{ title: `cluster ${profile}: removing what was begun`, run }]);
  }
  return found;
}

const inWords = ({ engine, images }: ClusterRecord) =>
  `${engine === "own" ? "an engine of its own" : "this machine's Docker"} and ${images === "made" ? "images made of packages" : "official images"}`;

/** Where Kubernetes has to be downloaded, which minikube continues where it was interrupted, a slow link gets an hour. */
const minutes = { pulled: 60, made: 15 };

async function start(flags: string[], { images }: ClusterRecord, report: Progress): Promise<void> {
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
      timeout: minutes[images] * 60_000,
      hint: `the same command goes on from here; \`minikube logs -p ${profile}\` says more; \`make clean\` removes what is there and lets you begin anew`,
    },
  );
}

const ASK_UID = [
  ...["--context", profile, "--request-timeout=5s"],
  ...["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"],
];

/** The running cluster's identity, or undefined when no API server answers at the profile's context. */
export const clusterUid = () => tryRun("kubectl", ASK_UID);

/**
 * Whether the cluster that answers at the profile's context is this one. A login of `make identity` may not ask; it was made
 * for this one, and `minikube start` would write its owner's into that kubeconfig.
 */
export async function isCluster(uid: string): Promise<boolean> {
  const { stdout, stderr, failed } = await execa("kubectl", ASK_UID, {
    stdin: "ignore",
    timeout: 20_000,
    reject: false,
  });
  return failed ? / \(Forbidden\)/.test(stderr) : stdout.trim() === uid;
}

const profileExists = async () =>
  ((await tryRun("minikube", ["profile", "list", "--light", "-o", "json"])) ?? "").includes(`"Name":"${profile}"`);

/** Whether the node is there, running or not; undefined where no engine answers that could tell. */
async function nodeExists(): Promise<boolean | undefined> {
  if (await tryRun("docker", ["container", "inspect", "--format", "{{.Id}}", profile])) return true;
  return (await findEngine()) === undefined ? false : undefined;
}

const nodeRuns = async () =>
  (await tryRun("docker", ["container", "inspect", "--format", "{{.State.Running}}", profile])) === "true";
