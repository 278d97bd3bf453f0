// What the API server would make of an object, asked without changing anything.
import { listPath, objectPath } from "../cluster/discovery.ts";
import { clusterAnswer, clusterRequest, NotThere, parsed, Refused } from "../cluster/request.ts";
import { groupKind, hookEvents, identity, isMap, type KubernetesObject } from "../kubernetes/object.ts";
import { redactText } from "../redact/credentials.ts";
import type { ChartObjects } from "../render/chart.ts";
import { digest } from "../render/digest.ts";

const PATIENCE_MS = 10_000;
/** A namespace that every cluster has, for what belongs into one that is made with it. */
const ELSEWHERE = "default";

/** An object that an update would stop at. */
export interface Refusal {
  object: KubernetesObject;
  /** Why, in the API server's words or Helm's. */
  words: string;
  /** What to do about it. */
  fix: string;
}

/** What the API server would make of an object today; undefined where it refuses to say. @throws NoAnswer, Error */
export async function wouldBe(
  context: string,
  namespace: string,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    const made = JSON.stringify(await createdBeside(context, namespace, object));
    // Of some names the API server makes labels.
    return withNodePorts(JSON.parse(made.replaceAll(beside(object), object.metadata.name)), object);
  } catch (error) {
    if (error instanceof Refused || error instanceof NotThere) return undefined;
    throw error;
  }
}

/**
 * Of the objects of a chart those that the API server, or Helm, is sure to refuse. What may be otherwise when the update
 * comes to it is left out: a quota, a node port that is taken, the rights of whoever asks, what another object has to be
 * there for.
 * @param owned what the release has by Helm's record, which Helm does not ask again whose it is
 * @param defined kinds that the program itself brings, as groupKind has them
 * @throws NoAnswer, or Error where nobody answers
 */
export async function refusalsOf(
  context: string,
  chart: ChartObjects,
  owned: KubernetesObject[],
  defined: Set<string>,
): Promise<Refusal[]> {
  const own = new Set(owned.map((object) => identity(object, chart.namespace)));
  const asked = chart.objects.map(async (object): Promise<Refusal[]> => {
    const isOwn = own.has(identity(object, chart.namespace));
    const answer = await answerTo(context, chart, object, isOwn, defined);
    return answer ? [{ object, words: redactText(answer.words), fix: answer.fix }] : [];
  });
  return (await Promise.all(asked)).flat();
}

type Answer = Omit<Refusal, "object"> | undefined;

async function answerTo(
  context: string,
  chart: ChartObjects,
  object: KubernetesObject,
  isOwn: boolean,
  defined: Set<string>,
): Promise<Answer> {
  const { namespace } = chart;
  const path = await objectPath(context, object, namespace).catch((error) => {
    if (error instanceof NotThere || error instanceof Refused) return undefined;
    throw error;
  });
  if (path === undefined) return defined.has(groupKind(object)) ? undefined : unknownKind(object);
  // Helm makes a hook anew each time.
  if (hookEvents(object).length > 0) return created(context, namespace, object);
  const query = "?dryRun=All&force=true&fieldManager=helm&fieldValidation=Strict";
  const type = "application/apply-patch+yaml";
  const options = { milliseconds: PATIENCE_MS, method: "PATCH", type, body: object } as const;
  const { status, text } = await clusterAnswer(context, path + query, options);
  // Of what is not there yet only its namespace can be missing.
  if (status === 404) return created(context, ELSEWHERE, inNamespace(object, ELSEWHERE));
  const answer = (parsed(text) ?? {}) as { message?: string };
  if (status === 200) return isOwn ? undefined : ownership(context, answer as unknown as KubernetesObject, chart);
  if (status < 300) return undefined;
  const words = answer.message ?? text;
  // Helm merges in another way, which takes a list with two of one name.
  if (words.includes("duplicate entries for key")) return created(context, namespace, object);
  return verdict(status, words, object);
}

/** What comes of an object that is made anew. */
async function created(context: string, namespace: string, object: KubernetesObject): Promise<Answer> {
  try {
    await createdBeside(context, namespace, object, "&fieldValidation=Strict");
    return undefined;
  } catch (error) {
    if (error instanceof NotThere) {
      return namespace === ELSEWHERE ? undefined : created(context, ELSEWHERE, inNamespace(object, ELSEWHERE));
    }
    if (!(error instanceof Refused)) throw error;
    return verdict(error.status, error.words.replaceAll(beside(object), object.metadata.name), object);
  }
}

