// What minikube, docker and their callers need in the environment to reach a cluster of this project.
import type { ClusterRecord } from "./profile.ts";

export type Environment = Record<string, string | undefined>;

// Of this process and its children, and before anything here looks at them.
leaveDockerEnv(process.env);

/**
 * Where a shell has the variables of another profile's `minikube docker-env`, docker means the engine inside that one's node,
 * but minikube goes on meaning the one that the node is on. Makes an environment mean the latter for both.
 */
export function leaveDockerEnv(env: Environment): void {
  if (!env.MINIKUBE_ACTIVE_DOCKERD) return;
  for (const name of ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]) {
    const before = env[`MINIKUBE_EXISTING_${name}`];
    if (before) env[name] = before;
    else delete env[name];
  }
  // Left there, minikube would take DOCKER_HOST of an engine of the project's own for the other profile's.
  delete env.MINIKUBE_ACTIVE_DOCKERD;
}

/** What a process and its children need to reach this cluster. */
export async function clusterEnvironment(record: ClusterRecord): Promise<Record<string, string>> {
  return record.engine === "own" || record.images === "made"
    ? (await import("./offline/index.ts")).environment(record)
    : {};
}

/** The variables that a cluster may need, as this process was given them. */
const given: Environment = { DOCKER_HOST: process.env.DOCKER_HOST, MINIKUBE_HOME: process.env.MINIKUBE_HOME };

/** The same as this machine has them, without what `eval "$(make env)"` put there for a cluster of ours. */
export async function machineEnvironment(): Promise<Environment> {
  const ours: Environment = await clusterEnvironment({ engine: "own", images: "made" });
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === ours[name] ? undefined : value]),
  );
}

/** Makes this process and its children reach a cluster, and no longer another one of ours. */
export async function enterCluster(record: ClusterRecord): Promise<void> {
  for (const [name, value] of Object.entries({
    ...(await machineEnvironment()),
    ...(await clusterEnvironment(record)),
  })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
