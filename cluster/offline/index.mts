// The side building: a cluster where no image registry and perhaps no Docker engine can be reached. The main way asks
// for an environment, for preparations, for more flags of `minikube start`, and for what follows it.
import { type Report, type Step, steps } from "../../tools/main.mts";
import type { ClusterRecord } from "../profile.mts";
import { ensureNetworkPolicies, ensureStorage } from "./addons.mts";
import { missingRoots, rootArchive } from "./debian.mts";
import { engineAnswers, engineHost, startEngine } from "./engine.mts";
import { exists, fillMinikubeCache, minikubeCacheIsFull, minikubeHome, nodeImage, nodeImageName } from "./images.mts";
import { ensureParts } from "./parts.mts";
import { ensureResolver } from "./resolver.mts";

/** Our engine listens on its own socket; our images live in a Minikube home of their own, where no other profile finds them. */
export const environment = ({ engine, images }: ClusterRecord): Record<string, string> => ({
  ...(engine === "own" ? { DOCKER_HOST: engineHost } : {}),
  ...(images === "made" ? { MINIKUBE_HOME: minikubeHome } : {}),
});

let node: string | undefined;

/** Everything that `minikube start` will ask for; shows only what it has to make. */
export async function prepare({ engine, images }: ClusterRecord): Promise<void> {
  if (engine === "own" && !(await engineAnswers())) {
    await steps([{ title: "docker engine: starting the project's own", run: startEngine }]);
  }
  if (images !== "made") return;
  await ensureParts(
    missingRoots().map((suite) => ({
      title: `Debian ${suite}: root file system, about 2 min`,
      run: async (report: Report) => `Debian ${suite}: root file system in ${await rootArchive(suite, report)}`,
    })),
  );
  const make: Step[] = [];
  node = await nodeImageName();
  if (!(await exists(node))) make.push({ title: `image ${node}: building, about 1 min`, run: nodeImage });
  if (!minikubeCacheIsFull())
    make.push({ title: "Kubernetes images: into minikube's cache, about 1 min", run: fillMinikubeCache });
  if (make.length > 0) await steps(make);
}

/** A bare name that docker lists is not pulled. */
export const startFlags = ({ images }: ClusterRecord) =>
  images === "made" ? [`--base-image=${node}`, "--preload=false", "--cni=bridge", "--install-addons=false"] : [];

/** What each start has to be followed by, not only the first. */
export const afterEachStart = async ({ images }: ClusterRecord) => {
  if (images === "made") await ensureResolver();
};

export const afterStart = ({ images }: ClusterRecord): Step[] =>
  images === "made"
    ? [
        { title: "storage: local-path-provisioner", run: ensureStorage },
        { title: "network policies: kube-router", run: ensureNetworkPolicies },
      ]
    : [];
