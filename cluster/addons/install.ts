// Brings add-ons to the cluster, once. What others name is there before a deployment begins; images and pods come beside it,
// and who needs them waits for them.
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { type KubernetesObject, redactText } from "local-charts/objects";
import { GATEWAY, ingressPorts } from "../../settings/minikube.ts";
import { run, tryRun } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";
import { type Progress, steps } from "../../tools/steps.ts";
import { ensureAuthority, hostsCovered, isOfThisMachine, issue } from "../authority.ts";
import { imagesInNode } from "../node.ts";
import { type ClusterRecord, profile } from "../profile.ts";
import type { AddonName } from "./asked.ts";
import { bringImage } from "./image.ts";
import { GATEWAY_API, GATEWAY_KINDS, type Manifests, manifestsOf, OWNER, type Present, stateOf } from "./manifests.ts";

/** What goes on beside a deployment. */
export interface Coming {
  /** Resolves, visibly, when all of it is there. @throws Failure */
  there(): Promise<void>;
}

const kubectl = ["--context", profile];
const NOTHING: Coming = { there: async () => {} };

/**
 * Makes what a deployment may name of the add-ons, and begins the rest; asks once, and says nothing, where all is there.
 * @param hosts that Traefik is to have a certificate for
 * @throws Failure
 */
export async function bringAddons(names: AddonName[], record: ClusterRecord, hosts: string[] = []): Promise<Coming> {
  if (names.length === 0) return NOTHING;
  if (names.includes("traefik")) await tellUnpublished();
  const kinds = "deployments.apps,ingressclasses.networking.k8s.io,apiservices.apiregistration.k8s.io";
  const answer = await run("kubectl", [...kubectl, "get", kinds, "--all-namespaces", "--output", "json"]);
  const present = (JSON.parse(answer) as { items: Present[] }).items;
  const wanted = names.flatMap((name) => {
    const manifests = manifestsOf(name);
    const state = stateOf(manifests, present);
    if (state === "another's")
      console.log(`add-on ${name}: left out, as the cluster has one that somebody else installed`);
    return state === "not here" ? [{ name, manifests }] : [];
  });
  const isInstalled = names.includes("traefik") && stateOf(manifestsOf("traefik"), present) === "here";
  if (isInstalled && hosts.length > 0) await ensureCertificate(hosts, console.log);
  if (wanted.length === 0) return NOTHING;
  await steps(
    wanted.map(({ name, manifests }) => ({
      title: `add-on ${name}: what others name`,
      run: async (report) => {
        if (name === "traefik") await beforeTraefik(manifests, record, hosts, report);
        await apply(manifests.first, report);
      },
    })),
  );
  const jobs = wanted.map(({ name, manifests }) => begin(name, manifests, record));
  return { there: () => steps(jobs, jobs.length) };
}

/** Begins to bring an add-on's pods; the step shows how far that is. */
function begin(name: AddonName, manifests: Manifests, record: ClusterRecord) {
  let said = "";
  let show: Progress = () => {};
  const work = finish(manifests, record, (line) => {
    said = line;
    show(line);
  });
  // Whoever waits for it hears of a failure; until then it is nobody's.
  work.catch(() => {});
  return {
    title: `add-on ${name}: starting`,
    run: async (report: Progress) => {
      show = report;
      if (said) report(said);
      await work.catch((error) => {
        throw error instanceof Failure ? new Failure(`add-on ${name}: ${error.message}`) : error;
      });
      return `add-on ${name}: answers`;
    },
  };
}

async function finish({ pods, last, image }: Manifests, record: ClusterRecord, report: Progress): Promise<void> {
  if (!(await imagesInNode()).has(image)) await bringImage(image, "cluster/addons", record, report);
  await apply(pods, report);
  for (const { metadata } of pods) {
    const { name, namespace = "" } = metadata;
    const hint = `\`kubectl --context ${profile} -n ${namespace} describe pods\` says more`;
    const wait = ["rollout", "status", `deployment/${name}`, "--namespace", namespace, "--timeout=180s"];
    await run("kubectl", [...kubectl, ...wait], { report, hint });
  }
  if (last.length === 0) return;
  await untilServiceAnswers(pods[0], report);
  await apply(last, report);
  const services = last.map(({ metadata }) => `apiservice/${metadata.name}`);
  await run("kubectl", [...kubectl, "wait", ...services, "--for=condition=Available", "--timeout=60s"], { report });
}