/** Under another name, as what is there already would be in its way; so are the node ports that it has. */
async function createdBeside(
  context: string,
  namespace: string,
  object: KubernetesObject,
  more = "",
): Promise<KubernetesObject> {
  const asked = withoutNodePorts({ ...object, metadata: { ...object.metadata, name: beside(object) } });
  const path = `${await listPath(context, asked, namespace)}?dryRun=All${more}`;
  const options = { milliseconds: PATIENCE_MS, method: "POST", body: asked } as const;
  return (await clusterRequest(context, path, options)) as KubernetesObject;
}

const beside = (object: KubernetesObject) => `dry-run-${digest([object])}`;

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

const unknownKind = ({ apiVersion, kind }: KubernetesObject): Answer => ({
  words: `the cluster has no kind ${kind} of ${apiVersion}`,
  fix: "install first what defines it, or take the object out",
});

/** Whether what the API server says is said whatever else happens until then. */
function verdict(status: number, words: string, object: KubernetesObject): Answer {
  const admission = /admission webhook|ValidatingAdmissionPolicy/.test(words);
  const schema = /failed to create typed patch object|field not declared in schema/.test(words);
  if (!(status === 400 || status === 422 || admission || schema)) return undefined;
  if (/already allocated|not found/.test(words)) return undefined;
  const bare = words.replace(/^failed to create typed patch object \(.*?\): /, "").trim();
  if (/unknown field|not declared in schema/.test(words)) {
    // Helm does not ask for more.
    const what = "the cluster knows no such field, so that it would be left out without a word";
    return { words: `${what}: ${bare}`, fix: "correct its name, or take it out" };
  }
  return { words: `the cluster would refuse it: ${bare}`, fix: fixOf(words, object) };
}

function fixOf(words: string, { kind, spec }: KubernetesObject): string {
  if (/immutable|updates to \w+ spec for fields other than|may not change/.test(words)) {
    const fix = "delete the object first, or keep the field";
    if (kind !== "StatefulSet" || !isMap(spec) || spec.volumeClaimTemplates === undefined) return fix;
    return `${fix}; where it is about the size of its volumes: enlarge their claims (\`kubectl patch pvc\`), if their storage class can do that, and delete it with \`--cascade=orphan\`, which leaves pods and data`;
  }
  if (/admission webhook|ValidatingAdmissionPolicy/.test(words)) return "follow the cluster's rule, or ask who made it";
  return "fix the template of it, or the value that it gets";
}

/** Helm takes over no object that it, or another release, has not made. */
function ownership(context: string, live: KubernetesObject, { release, namespace }: ChartObjects): Answer {
  const { "meta.helm.sh/release-name": owner, "meta.helm.sh/release-namespace": at } = live.metadata.annotations ?? {};
  if (owner === release && at === namespace) return undefined;
  const what = `${live.kind.toLowerCase()} ${live.metadata.name}`;
  const where = live.metadata.namespace ? ` -n ${live.metadata.namespace}` : "";
  const kubectl = (verb: string) => `kubectl --context ${context}${where} ${verb} --overwrite ${what}`;
  const marks = `meta.helm.sh/release-name=${release} meta.helm.sh/release-namespace=${namespace}`;
  return {
    words: `it is there already, and ${owner === undefined ? "no release" : `release ${owner} of ${at}`} has made it`,
    fix: `delete it, or rename one; to take it over as it is: \`${kubectl("annotate")} ${marks} && ${kubectl("label")} app.kubernetes.io/managed-by=Helm\``,
  };
}

interface Ports {
  ports?: { nodePort?: number }[];
}

function withoutNodePorts(object: KubernetesObject): KubernetesObject {
  const { ports } = (object.spec ?? {}) as Ports;
  if (object.kind !== "Service" || !ports) return object;
  const free = ports.map(({ nodePort: _, ...port }) => port);
  return { ...object, spec: { ...(object.spec as object), ports: free } };
}

/** A node port is the one that is asked for, and any where none is. */
function withNodePorts(made: KubernetesObject, { spec }: KubernetesObject): KubernetesObject {
  const [free, asked] = [made.spec, spec] as Ports[];
  if (made.kind !== "Service" || !free?.ports) return made;
  const ports = free.ports.map(({ nodePort: _, ...port }, index) => {
    const nodePort = asked?.ports?.[index]?.nodePort;
    return { ...port, ...(nodePort && { nodePort }) };
  });
  return { ...made, spec: { ...(made.spec as object), ports } };
}
