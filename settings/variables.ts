// Which variables the containers get, from what, and why a name cannot stand where it does.
import { SECRET_LIKE } from "local-charts/objects";
import type { Sections } from "./contract.ts";
import { VARIABLE } from "./fields.ts";
import { type Problem, suggestion } from "./problems.ts";
import { factsOf, NAMED_KEYS } from "./secret-keys.ts";
import { type ServiceSections, type StackService, servicesOf } from "./services.ts";

/** What the keys are set from that are not a stack's own. */
const SECRET_SOURCES = Object.fromEntries(
  NAMED_KEYS.map((key) => {
    const { given, otherwise } = factsOf(key) ?? {};
    return [key, [`todo:${given}`, ...(otherwise ? [otherwise] : [])].join(" or ")];
  }),
);

/** Variables that a frontend's image took in when it was built. */
export const BUILD_TIME = { prefix: "NEXT_PUBLIC_", by: "Next.js" };

type Texts = Record<string, string>;

/**
 * The variables that each service reads from its Secret, by the service's key; variable: key. Those that its `secretKeys`
 * name; without it, those that it has anyway. A stack's own keys that no service names are variables, of the same names, of
 * the service that has some anyway.
 * @param own keys of the stack: of `todo:secrets` and of `todo:database.urls`
 */
export function secretVariables(sections: ServiceSections, own: string[]): Record<string, Texts> {
  const all = servicesOf(sections);
  const underOwnNames = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, key]));
  const variables = all.map((one) => {
    const anyway = underOwnNames(one.service.secretKeys);
    return [one.key, { ...(one.settings.secretKeys ?? anyway), ...underOwnNames(restOf(one, all, own)) }];
  });
  return Object.fromEntries(variables);
}

/** The stack's own keys that a service gets because no service names them. */
function restOf({ service }: StackService, all: StackService[], own: string[]): string[] {
  if (service.secretKeys.length === 0) return [];
  const named = all.flatMap(({ settings }) => Object.values(settings.secretKeys ?? {}));
  return own.filter((key) => !named.includes(key));
}

/** The names that an image has for this project's settings; those of a stack's own services have none. */
const namesIn = ({ settings }: StackService): Record<string, string | false> =>
  "variables" in settings ? settings.variables : {};

/** What is wrong with the names of variables, of all containers. @param further names of `todo:secrets` */
export function variableProblems(sections: Partial<Sections>, further: string[]): Problem[] {
  const urls = Object.keys(sections.database?.urls ?? {});
  const own = [...urls, ...further];
  const all = servicesOf(sections);
  const variables = secretVariables(sections, own);
  return [
    ...problemsAt("secrets", further, wrongSecretName),
    ...problemsAt("database.urls", urls, (name) =>
      further.includes(name) ? setElsewhere(name, { [name]: `todo:secrets.${name}` }) : wrongSecretName(name),
    ),
    ...all.flatMap((one) => {
      const { key: name, settings } = one;
      const reserved = reservedNames(one);
      const { secretKeys = {} } = settings;
      const fromSecret = variables[name];
      return [
        ...secretProblems(name, secretKeys, restOf(one, all, own), reserved, { urls, further }),
        ...ownNames(name, namesIn(one))
          .map(([key, text]) => [`${name}.variables.${key}`, text] as const)
          .flatMap(problemAt),
        ...problemsAt(
          `${name}.env`,
          Object.keys(settings.env),
          (variable) => wrongVariable(name, variable, fromSecret) ?? setElsewhere(variable, reserved),
        ),
      ];
    }),
  ];
}

