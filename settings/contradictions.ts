import { SECRET_KEYS, type Sections } from "./contract";
import type { Problem } from "./report";

/** Variables that the program sets itself, and the key to set instead. */
export const BACKEND_VARIABLES: Record<string, string> = {
  BACKEND_ENV: "the stack's name",
  BACKEND_HOST: "the chart",
  BACKEND_PORT: "todo:backend.port",
  CORS_ORIGINS: "todo:origin",
  POOL_SIZE: "todo:backend.pool.size",
  MAX_OVERFLOW: "todo:backend.pool.overflow",
  POOL_TIMEOUT: "todo:backend.pool.timeoutSeconds",
  CHAT_MAX_MESSAGES: "todo:backend.chatMaxMessages",
  OPENAI_BASE_URL: "todo:backend.openaiBaseUrl",
};
export const FRONTEND_VARIABLES: Record<string, string> = {
  NODE_ENV: "the program",
  HOSTNAME: "the program",
  PORT: "todo:frontend.port",
};

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** How names of secrets end. */
export const SECRET_LIKE = /(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|KEY|CREDENTIALS|DSN)$/i;

/** max_connections of PostgreSQL as it comes, less the three it keeps for superusers. */
const INSIDE_CONNECTIONS = 97;

/** What is valid key by key, and still cannot be meant. Sections that are broken themselves are left out of `parsed`. */
export function contradictions(parsed: Partial<Sections>, given: ReadonlySet<string>): Problem[] {
  const { cluster, origin, database, backend, frontend } = parsed;
  const problems: Problem[] = [];
  const refuse = (key: string, text: string) => problems.push({ key: `todo:${key}`, text });

  if (database?.mode === "external" && !given.has("databaseUrl")) {
    const command = "`pulumi config set --secret todo:databaseUrl -s {stack}`";
    refuse("databaseUrl", `expected the URL of the external database, found nothing; ${command} asks for it`);
  }
  if (database?.mode === "inside" && given.has("databaseUrl")) {
    const ways = "`pulumi config rm todo:databaseUrl -s {stack}`, or set todo:database.mode to external";
    refuse("databaseUrl", `expected none, because todo:database.mode is inside, found a value; ${ways}`);
  }
  if (backend?.chatRequired && !given.has("openaiApiKey")) {
    const command = "`pulumi config set --secret todo:openaiApiKey -s {stack}` asks for it";
    refuse("openaiApiKey", `expected a key, because todo:backend.chatRequired is true, found nothing; ${command}`);
  }
  if (backend && backend.health === backend.ready) {
    const why = "liveness must not ask the database and readiness has to, or all is green on one that is dead";
    refuse("backend.ready", `expected another path than todo:backend.health, found ${backend.ready} for both; ${why}`);
  }
  if (database?.mode === "inside" && backend) {
    const { replicas, pool } = backend;
    // A rollout runs one pod more, and the migration Job holds one connection.
    const most = (replicas + 1) * (pool.size + pool.overflow) + 1;
    const sum = `(replicas + 1) × (size + overflow) + 1 = ${most}`;
    if (most > INSIDE_CONNECTIONS) {
      refuse("backend.pool", `expected at most ${INSIDE_CONNECTIONS} connections to the database inside, found ${sum}`);
    }
  }
  if (origin && frontend?.service.nodePort && isLoopback(origin)) {
    const { port } = new URL(origin);
    const { nodePort } = frontend.service;
    if (port !== String(nodePort)) {
      refuse("origin", `expected port ${nodePort}, which todo:frontend.service.nodePort opens here, found ${origin}`);
    }
  }
  if (origin && frontend && cluster && isForwarded(origin, frontend, cluster)) {
    const { port } = new URL(origin);
    if (Number(port) >= 30000 && Number(port) <= 32767) {
      const why = "those are node ports, which the cluster may hold, so that nothing can forward them";
      refuse("origin", `expected a port outside of 30000 to 32767, found ${origin}; ${why}`);
    }
  }
  for (const name of Object.keys(backend?.env ?? {})) {
    const text = wrongVariable(name, BACKEND_VARIABLES, backend?.secretKeys);
    if (text) refuse(`backend.env.${name}`, text);
  }
  for (const name of Object.keys(frontend?.env ?? {})) {
    const reserved = { ...FRONTEND_VARIABLES, [frontend?.apiUrlVariable ?? ""]: "todo:frontend.apiUrlVariable" };
    const text = wrongVariable(name, reserved);
    if (text) refuse(`frontend.env.${name}`, text);
  }
  const owner = new Map<string, string>();
  for (const [name, key] of Object.entries(backend?.secretKeys ?? {})) {
    const text = wrongSecretVariable(name);
    if (text) refuse(`backend.secretKeys.${name}`, text);
    const first = owner.get(key);
    if (first)
      refuse(`backend.secretKeys.${name}`, `expected a key that no other entry names, found ${key} as in ${first}`);
    owner.set(key, name);
  }
  return problems;
}

/** Whether the page is on this machine and nothing but a port-forward leads to it: no node port, no Ingress. */
export function isForwarded(
  origin: string,
  { service }: Pick<Sections["frontend"], "service">,
  { ingressClass }: Sections["cluster"],
): boolean {
  return isLoopback(origin) && service.type === "ClusterIP" && !ingressClass;
}

export function isLoopback(origin: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(origin).hostname);
}

/** Why a variable cannot stand in `env`; its value is never looked at. */
export function wrongVariable(name: string, reserved: Record<string, string>, secretKeys: Record<string, string> = {}) {
  const built = fixedAtBuild(name);
  if (built) return built;
  if (name in secretKeys || (SECRET_KEYS as readonly string[]).includes(name) || SECRET_LIKE.test(name)) {
    return "expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys";
  }
  return setElsewhere(name, reserved) ?? wrongName(name);
}

/** Why a variable cannot stand in `secretKeys`. */
export function wrongSecretVariable(name: string): string | undefined {
  return fixedAtBuild(name) ?? wrongName(name) ?? setElsewhere(name, BACKEND_VARIABLES);
}

function fixedAtBuild(name: string): string | undefined {
  const found = "found one that Next.js fixes at build time; it has no effect here";
  return name.startsWith("NEXT_PUBLIC_") ? `expected a variable that is read at run time, ${found}` : undefined;
}

function setElsewhere(name: string, reserved: Record<string, string>): string | undefined {
  return name in reserved ? `expected another name, found one that is set from ${reserved[name]}` : undefined;
}

function wrongName(name: string): string | undefined {
  return VARIABLE.test(name) ? undefined : "expected a name of letters, digits and _, found another";
}
