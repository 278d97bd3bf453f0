// What rotating a secret comes to, without touching anything: how a key gets a new value, and which pods use it.
import { Failure } from "../tools/main.mts";

/** Where each key's value is, and how it gets there. */
const keys: Record<string, { secret: string; config?: string; random?: boolean }> = {
  SECRET_KEY: { secret: "todo-backend-secrets", config: "secretKey", random: true },
  AUTH_SECRET: { secret: "todo-backend-secrets", config: "authSecret", random: true },
  POSTGRES_PASSWORD: { secret: "todo-postgres-secrets", random: true },
  OPENAI_API_KEY: { secret: "todo-backend-secrets", config: "openaiApiKey" },
  DATABASE_URL: { secret: "todo-backend-secrets", config: "databaseUrl" },
};

export interface Rotation {
  key: string;
  /** The Secret that has it. */
  secret: string;
  /** Keys of Secrets (`secret/key`) whose values change with it. */
  changes: string[];
  /** How the stack file gets the new value: a random one has a generation, a given one is the secret `todo:NAME`. */
  edit: { generation: number } | { config: string };
}

/**
 * How a key of a stack is rotated.
 * @param config that of the stack file
 * @throws Failure for a key that there is not, or not in this stack, with what to do instead
 */
export function rotationOf(key: string | undefined, stack: string, config: Record<string, unknown>): Rotation {
  const known = key && Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (!key || !known) {
    const found = key ? `"${key}"` : "nothing";
    throw new Failure(
      `KEY: expected one of ${Object.keys(keys).join(", ")}, found ${found}; for example \`make rotate ENV=${stack} KEY=SECRET_KEY\``,
    );
  }
  // Pulumi takes `secretKey` for `todo:secretKey` too.
  const at = (name: string) => config[`todo:${name}`] ?? config[name];
  const inside = (at("database") as { mode?: string } | undefined)?.mode === "inside";
  if (key === "POSTGRES_PASSWORD" && !inside) {
    throw new Failure(
      `KEY=POSTGRES_PASSWORD: the database of ${stack} is external and its password part of DATABASE_URL; change it there, then run \`make rotate ENV=${stack} KEY=DATABASE_URL\` with the new URL`,
    );
  }
  if (key === "DATABASE_URL" && inside) {
    throw new Failure(
      `KEY=DATABASE_URL: the database of ${stack} is inside and its URL made from POSTGRES_PASSWORD; run \`make rotate ENV=${stack} KEY=POSTGRES_PASSWORD\``,
    );
  }
  const { secret, config: name, random } = known;
  const changes = [`${secret}/${key}`, ...(key === "POSTGRES_PASSWORD" ? ["todo-backend-secrets/DATABASE_URL"] : [])];
  if (name && (at(name) ?? "") !== "") return { key, secret, changes, edit: { config: name } };
  if (!random) {
    throw new Failure(
      `KEY=${key}: ${stack} has none yet; \`pulumi config set --secret todo:${name} -s ${stack}\` asks for it, and \`make up ENV=${stack}\` deploys it`,
    );
  }
  const generations = (at("generations") ?? {}) as Record<string, unknown>;
  return { key, secret, changes, edit: { generation: Number(generations[key] ?? 1) + 1 } };
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
  /** Whether it has one of the values that change. */
  uses: boolean;
}

/** The pods of releases that are there to stay: neither Jobs and tests, which end, nor those that are being deleted. */
export function podsOf(list: { items: PodObject[] }, changes: string[]): Pod[] {
  return list.items.flatMap(({ metadata, spec }) => {
    const { "app.kubernetes.io/instance": release, ...labels } = metadata.labels ?? {};
    const stays = "pod-template-hash" in labels || "controller-revision-hash" in labels;
    if (!release || !stays || metadata.deletionTimestamp) return [];
    return [{ name: metadata.name, uid: metadata.uid, release, uses: uses(spec, changes) }];
  });
}

function uses({ containers, initContainers = [], volumes = [] }: PodObject["spec"], changes: string[]): boolean {
  const whole = (secret: string) => changes.some((change) => change.startsWith(`${secret}/`));
  const fromVariables = [...containers, ...initContainers].some(({ env = [], envFrom = [] }) => {
    const references = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
    return (
      references.some(({ name, key }) => changes.includes(`${name}/${key}`)) ||
      envFrom.some(({ secretRef }) => secretRef && whole(secretRef.name))
    );
  });
  const fromFiles = volumes.some(({ secret }) =>
    secret?.items
      ? secret.items.some(({ key }) => changes.includes(`${secret.secretName}/${key}`))
      : secret && whole(secret.secretName),
  );
  return fromVariables || fromFiles;
}

/** Pods that use a value that has changed and are still the ones from before. */
export function behind(before: Pod[], after: Pod[]): Pod[] {
  return after.filter((pod) => pod.uses && before.some(({ uid }) => uid === pod.uid));
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
