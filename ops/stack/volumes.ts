// What is left of an environment's volumes when its namespace is gone. A provisioner deletes them, as a rule; Minikube's
// own deletes only what the same process of it has made, so that after a stop and a start the data of an older volume
// stays in its folder, and the next volume of the same claim finds it there.
import { setTimeout as sleep } from "node:timers/promises";
import { removeFolder } from "../../cluster/node.ts";
import { profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { steps } from "../../tools/steps.ts";

/** The fields that are read of a PersistentVolume. */
interface Volume {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    claimRef?: { namespace: string; name: string };
    persistentVolumeReclaimPolicy: string;
    hostPath?: { path: string };
  };
  status?: { phase?: string; message?: string };
}

const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
const MINIKUBE = "k8s.io/minikube-hostpath";

/** A busy machine needs some ten seconds for a provisioner's pod that removes a folder. */
const TIMEOUT_SECONDS = 60;

/**
 * Sees that the volumes of a namespace are gone with their data; does nothing while the namespace is there. One whose
 * StorageClass says Retain stays, and that is said. @throws Failure where a provisioner does not do its part
 */
export async function removeVolumes(namespace: string, timeoutSeconds = TIMEOUT_SECONDS): Promise<void> {
  if (await kubectl("get", "namespace", namespace, "--ignore-not-found", "--output", "name")) return;
  const all = await volumesOf(namespace);
  for (const { metadata } of all.filter(isRetained)) {
    console.log(
      `volume ${metadata.name}: stays with its data, as its StorageClass says Retain; \`kubectl --context ${profile} delete pv ${metadata.name}\` gives it up`,
    );
  }
  if (all.every(isRetained)) return;
  await steps([
    {
      title: `volumes of ${namespace}: removing`,
      run: async (report) => {
        const deadline = Date.now() + timeoutSeconds * 1000;
        for (;;) {
          const left = (await volumesOf(namespace)).filter((volume) => !isRetained(volume));
          if (left.length === 0) return `volumes of ${namespace}: removed, with their data`;
          if (Date.now() > deadline) throw stays(left[0], timeoutSeconds);
          report(left.map(({ metadata }) => metadata.name).join(", "));
          for (const volume of left.filter((each) => provisionerOf(each) === MINIKUBE)) await remove(volume);
          await sleep(500);
        }
      },
    },
  ]);
}

const isRetained = ({ spec }: Volume) => spec.persistentVolumeReclaimPolicy === "Retain";
const provisionerOf = ({ metadata }: Volume) => metadata.annotations?.[PROVISIONED_BY];
const kubectl = (...args: string[]) => run("kubectl", ["--context", profile, "--request-timeout=20s", ...args]);

async function volumesOf(namespace: string): Promise<Volume[]> {
  const { items } = JSON.parse(await kubectl("get", "persistentvolumes", "--output", "json")) as { items: Volume[] };
  return items.filter(({ spec }) => spec.claimRef?.namespace === namespace);
}

/** What Minikube's provisioner does itself with a volume of its own: the folder first, so that no volume is gone before its data. */
async function remove({ metadata: { name }, spec: { claimRef, hostPath } }: Volume): Promise<void> {
  const folder = hostPath?.path ?? "";
  if (!claimRef || !folder.endsWith(`/${claimRef.namespace}/${claimRef.name}`)) {
    throw new Failure(
      `volume ${name}: expected its folder to be that of its claim ${claimRef?.name}, found ${folder || "none"}; look at it with \`kubectl --context ${profile} describe pv ${name}\``,
    );
  }
  await removeFolder(folder);
  await kubectl("delete", "persistentvolume", name, "--ignore-not-found", "--wait=false");
}

function stays(volume: Volume, seconds: number): Failure {
  const { name } = volume.metadata;
  const { phase = "there", message } = volume.status ?? {};
  return new Failure(
    `volume ${name}: expected ${provisionerOf(volume) ?? "its provisioner"} to delete it within ${seconds} s, found it ${phase}${message ? ` (${message})` : ""}, its data with it; \`kubectl --context ${profile} describe pv ${name}\` says more, and the same command goes on from here`,
  );
}