/** What is wrong with the variables that a service gets from the Secret: `secretKeys`, and keys under their own names. */
function secretProblems(
  service: string,
  secretKeys: Texts,
  rest: string[],
  reserved: Texts,
  own: { urls: string[]; further: string[] },
): Problem[] {
  const [urls, further] = [own.urls, own.further].map((keys) => keys.filter((key) => rest.includes(key)));
  const elsewhere = Object.fromEntries([
    ...urls.map((name) => [name, `todo:database.urls.${name}`]),
    ...further.map((name) => [name, `todo:secrets.${name}`]),
  ]);
  return [
    ...problemsAt("database.urls", urls, (name) => setElsewhere(name, reserved)),
    ...problemsAt("secrets", further, (name) => setElsewhere(name, reserved)),
    ...problemsAt(`${service}.secretKeys`, Object.keys(secretKeys), (name) => {
      const key = secretKeys[name];
      return (
        wrongSecretVariable(name) ??
        setElsewhere(name, reserved) ??
        setElsewhere(name, elsewhere) ??
        wrongKey(key, [...own.urls, ...own.further])
      );
    }),
  ];
}

const problemAt = ([key, text]: readonly [string, string | undefined]): Problem[] =>
  text ? [{ key: `todo:${key}`, text }] : [];

const problemsAt = (map: string, names: string[], wrong: (name: string) => string | undefined): Problem[] =>
  names.flatMap((name) => problemAt([`${map}.${name}`, wrong(name)]));

/** Why a variable cannot stand in the `env` of a service, which is given by its key; its value is never looked at. */
export function wrongVariable(service: string, name: string, fromSecret: Texts = {}): string | undefined {
  const known = Object.hasOwn(fromSecret, name) || Object.hasOwn(SECRET_SOURCES, name);
  // Of a database's address, host and port may be seen.
  const hidden = Object.hasOwn(fromSecret, name) || name === "DATABASE_URL" || SECRET_LIKE.test(name);
  if (!hidden) return wrongName(name);
  const fix = known ? `map it in todo:${service}.secretKeys` : "it belongs in todo:secrets";
  return `expected a variable that may be seen, found the name of a secret; ${fix}`;
}

/** Why a variable cannot stand in `secretKeys`. */
export function wrongSecretVariable(name: string): string | undefined {
  return wrongName(name);
}

/** Why a secret cannot have this name in `secrets`. */
export function wrongSecretName(name: string): string | undefined {
  return wrongName(name) ?? setElsewhere(name, { ...SECRET_SOURCES, POSTGRES_PASSWORD: "the database inside" });
}

function wrongKey(key: string, own: string[]): string | undefined {
  const known = [...NAMED_KEYS, ...own];
  if (known.includes(key)) return undefined;
  if (key === "POSTGRES_PASSWORD") return `expected "DATABASE_PASSWORD", as it is for services, found "${key}"`;
  const near = suggestion(key, known);
  const command = `\`pulumi config set --secret --path todo:secrets.${key} -s {stack}\` makes it one`;
  const names = known.map((name) => `"${name}"`).join(" or ");
  return `expected ${names}, found "${key}"; ${near.startsWith("did") ? near : command}`;
}

/** Problems of the names that an image has for this project's settings, by setting. */
function ownNames(
  service: string,
  names: Record<string, string | false>,
): [setting: string, text: string | undefined][] {
  const owner: Texts = {};
  return Object.entries(names).map(([setting, name]) => {
    if (name === false) return [setting, undefined];
    const taken = Object.hasOwn(owner, name)
      ? `expected a name that no other setting has, found ${name} as in ${owner[name]}`
      : undefined;
    if (!taken) owner[name] = setting;
    return [setting, wrongVariable(service, name) ?? taken];
  });
}

/** Names that are not free in a service's `env`, and what they are set from. */
export function reservedNames(one: StackService): Texts {
  const used = Object.entries(namesIn(one)).filter(([, name]) => name !== false);
  return Object.fromEntries(used.map(([setting, name]) => [name, one.service.variables[setting].from]));
}

function setElsewhere(name: string, sources: Texts): string | undefined {
  return Object.hasOwn(sources, name)
    ? `expected another name, found one that is set from ${sources[name]}`
    : undefined;
}

function wrongName(name: string): string | undefined {
  return VARIABLE.test(name) ? undefined : "expected a name of letters, digits and _, found another";
}
