import type { Sections } from "./contract";
import type { Problem } from "./report";
import { variableProblems } from "./variables";

/** max_connections of PostgreSQL as it comes, less the three it keeps for superusers. */
const INSIDE_CONNECTIONS = 97;

/**
 * What is valid key by key, and still cannot be meant. Sections that are broken themselves are left out of `parsed`.
 * @param given keys below `todo:` that have a value: those of secrets, and `replicas` of the services
 * @param further names of those below `todo:secrets`
 */
export function contradictions(parsed: Partial<Sections>, given: ReadonlySet<string>, further: string[]): Problem[] {
  const { cluster, origin, database, backend, frontend, generations } = parsed;
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
    const wayOut = "false is for an image that has no path for it";
    const found = `found ${backend.ready} for both; ${why}; ${wayOut}`;
    refuse("backend.ready", `expected another path than todo:backend.health, ${found}`);
  }
  if (backend?.openaiBaseUrl && backend.variables.openaiBaseUrl === false) {
    const why = "because todo:backend.variables.openaiBaseUrl is false";
    refuse("backend.openaiBaseUrl", `expected none, ${why}, found ${backend.openaiBaseUrl}`);
  }
  for (const [name, service] of Object.entries({ backend, frontend })) {
    if (!service?.autoscaling.enabled || !given.has(`${name}.replicas`)) continue;
    const why = `because todo:${name}.autoscaling.enabled is true`;
    const wayOut = `\`pulumi config rm --path todo:${name}.replicas -s {stack}\``;
    refuse(`${name}.replicas`, `expected none, ${why}, found ${service.replicas}; ${wayOut}`);
  }
  if (database?.mode === "inside" && backend) {
    const { replicas, autoscaling, pool } = backend;
    const [pods, name] = autoscaling.enabled ? [autoscaling.maxReplicas, "maxReplicas"] : [replicas, "replicas"];
    // A rollout runs one pod more, and the migration Job holds one connection.
    const most = (pods + 1) * (pool.size + pool.overflow) + 1;
    const sum = `(${name} + 1) × (size + overflow) + 1 = ${most}`;
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
  const notRandom = {
    SECRET_KEY: given.has("secretKey") && "todo:secretKey is given",
    AUTH_SECRET: given.has("authSecret") && "todo:authSecret is given",
    POSTGRES_PASSWORD: database?.mode === "external" && "todo:database.mode is external",
  };
  for (const [key, reason] of Object.entries(notRandom)) {
    const found = generations?.[key as keyof typeof notRandom] ?? 1;
    const wayOut = `\`pulumi config rm --path todo:generations.${key} -s {stack}\``;
    if (reason && found > 1)
      refuse(`generations.${key}`, `expected none, because ${reason}, found ${found}; ${wayOut}`);
  }
  return [...problems, ...variableProblems(parsed, further)];
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
