// What stands in the way of an environment before anything changes, each with its remedy.
import { X509Certificate } from "node:crypto";
import { execa } from "execa";
import { fullName } from "../../cluster/engine-images.ts";
import { databaseImage } from "../../cluster/images.ts";
import { imagesInNode } from "../../cluster/node.ts";
import { type ClusterRecord, profile } from "../../cluster/profile.ts";
import { isCluster } from "../../cluster/start.ts";
import { GATEWAY, isServedByTraefik } from "../../settings/minikube.ts";
import { sectionsIn } from "../../settings/services.ts";
import { configOf } from "../../settings/stack-files.ts";
import { mapOf } from "../../settings/yaml.ts";
import { tryRun } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { lockOf } from "../stack/lock.ts";
import { lastRevisions } from "../stack/revisions.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import { keepVerdict, policiesVerdict } from "./policies.ts";
import { apisVerdict, certificateVerdict, clockVerdict, errorsIn, type Verdict, warningsIn } from "./verdict.ts";

/** @param tell gets each verdict as soon as there is one */
export async function examine(
  stack: string,
  record: ClusterRecord | undefined,
  tell: (verdict: Verdict) => void,
): Promise<void> {
  const settings = settingsOf(stack);
  const { context, tlsSecret } = settings.cluster;
  const kubectl = (...args: string[]) =>
    tryRun("kubectl", ["--context", context, "--request-timeout=10s", ...args], { timeout: 15_000 });
  const namespace = `todo-${stack}`;

  const uid = await kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");
  // A login of `make identity` may not ask which one it is.
  if (!uid && !(context === profile && record?.uid && (await isCluster(record.uid)))) {
    const remedy =
      context === profile ? "`make cluster` starts or wakes it" : `see \`kubectl --context ${context} get nodes\``;
    return tell({ is: "wrong", what: `cluster ${context}`, found: "does not answer", remedy });
  }
  const isOurs = context !== profile || !uid || uid === record?.uid;
  const answers = uid ? "answers" : "answers; this login may not ask which one it is";
  const other = "another one than this project made has come under its name";
  tell({
    ...{ is: isOurs ? "ok" : "wrong", what: `cluster ${context}`, found: isOurs ? answers : other },
    ...(!isOurs && { remedy: "`make up` takes it for a new one, and its stacks begin anew" }),
  });
  const stamp = ["create", "configmap", "clock", "--dry-run=server", "--namespace", "default"];
  const time = await kubectl(...stamp, "--output", "jsonpath={.metadata.creationTimestamp}");
  if (time) tell(clockVerdict(new Date(time), new Date()));
  const apis = await kubectl("get", "apiservices", "--output", "json");
  if (apis) tell(apisVerdict(JSON.parse(apis).items));
  for (const each of await loginCertificates(context)) tell(each);
  const { hostname, protocol } = new URL(settings.origin);
  if (tlsSecret) {
    const remedy = `\`kubectl -n ${namespace} create secret tls ${tlsSecret} --cert=… --key=…\`, or whoever renews it`;
    tell(await pageCertificate(kubectl, namespace, tlsSecret, hostname, remedy));
  } else if (protocol === "https:" && context === profile && isServedByTraefik(settings.cluster)) {
    tell(
      await pageCertificate(kubectl, GATEWAY.namespace, GATEWAY.name, hostname, `\`make up ENV=${stack}\` renews it`),
    );
  }
  if (context === profile) for (const each of await imageVerdicts(stack, settings.database.mode)) tell(each);
  if (settings.networkPolicies === "wired") {
    const verdict = await policiesVerdict(context, databaseImage());
    await keepVerdict(context, namespace, verdict);
    tell(verdict);
  }
  tell(lockVerdict(stack));
  const secrets = ["--namespace", namespace, "get", "secrets", "--selector", "owner=helm", "--output", "json"];
  const releases = lastRevisions(JSON.parse((await kubectl(...secrets)) ?? '{"items":[]}').items);
  const stuck = releases.filter(({ status }) => status !== "deployed");
  tell(
    stuck.length === 0
      ? { is: "ok", what: "releases", found: releases.length > 0 ? `${releases.length} deployed` : "none yet" }
      : {
          ...{
            is: "warning",
            what: "releases",
            found: stuck.map(({ name, status }) => `${name} is ${status}`).join(", "),
          },
          remedy: `\`make up ENV=${stack}\`, or \`pulumi up -s ${stack}\`, goes on from there`,
        },
  );
  for (const each of await previewVerdicts(stack)) tell(each);
}

