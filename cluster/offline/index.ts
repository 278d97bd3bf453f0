// A cluster where no image registry and perhaps no Docker engine can be reached. cluster/start.ts asks this folder
// for an environment, for preparations, for more flags of `minikube start`, and for what follows it.
import { type Progress, type Step, steps } from "../../tools/steps.ts";
import { engineHas } from "../engine-images.ts";
import { nodeNames } from "../node.ts";
import type { ClusterRecord } from "../profile.ts";
import { additionsVersion, ensureNetworkPolicies, ensureStorage } from "./addons.ts";
import { missingRoots, rootArchive } from "./debian.ts";
import { engineAnswers, engineHost, startEngine } from "./engine.ts";
import { fillMinikubeCache, minikubeCacheIsFull, minikubeHome, nodeImage, nodeImageName } from "./images.ts";
import { connectNodes } from "./node-network.ts";
import { ensureNodePrograms } from "./node-programs.ts";
import { ensureResolver } from "./resolver.ts";

/** Our engine listens on its own socket; our images live in a Minikube home of their own, where no other profile finds them. */
export const environment = ({ engine, images }: ClusterRecord): Record<string, string> => ({
  ...(engine === "own" ? { DOCKER_HOST: engineHost } : {}),
  ...(images === "made" ? { MINIKUBE_HOME: minikubeHome } : {}),
});

let node: string | undefined;

/**
 * Everything that `minikube start` will ask for; shows only what it has to make.
 * @param compiled is called when all programs are built
 */
export async function prepare({ engine, images }: ClusterRecord, compiled: () => void): Promise<void> {
  if (engine === "own" && !(await engineAnswers())) {
    await steps([{ title: "docker engine: starting the project's own", run: startEngine }]);
  }
  if (images !== "made") return compiled();
  await ensureNodePrograms(
    missingRoots().map((suite) => ({
      title: `Debian ${suite}: root file system, about 2 min`,
      cost: `Debian ${suite}`,
      run: async (report: Progress) => `Debian ${suite}: root file system in ${await rootArchive(suite, report)}`,
    })),
  );
  compiled();
  const make: Step[] = [];
  node = await nodeImageName();
  if (!(await engineHas(node)))
    make.push({ title: `image ${node}: building, about 1 min`, cost: "image of the node", run: nodeImage });
  if (!minikubeCacheIsFull())
    make.push({
      title: "Kubernetes images: into minikube's cache, about 1 min",
      cost: "images of Kubernetes",
      run: fillMinikubeCache,
    });
  if (make.length > 0) await steps(make);
}

/** A bare name that docker lists is not pulled. */
export const startFlags = ({ images }: ClusterRecord) =>
  images === "made" ? [`--base-image=${node}`, "--preload=false", "--cni=bridge", "--install-addons=false"] : [];

/** What each start has to be followed by, not only the first. */
export const afterEachStart = async ({ images }: ClusterRecord) => {
  if (images !== "made") return;
  await ensureResolver();
  await connectNodes(await nodeNames());
};

/** What a bare cluster whose images are made gets once, and again where an earlier version has installed it. */
export const afterStart = ({ additions }: ClusterRecord): Step[] =>
  additions !== additionsVersion()
    ? [
        { title: "storage: local-path-provisioner", run: ensureStorage },
        { title: "network policies: kube-router", run: ensureNetworkPolicies },
      ]
    : [];

export { additionsVersion };
