import { addressProblems } from "./addresses.ts";
import type { Sections } from "./contract.ts";
import { metricsProblems } from "./metrics.ts";
import { connectionProblems, nameProblems, nodePortProblems } from "./names.ts";
import type { Problem } from "./problems.ts";
import { reachProblems } from "./reach.ts";
import { type FurtherServiceSettings, NONE, serviceNames, servicesOf } from "./services.ts";
import { variableProblems } from "./variables.ts";

/** max_connections of PostgreSQL as it comes, less the three it keeps for superusers. */
const INSIDE_CONNECTIONS = 97;

/**
 * What is valid key by key, and still cannot be meant. Sections that are broken themselves are left out of `parsed`.
 * @param given keys below `todo:` that have a value: those of secrets and what they belong to, `replicas` of the services, and `backend.none` where
 *   there is no backend
 * @param further names of those below `todo:secrets`
 */
export function contradictions(
  stack: string,
  parsed: Partial<Sections>,
  given: ReadonlySet<string>,
  further: string[],
): Problem[] {
  const { database, backend, generations } = parsed;
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
  if (parsed.registry && !given.has("registryToken")) {
    const command = "`pulumi config set --secret todo:registryToken -s {stack}` asks for it";
    refuse("registryToken", `expected the password for ${parsed.registry.server}, found nothing; ${command}`);
  }
  if (!given.has("registry") && given.has("registryToken")) {
    const ways =
      "`pulumi config set --path todo:registry.server HOST -s {stack}`, and .user, say for which registry it is";
    refuse("registryToken", `expected none, because there is no todo:registry, found a value; ${ways}`);
  }
  if (parsed.tls && !given.has("tlsKey")) {
    const command = "`pulumi config set --secret todo:tlsKey -s {stack} < key.pem` reads it from a file";
    refuse("tlsKey", `expected the key of todo:tls.certificate, found nothing; ${command}`);
  }
  if (!given.has("tls") && given.has("tlsKey")) {
    const ways =
      "`pulumi config set --path todo:tls.certificate -s {stack} < cert.pem` says of which certificate it is";
    refuse("tlsKey", `expected none, because there is no todo:tls, found a value; ${ways}`);
  }
  if (backend?.chatRequired && !given.has("openaiApiKey")) {
    const command = "`pulumi config set --secret todo:openaiApiKey -s {stack}` asks for it";
    refuse("openaiApiKey", `expected a key, because todo:backend.chatRequired is true, found nothing; ${command}`);
  }
  if (backend && backend.health === backend.ready) {
    const why = "liveness must not ask the database and readiness has to, or all is green on one that is dead";
    const fix = "false is for an image that has no path for it";
    const found = `found ${backend.ready} for both; ${why}; ${fix}`;
    refuse("backend.ready", `expected another path than todo:backend.health, ${found}`);
  }
  if (backend?.openaiBaseUrl && backend.variables.openaiBaseUrl === false) {
    const why = "because todo:backend.variables.openaiBaseUrl is false";
    const ways = "`pulumi config rm --path todo:backend.openaiBaseUrl -s {stack}`, or name the image's variable there";
    refuse("backend.openaiBaseUrl", `expected none, ${why}, found ${backend.openaiBaseUrl}; ${ways}`);
  }
  for (const { key, settings } of servicesOf(parsed)) {
    const { repository, digest } = settings.image;
    if (digest && repository.startsWith("localhost/")) {
      const why = `because ${repository} is loaded into the node, where an image has no digest`;
      const fix = `\`pulumi config rm --path todo:${key}.image.digest -s {stack}\`, and name its tag`;
      refuse(`${key}.image.digest`, `expected none, ${why}, found one; ${fix}`);
    }
    if (settings.autoscaling.enabled && given.has(`${key}.replicas`)) {
      const why = `because todo:${key}.autoscaling.enabled is true`;
      const fix = `\`pulumi config rm --path todo:${key}.replicas -s {stack}\``;
      refuse(`${key}.replicas`, `expected none, ${why}, found ${settings.replicas}; ${fix}`);
    }
  }
  const reads = servicesOf(parsed).flatMap(({ settings }) => Object.values(settings.secretKeys ?? {}));
  for (const name of given.has(`backend.${NONE}`) ? further.filter((each) => !reads.includes(each)) : []) {
    const why = "because todo:backend is none, which would read it";
    const fix = `todo:frontend.secretKeys.${name} ${name} is one, or \`pulumi config rm --path todo:secrets.${name} -s {stack}\``;
    refuse(`secrets.${name}`, `expected a service that names it, ${why}, found none; ${fix}`);
  }
  if (serviceNames.every((name) => given.has(`${name}.${NONE}`))) {
    refuse(
      "frontend",
      "expected a section, because todo:backend is none, found none too; one of them serves the pages",
    );
  }
  if (database?.mode === "inside" && backend) {
    const { replicas, autoscaling, pool } = backend;
    const [pods, name] = autoscaling.enabled ? [autoscaling.maxReplicas, "maxReplicas"] : [replicas, "replicas"];
    // A rollout runs one pod more, and the migration Job holds one connection, as a backup does.
    const jobs = database.backup ? 2 : 1;
    const most = (pods + 1) * (pool.size + pool.overflow) + jobs;
    const sum = `(${name} + 1) × (size + overflow) + ${jobs} = ${most}`;
    if (most > INSIDE_CONNECTIONS) {
      refuse("backend.pool", `expected at most ${INSIDE_CONNECTIONS} connections to the database inside, found ${sum}`);
    }
  }
  const notRandom = {
    SECRET_KEY: given.has("secretKey") && "todo:secretKey is given",
    AUTH_SECRET: given.has("authSecret") && "todo:authSecret is given",
    POSTGRES_PASSWORD: database?.mode === "external" && "todo:database.mode is external",
  };
  for (const [key, reason] of Object.entries(notRandom)) {
    const found = generations?.[key as keyof typeof notRandom] ?? 1;
    const fix = `\`pulumi config rm --path todo:generations.${key} -s {stack}\``;
    if (reason && found > 1) refuse(`generations.${key}`, `expected none, because ${reason}, found ${found}; ${fix}`);
  }
  return [
    ...problems,
    ...nameProblems(stack, parsed),
    ...nodePortProblems(parsed),
    ...connectionProblems(parsed),
    ...Object.entries(parsed.services ?? {}).flatMap(([name, section]) => furtherProblems(name, section)),
    ...addressProblems(parsed),
    ...reachProblems(parsed, given),
    ...metricsProblems(parsed),
    ...variableProblems(parsed, further),
  ];
}

/** What of a stack's own service contradicts itself. */
function furtherProblems(name: string, section: FurtherServiceSettings): Problem[] {
  const { port, health, ready, healthCommand, serviceName, service, testCommand } = section;
  const paths = [...(health ? ["health"] : []), ...(ready ? ["ready"] : [])];
  const asking = [
    ...paths,
    ...(serviceName ? ["serviceName"] : []),
    ...(service.type === "NodePort" ? ["service"] : []),
    ...(testCommand ? ["testCommand"] : []),
  ];
  const problems: Problem[] = [];
  if (port === undefined && asking.length > 0) {
    const found = "found none; set it, or remove those";
    const text = `expected the port that it listens on, because of ${asking.join(" and ")}, ${found}`;
    problems.push({ key: `todo:services.${name}.port`, text });
  }
  if (healthCommand && paths.length > 0) {
    const key = `todo:services.${name}.healthCommand`;
    const fix = `\`pulumi config rm --path ${key} -s {stack}\``;
    problems.push({ key, text: `expected none, because of ${paths.join(" and ")}, found one; ${fix}` });
  }
  return problems;
}