/** Of the certificates by which the kubeconfig knows the cluster, and logs in. */
async function loginCertificates(context: string): Promise<Verdict[]> {
  const args = ["config", "view", "--raw", "--minify", "--flatten", "--output", "json", "--context", context];
  const config = JSON.parse((await tryRun("kubectl", args)) ?? "{}") as {
    clusters?: { cluster: { "certificate-authority-data"?: string } }[];
    users?: { user: { "client-certificate-data"?: string } }[];
  };
  const remedy =
    context === profile ? "`minikube start -p todo-on-minikube` makes new ones" : "ask whoever runs the cluster";
  const all = [
    ["certificate of the cluster", config.clusters?.[0]?.cluster["certificate-authority-data"]],
    ["certificate of the login", config.users?.[0]?.user["client-certificate-data"]],
  ] as const;
  return all.flatMap(([what, data]) =>
    data ? [certificateVerdict(what, endOf(Buffer.from(data, "base64")), new Date(), remedy)] : [],
  );
}

const endOf = (pem: Buffer) => new Date(new X509Certificate(pem).validTo);

async function pageCertificate(
  kubectl: (...args: string[]) => Promise<string | undefined>,
  namespace: string,
  name: string,
  host: string,
  remedy: string,
): Promise<Verdict> {
  const what = `certificate in Secret ${name}`;
  const data = await kubectl("--namespace", namespace, "get", "secret", name, "--output", "jsonpath={.data.tls\\.crt}");
  if (!data) return { is: "wrong", what, found: "is not there, so that no browser comes in by https", remedy };
  const pem = Buffer.from(data, "base64");
  try {
    if (!new X509Certificate(pem).checkHost(host))
      return { is: "wrong", what, found: `is not for ${host}, which todo:origin names`, remedy };
    return certificateVerdict(what, endOf(pem), new Date(), remedy);
  } catch {
    return { is: "wrong", what, found: "is no certificate", remedy };
  }
}

/** Of the images that a stack's file names. @param folder of that file */
export async function imageVerdicts(stack: string, database: string, folder = root): Promise<Verdict[]> {
  const there = await imagesInNode().catch(() => undefined);
  if (!there) return [{ is: "unknown", what: "images", found: "the node could not be asked which it has" }];
  const named = sectionsIn(configOf(folder, stack)).flatMap(({ section }) => {
    const { repository, tag, digest } = mapOf(mapOf(section).image);
    return repository ? [`${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`] : [];
  });
  const all = [...new Set([...named, ...(database === "inside" ? [databaseImage()] : [])])];
  return all.map((image): Verdict => {
    const what = `image ${image}`;
    if (there.has(image) || there.has(fullName(image))) return { is: "ok", what, found: "in the node" };
    if (!image.startsWith("localhost/")) return { is: "ok", what, found: "is pulled when a pod needs it" };
    return {
      is: "wrong",
      what,
      found: "not in the node, and no registry has it",
      remedy: `\`make images ENV=${stack}\``,
    };
  });
}

/** Whether somebody holds the stack. */
function lockVerdict(stack: string): Verdict {
  const what = "lock of the stack";
  const lock = lockOf(stack);
  if (!lock) return { is: "ok", what, found: "nobody holds it" };
  if (lock.runs) return { is: "warning", what, found: `${lock.holder} holds it`, remedy: "wait for it" };
  const found = `${lock.holder} held it, and is gone`;
  return { is: "warning", what, found, remedy: `\`make recover ENV=${stack}\` takes it away` };
}

/** What `pulumi up` would say first: settings, secrets, charts, rules, room, what the cluster lacks and would refuse. */
async function previewVerdicts(stack: string): Promise<Verdict[]> {
  const what = "preview";
  const args = ["preview", "--stack", stack, "--non-interactive"];
  const { stdout, stderr, failed } = await execa("pulumi", args, { cwd: root, stdin: "ignore", reject: false });
  const said = `${stdout}\n${stderr}`;
  const warnings = [...new Set(warningsIn(said))].map((found): Verdict => ({ is: "warning", what, found }));
  if (!failed) return [...warnings, { is: "ok", what, found: "passes: nothing is in the way of an update" }];
  const errors = [...new Set(errorsIn(said))];
  const found = errors.length > 0 ? errors : [said.trim().split("\n").at(-1) ?? "ended without a word"];
  const remedy = `\`pulumi preview -s ${stack}\` says all of it`;
  return [...warnings, ...found.map((each): Verdict => ({ is: "wrong", what, found: each, remedy }))];
}
