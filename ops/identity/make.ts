// An identity of an environment, and the kubeconfig with which somebody is it: what `make identity` does.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { applied, type KubernetesObject, liveOne, tokenOf } from "local-charts/objects";
import { stringify } from "yaml";
import { clusterEnvironment } from "../../cluster/environment.ts";
import { profile, readRecord } from "../../cluster/profile.ts";
import { type Cluster, IDENTITIES, type Identity, identityObjects, kubeconfigOf } from "../../components/identity.ts";
import { namespaceObject, OWN } from "../../components/namespace.ts";
import { run } from "../../tools/command.ts";
import { ensureTools } from "../../tools/install.ts";
import { Failure } from "../../tools/program.ts";
import { stackConfig } from "../stack/stack-file.ts";
import { folder, kubeconfigFile } from "./place.ts";

/** As the API server calls who has applied it. */
const MANAGER = "todo-identity";
/** A day's work is the longest: a token is not taken back but with its ServiceAccount. */
const MOST_HOURS = 24;

/** What is asked for beside the environment. */
export interface Asked {
  identity: Identity;
  hours: number;
}

/** @param wishes as `make` passes them: AS=…, HOURS=…, empty for what was not said. @throws Failure for what is not to be had */
export function askedFor(wishes: string[]): Asked {
  const [as = "", text = ""] = ["AS", "HOURS"].map((name) =>
    wishes.find((wish) => wish.startsWith(`${name}=`))?.slice(name.length + 1),
  );
  const identity = as === "" ? "deployer" : IDENTITIES.find((each) => each === as);
  if (!identity)
    throw new Failure(`AS: expected one of ${IDENTITIES.join(", ")}, found ${as}; \`make identity AS=reader\``);
  const hours = text === "" ? 1 : Number(text);
  if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS) {
    throw new Failure(
      `HOURS: expected a whole number from 1 to ${MOST_HOURS}, found ${text}; \`make identity HOURS=8\``,
    );
  }
  return { identity, hours };
}

/** @throws Failure where there is no cluster, or the namespace is somebody else's, or whoever asks may not do it */
export async function makeIdentity(env: string | undefined, { identity, hours }: Asked): Promise<void> {
  const stack = env || "dev";
  const { context, namespace, kubeconfig, until } = await issueIdentity(stack, identity, hours * 3600);
  const file = kubeconfigFile(stack, identity);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, stringify(kubeconfig), { mode: 0o600 });
  // The mode counts only for a file that is new.
  chmodSync(file, 0o600);
  const command = identity === "deployer" ? `pulumi up -s ${stack}` : `make diagnose ENV=${stack}`;
  console.log(`${identity} of ${namespace} on ${context}, until ${until.slice(0, 16).replace("T", " ")} UTC: ${file}`);
  console.log(`  KUBECONFIG=${file} ${command}`);
}

/** A kubeconfig that is an identity for so long, and what it is of. */
export interface Issued {
  context: string;
  namespace: string;
  kubeconfig: ReturnType<typeof kubeconfigOf>;
  until: string;
}

/** Makes an identity of a stack, its namespace included, and a token of it. @throws Failure as makeIdentity */
export async function issueIdentity(stack: string, identity: Identity, seconds: number): Promise<Issued> {
  const namespace = `todo-${stack}`;
  const context = contextOf(stack);
  if (context === profile) {
    const record = readRecord();
    if (!record?.uid) throw new Failure(`cluster ${profile}: there is none; \`make cluster\` makes it`);
    Object.assign(process.env, await clusterEnvironment(record));
  }
  await ensureTools();
  const missing = await missingNamespace(context, namespace);
  const refused = ({ message }: Error) => {
    throw new Failure(
      `cluster ${context}: expected to be allowed to make namespace ${namespace} and ServiceAccount, Role and RoleBinding ${identity} in it, found ${message}; run this as whoever owns the cluster`,
    );
  };
  const objects = [...missing, ...identityObjects(identity, namespace)];
  await applied(context, namespace, objects, MANAGER).catch(refused);
  const { token, until } = await tokenOf(context, namespace, identity, seconds).catch(refused);
  const cluster = await clusterOf(context);
  return { context, namespace, kubeconfig: kubeconfigOf(identity, { context, namespace, cluster, token }), until };
}

/** The context that a stack is deployed to. @throws Failure where its file names none */
function contextOf(stack: string): string {
  const { context } = (stackConfig(stack)["todo:cluster"] ?? {}) as { context?: string };
  if (context) return context;
  throw new Failure(
    `Pulumi.${stack}.yaml: todo:cluster.context: expected the kubeconfig's context of its cluster, found nothing; \`pulumi config set -s ${stack} --path todo:cluster.context …\` names it`,
  );
}

/** The namespace, where it is not there. @throws Failure where something else has made it */
async function missingNamespace(context: string, namespace: string): Promise<KubernetesObject[]> {
  const wanted = namespaceObject(namespace);
  const found = await liveOne(context, namespace, wanted).catch(({ message }: Error) => {
    const hint = context === profile ? "`make cluster` wakes it" : `see \`kubectl --context ${context} get nodes\``;
    throw new Failure(`cluster ${context}: ${message}; ${hint}`);
  });
  if (!found) return [wanted];
  const [name, value] = OWN;
  if (found.metadata.labels?.[name] === value) return [];
  throw new Failure(
    `cluster ${context}: expected no namespace ${namespace}, or one of this program's (label ${name}=${value}), found one that something else has made; nothing was changed; give the stack another name`,
  );
}

/** What the owner's kubeconfig says of a cluster, its CA included, so that no path of his is named. */
async function clusterOf(context: string): Promise<Cluster> {
  const args = ["config", "view", "--raw", "--minify", "--flatten", "--context", context, "--output", "json"];
  const { clusters } = JSON.parse(await run("kubectl", args)) as { clusters: { cluster: Cluster }[] };
  return clusters[0].cluster;
}
