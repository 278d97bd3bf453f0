// What rotating a secret comes to, without touching anything: how a key gets a new value, and which pods use it.
import { type SecretSpec, secretsOf, specsOf } from "../../components/secrets.ts";
import { secretKeys } from "../../settings/secret-keys.ts";
import type { Settings } from "../../settings.ts";
import { Failure } from "../../tools/program.ts";

export interface Rotation {
  key: string;
  /** Keys of Secrets (`family/key`) whose values change with it. */
  changes: string[];
  /** How the stack file gets the new value: a random one has a generation, a given one is the secret `todo:NAME`. */
  edit: { generation: number } | { config: string };
}

/**
 * How a key of a stack is rotated.
 * @param settings those of the stack, known by their fingerprints
 * @throws Failure for a key that there is not, or not in this stack, with what to do instead
 */
export function rotationOf(key: string | undefined, stack: string, settings: Settings): Rotation {
  const { database, secrets, furtherSecrets, generations } = settings;
  const facts: Record<string, { given?: string; random?: unknown }> = secretKeys;
  const further = Object.keys(furtherSecrets);
  const known = [...Object.keys(facts).filter((name) => !name.startsWith("DATABASE_") || name === "DATABASE_URL")];
  const inside = database.mode === "inside";
  if (!key || !(Object.hasOwn(facts, key) || further.includes(key))) {
    const found = key ? `"${key}"` : "nothing";
    throw new Failure(
      `KEY: expected one of ${[...known, ...further].join(", ")}, found ${found}; for example \`make rotate ENV=${stack} KEY=SECRET_KEY\``,
    );
  }
  if (key === "POSTGRES_PASSWORD" && !inside) {
    throw new Failure(
      `KEY=POSTGRES_PASSWORD: the database of ${stack} is external and its password part of DATABASE_URL; change it there, then run \`make rotate ENV=${stack} KEY=DATABASE_URL\` with the new URL`,
    );
  }
  if (key.startsWith("DATABASE_") && !further.includes(key) && (inside || key !== "DATABASE_URL")) {
    const [source, other] = inside ? ["inside", "POSTGRES_PASSWORD"] : ["external", "DATABASE_URL"];
    const what = key === "DATABASE_URL" ? "its URL" : key;
    throw new Failure(
      `KEY=${key}: the database of ${stack} is ${source} and ${what} made from ${other}; run \`make rotate ENV=${stack} KEY=${other}\``,
    );
  }
  const changes = specsOf(secretsOf(settings)).flatMap((spec) => changingWith(spec, key));
  if (further.includes(key)) return { key, changes, edit: { config: `secrets.${key}` } };
  const { given, random } = facts[key];
  if (given && given in secrets) return { key, changes, edit: { config: given } };
  if (!random) {
    throw new Failure(
      `KEY=${key}: ${stack} has none yet; \`pulumi config set --secret todo:${given} -s ${stack}\` asks for it, and \`make up ENV=${stack}\` deploys it`,
    );
  }
  return { key, changes, edit: { generation: generations[key as keyof typeof generations] + 1 } };
}

function changingWith({ family, keys }: SecretSpec, key: string): string[] {
  return Object.entries(keys).flatMap(([name, { of }]) => (of === key ? [`${family}/${name}`] : []));
}

/** A pod of the Kubernetes API, as far as it matters here. */
interface PodObject {
  metadata: { name: string; uid: string; labels?: Record<string, string>; deletionTimestamp?: string };
  spec: { containers: Container[]; initContainers?: Container[]; volumes?: Volume[] };
}
interface Container {
  env?: { valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  envFrom?: { secretRef?: { name: string } }[];
}
interface Volume {
  secret?: { secretName: string; items?: { key: string }[] };
}

export interface Pod {
  name: string;
  uid: string;
  release: string;
  /** The Secrets from which it has values that change. */
  secrets: string[];
}

/** The pods of releases that are there to stay: neither Jobs and tests, which end, nor those that are being deleted. */
export function podsOf(list: { items: PodObject[] }, changes: string[]): Pod[] {
  return list.items.flatMap(({ metadata, spec }) => {
    const { "app.kubernetes.io/instance": release, ...labels } = metadata.labels ?? {};
    const stays = "pod-template-hash" in labels || "controller-revision-hash" in labels;
    if (!release || !stays || metadata.deletionTimestamp) return [];
    return [{ name: metadata.name, uid: metadata.uid, release, secrets: secretsWith(spec, changes) }];
  });
}

/** A Secret's name without what follows from its content. */
export const familyOf = (secret: string): string => secret.replace(/-[0-9a-f]{12}$/, "");

/** Names of the Secrets that a pod has a changing value from. */
function secretsWith(
  { containers, initContainers = [], volumes = [] }: PodObject["spec"],
  changes: string[],
): string[] {
  const holds = (secret: string, key?: string) => {
    const family = familyOf(secret);
    return changes.some((change) => (key ? change === `${family}/${key}` : change.startsWith(`${family}/`)));
  };
  const ofVariables = [...containers, ...initContainers].flatMap(({ env = [], envFrom = [] }) => [
    ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
    ...envFrom.flatMap(({ secretRef }) => secretRef ?? []),
  ]) as { name: string; key?: string }[];
  const ofFiles = volumes.flatMap(({ secret }) => {
    if (!secret) return [];
    const { secretName: name, items = [{ key: undefined }] } = secret;
    return items.map(({ key }) => ({ name, key }));
  });
  const names = [...ofVariables, ...ofFiles].filter(({ name, key }) => holds(name, key)).map(({ name }) => name);
  return [...new Set(names)];
}

/** Pods that use a value that has changed and are still the ones from before. */
export function notReplaced(before: Pod[], after: Pod[]): Pod[] {
  return after.filter((pod) => pod.secrets.length > 0 && before.some(({ uid }) => uid === pod.uid));
}

/** A line for each pod: whether it was replaced, and by which. */
export function comparison(before: Pod[], after: Pod[]): string[] {
  const releases = [...new Set([...before, ...after].map(({ release }) => release))].sort();
  const title = (pod: Pod) => `${pod.name} (${pod.uid.slice(0, 8)})`;
  const only = (pods: Pod[], others: Pod[]) => pods.filter(({ uid }) => !others.some((other) => other.uid === uid));
  return releases.flatMap((name) => {
    const [old, present] = [before, after].map((pods) => pods.filter(({ release }) => release === name));
    const [gone, come] = [only(old, present), only(present, old)];
    const stayed = present.filter((pod) => !come.includes(pod)).map((pod) => `stayed    ${title(pod)}`);
    if (gone.length + come.length === 0) return stayed;
    return [`replaced  ${gone.map(title).join(", ") || "none"} → ${come.map(title).join(", ") || "none"}`, ...stayed];
  });
}
