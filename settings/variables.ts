// Which variables the containers get, from what, and why a name cannot stand where it does.
import { type BackendSettings, type FrontendSettings, SECRET_KEYS, type SecretKey, type Sections } from "./contract";
import { VARIABLE } from "./fields";
import { type Problem, suggestion } from "./report";

/** What the variables named in `backend.variables` are set from: what to set instead of them. */
export const BACKEND_SOURCES: Record<keyof BackendSettings["variables"], string> = {
  environment: "the stack's name",
  host: "the program",
  port: "todo:backend.port",
  corsOrigins: "todo:origin",
  poolSize: "todo:backend.pool.size",
  maxOverflow: "todo:backend.pool.overflow",
  poolTimeout: "todo:backend.pool.timeoutSeconds",
  chatMaxMessages: "todo:backend.chatMaxMessages",
  openaiBaseUrl: "todo:backend.openaiBaseUrl",
};
/** The same of `frontend.variables`. */
export const FRONTEND_SOURCES: Record<keyof FrontendSettings["variables"], string> = {
  apiUrl: "the backend's Service",
  port: "todo:frontend.port",
  host: "the program",
  mode: "the program",
};
const SECRET_SOURCES: Record<SecretKey, string> = {
  DATABASE_URL: "todo:databaseUrl or the database inside",
  SECRET_KEY: "todo:secretKey",
  AUTH_SECRET: "todo:authSecret",
  OPENAI_API_KEY: "todo:openaiApiKey",
};

/** How names of secrets end. */
export const SECRET_LIKE = /(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|KEY|CREDENTIALS|DSN)$/i;

type Texts = Record<string, string>;

/**
 * The variables that an image reads from the backend's Secret, variable: key. Each key under its own name, unless
 * `mapping` says under which; with a mapping, those of SECRET_KEYS that it leaves out are no variables.
 * @param further keys of `todo:secrets`
 */
export function secretVariables(mapping: Texts | undefined, further: string[]): Texts {
  const mapped = mapping ?? Object.fromEntries(SECRET_KEYS.map((key) => [key, key]));
  const own = further.filter((key) => !Object.values(mapped).includes(key));
  return { ...mapped, ...Object.fromEntries(own.map((key) => [key, key])) };
}

/** What is wrong with the names of variables, of both containers. */
export function variableProblems({ backend, frontend }: Partial<Sections>, further: string[]): Problem[] {
  const problems: Problem[] = [];
  const check = (key: string, text: string | undefined) => text && problems.push({ key: `todo:${key}`, text });

  for (const name of further) check(`secrets.${name}`, wrongSecretName(name));
  if (backend) {
    const reserved = reservedNames(backend.variables, BACKEND_SOURCES);
    const fromSecret = secretVariables(backend.secretKeys, further);
    const unmapped = further.filter((key) => fromSecret[key] === key);
    for (const name of unmapped) check(`secrets.${name}`, setElsewhere(name, reserved));
    for (const [key, text] of ownNames(backend.variables)) check(`backend.variables.${key}`, text);
    for (const name of Object.keys(backend.env)) {
      check(`backend.env.${name}`, wrongVariable(name, fromSecret) ?? setElsewhere(name, reserved));
    }
    const ofSecrets = Object.fromEntries(unmapped.map((name) => [name, `todo:secrets.${name}`]));
    const owner: Texts = {};
    for (const [name, key] of Object.entries(backend.secretKeys ?? {})) {
      const taken = key in owner ? `expected a key that no other entry names, found ${key} as in ${owner[key]}` : "";
      const clash = ofSecrets[name] && key !== name ? setElsewhere(name, ofSecrets) : undefined;
      check(
        `backend.secretKeys.${name}`,
        wrongSecretVariable(name) ?? setElsewhere(name, reserved) ?? clash ?? wrongKey(key, further) ?? taken,
      );
      owner[key] ??= name;
    }
  }
  if (frontend) {
    const reserved = reservedNames(frontend.variables, FRONTEND_SOURCES);
    for (const [key, text] of ownNames(frontend.variables)) check(`frontend.variables.${key}`, text);
    for (const name of Object.keys(frontend.env)) {
      check(`frontend.env.${name}`, wrongVariable(name) ?? setElsewhere(name, reserved));
    }
  }
  return problems;
}

/** Why a variable cannot stand in `env`; its value is never looked at. */
export function wrongVariable(name: string, fromSecret: Texts = {}): string | undefined {
  const built = fixedAtBuild(name);
  if (built) return built;
  const found = "expected a variable that may be seen, found the name of a secret";
  if (name in fromSecret || name in SECRET_SOURCES) return `${found}; map it in todo:backend.secretKeys`;
  if (SECRET_LIKE.test(name)) return `${found}; it belongs in todo:secrets`;
  return wrongName(name);
}

/** Why a variable cannot stand in `secretKeys`. */
export function wrongSecretVariable(name: string): string | undefined {
  return fixedAtBuild(name) ?? wrongName(name);
}

/** Why a secret cannot have this name in `secrets`. */
export function wrongSecretName(name: string): string | undefined {
  return fixedAtBuild(name) ?? wrongName(name) ?? setElsewhere(name, SECRET_SOURCES);
}

function wrongKey(key: string, further: string[]): string | undefined {
  const known = [...SECRET_KEYS, ...further];
  if (known.includes(key)) return undefined;
  const near = suggestion(key, known);
  const command = `\`pulumi config set --secret --path todo:secrets.${key} -s {stack}\` makes it one`;
  const names = known.map((name) => `"${name}"`).join(" or ");
  return `expected ${names}, found "${key}"; ${near.startsWith("did") ? near : command}`;
}

/** Problems of the names that an image has for this project's settings, by setting. */
function ownNames(names: Record<string, string | false>): [setting: string, text: string | undefined][] {
  const owner: Texts = {};
  return Object.entries(names).map(([setting, name]) => {
    if (name === false) return [setting, undefined];
    const taken = owner[name] && `expected a name that no other setting has, found ${name} as in ${owner[name]}`;
    owner[name] ??= setting;
    return [setting, wrongVariable(name) ?? taken];
  });
}

/** Names that are not free for `env`, and what they are set from. */
export function reservedNames(names: Record<string, string | false>, sources: Texts): Texts {
  const used = Object.entries(names).filter(([, name]) => name !== false);
  return Object.fromEntries(used.map(([setting, name]) => [name, sources[setting]]));
}

function fixedAtBuild(name: string): string | undefined {
  const found = "found one that Next.js fixes at build time; it has no effect here";
  return name.startsWith("NEXT_PUBLIC_") ? `expected a variable that is read at run time, ${found}` : undefined;
}

function setElsewhere(name: string, sources: Texts): string | undefined {
  return Object.hasOwn(sources, name)
    ? `expected another name, found one that is set from ${sources[name]}`
    : undefined;
}

function wrongName(name: string): string | undefined {
  return VARIABLE.test(name) ? undefined : "expected a name of letters, digits and _, found another";
}