async function apply(objects: KubernetesObject[], report: Progress): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const flags = ["--server-side", "--force-conflicts", "--field-manager=todo-on-minikube", "--filename", "-"];
  await run("kubectl", [...kubectl, "apply", ...flags], { input, stdin: undefined, report });
}

/** Asks from the node, as the API server does, at the address that it will ask: a pod is ready a moment before that leads to it. */
async function untilServiceAnswers({ metadata }: KubernetesObject, report: Progress): Promise<void> {
  const { name, namespace = "" } = metadata;
  const address = await run("kubectl", [
    ...[...kubectl, "--namespace", namespace],
    ...["get", "service", name, "--output", "jsonpath={.spec.clusterIP}"],
  ]);
  const url = `https://${address}/readyz`;
  const ask = ["exec", profile, "curl", "--insecure", "--silent", "--show-error", "--fail", "--max-time", "5", url];
  report(`waiting for ${url}`);
  let found = "";
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(500)) {
    const { failed, shortMessage, stderr } = await execa("docker", ask, { stdin: "ignore", reject: false });
    if (!failed) return;
    found = redactText(stderr.trim().split("\n").at(-1) || String(shortMessage));
  }
  throw new Failure(
    `expected an answer at ${url} within 60 s of its pod's being ready, found: ${found}; \`kubectl --context ${profile} -n ${namespace} logs deployment/${name}\` says more`,
  );
}

/** The definitions of the Gateway API, which its objects wait for, and a certificate for the listener of https. */
async function beforeTraefik(
  { first }: Manifests,
  record: ClusterRecord,
  hosts: string[],
  report: Progress,
): Promise<void> {
  report(`Gateway API ${GATEWAY_API}`);
  const source =
    record.images === "made"
      ? await (await import("../offline/addon-images.ts")).gatewayDefinitions(report)
      : `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${GATEWAY_API}/standard-install.yaml`;
  // The definitions are too long for the annotation of a client's apply.
  const flags = ["--server-side", "--force-conflicts", "--field-manager=todo-on-minikube", "--filename", source];
  await run("kubectl", [...kubectl, "apply", ...flags], { report });
  const definitions = GATEWAY_KINDS.map((kind) => `crd/${kind}.gateway.networking.k8s.io`);
  await run("kubectl", [...kubectl, "wait", ...definitions, "--for=condition=Established", "--timeout=60s"], {
    report,
  });
  await apply(
    first.filter(({ kind }) => kind === "Namespace"),
    report,
  );
  await ensureCertificate(hosts, report);
}

/** Sees to it that the Gateway has a certificate of this machine's authority, for `hosts` and those that it was for. @throws Failure */
async function ensureCertificate(hosts: string[], report: Progress): Promise<void> {
  const { name, namespace } = GATEWAY;
  const authority = await ensureAuthority();
  const wanted = ["localhost", ...hosts.filter(isOfThisMachine)];
  const ask = ["get", "secret", name, "--output", "jsonpath={.data.tls\\.crt}"];
  const present = (await tryRun("kubectl", [...kubectl, "--namespace", namespace, ...ask])) ?? "";
  const covered = hostsCovered(Buffer.from(present, "base64").toString(), authority, new Date());
  if (wanted.every((host) => covered.includes(host))) return;
  report(`certificate for ${wanted.join(", ")}`);
  const { certificate, key } = await issue([...new Set([...covered, ...wanted])], authority);
  const secret = {
    ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: { name, namespace, labels: OWNER } },
    stringData: { "tls.crt": certificate, "tls.key": key },
  };
  await apply([secret as KubernetesObject], report);
}

/** Docker publishes ports only when it makes a container. */
async function tellUnpublished(): Promise<void> {
  const format = "{{json .HostConfig.PortBindings}}";
  const bindings = await tryRun("docker", ["container", "inspect", "--format", format, profile]);
  if (bindings === undefined) return;
  const ports = Object.values(ingressPorts);
  const missing = ports.filter((port) => !bindings.includes(`"${port}/tcp"`));
  if (missing.length === 0) return;
  console.log(
    `cluster ${profile}: expected ports ${ports.join(" and ")} of its node on 127.0.0.1, where Traefik is reached, found none of ${missing.join(", ")}, as the node was made before they were asked for; \`make clean\` and \`make up\` make it anew, data and all`,
  );
}
