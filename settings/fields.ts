// The kinds of fields that settings/contract.ts is made of: their forms and bounds, and the words for what is wrong.
import { z } from "zod";
import { bytes, CPU, MEMORY, millicores } from "./quantity";
import { expected } from "./report";

/** Servers listen on ports that a user without privileges may open. */
export function port(number: number) {
  return whole("ports", 1024, 65535).default(number).describe("Port of the container and of its Service");
}

/** A text of a form. As `errorMessage` an editor shows what was expected, instead of the pattern. */
export function text(what: string, pattern: RegExp, wayOut?: string) {
  const error = expected(what, wayOut);
  return z
    .string({ error })
    .regex(pattern, { error })
    .meta({ errorMessage: `expected ${what}` });
}

const PATH = /^\/[^\s{}]*$/;

export function path(example = "/health") {
  return text(`a path such as ${example}`, PATH);
}

export function pathOrNone() {
  return orNone("a path such as /health", PATH);
}

/** A list, whole: it takes the place of the default. */
export function texts(item: z.ZodType<string>) {
  const what = "a list of texts, at least one";
  const error = expected(what);
  return z
    .array(item, { error })
    .min(1, { error })
    .meta({ errorMessage: `expected ${what}` });
}

/** Ports of other machines. */
export function ports() {
  const what = "a list of ports";
  return z
    .array(whole("ports", 1, 65535), { error: expected(what) })
    .default([])
    .meta({ errorMessage: `expected ${what}` });
}

/** A command, word by word. */
export const command = () => texts(text("a text, in quotes", /[\s\S]/));

export function commandOrNone() {
  const what = "a list of texts, at least one, or false";
  return z.union([command(), z.literal(false)], { error: expected(what) }).meta({ errorMessage: `expected ${what}` });
}

/** A text of a form, or false where the image has no such thing. */
function orNone(what: string, pattern: RegExp) {
  const form = text(`${what}, or false`, pattern);
  return z.union([form, z.literal(false)], { error: expected(`${what}, or false`) }).meta({ ...form.meta() });
}

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Name of the variable under which an image reads what this project knows. */
export function variable(name: string, content: string) {
  return orNone("the name of a variable", VARIABLE).default(name).describe(`Variable that gets ${content}`);
}

export function whole(unit: string, min: number, max: number) {
  const what = `a whole number (${unit}) from ${min} to ${max}`;
  const error = expected(what);
  return z
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .meta({ errorMessage: `expected ${what}` });
}

interface Amounts {
  cpu: string;
  memory: string;
}

export const cpu = () => text('a quantity such as "250m" or "1", in quotes', CPU);
export const memory = () => text('a quantity such as "256Mi" or "1Gi", in quotes', MEMORY);

function amounts(defaults: Amounts, purpose: string) {
  return z
    .strictObject({
      cpu: cpu().default(defaults.cpu).describe(`CPU ${purpose}, in cores or millicores (m)`),
      memory: memory().default(defaults.memory).describe(`Memory ${purpose}, in Ki, Mi, Gi or Ti`),
    })
    .prefault({})
    .describe(`CPU and memory ${purpose}`);
}

export function resources(requests: Amounts, limits: Amounts) {
  const parsers = { cpu: millicores, memory: bytes };
  return z
    .strictObject({
      requests: amounts(requests, "set aside for each pod"),
      limits: amounts(limits, "that each pod may use at most"),
    })
    .superRefine((value, context) => {
      for (const name of ["cpu", "memory"] as const) {
        const [request, limit] = [value.requests[name], value.limits[name]];
        const [least, most] = [parsers[name](request), parsers[name](limit)];
        if (least === undefined || most === undefined || least <= most) continue;
        const message = `expected at most the limit, ${limit}, found ${request}`;
        context.addIssue({ code: "custom", path: ["requests", name], message });
      }
    })
    .prefault({})
    .describe("CPU and memory of each pod");
}

/** Of a database URL that names none. */
export const POSTGRES_PORT = 5432;

export const CREDENTIALS = /:\/\/[^/@\s]*:[^/@\s]+@/;

/** Variables by name. Which names they may not have, settings/contradictions.ts knows. */
export function variables() {
  const error = "expected a value that may be seen, found a URL with a password; that belongs in a Secret";
  const value = z
    .string({ error: expected("a text, in quotes") })
    .refine((text) => !CREDENTIALS.test(text), { error })
    .meta({
      not: { type: "string", pattern: CREDENTIALS.source },
      errorMessage: "expected a text, in quotes, without a password",
    });
  return z.record(z.string(), value).default({});
}

export function longSecret() {
  const error = expected("32 or more characters", "`openssl rand -hex 32` makes such a value");
  return z.string({ error }).min(32, { error });
}

const ORIGIN = "scheme://host[:port], what the browser's address bar shows";

/** What a browser sends as `Origin`: no path, no default port, and no name that only the cluster can resolve. */
export function origin() {
  return z
    .string({ error: expected(ORIGIN) })
    .superRefine(checkOrigin)
    .meta({ pattern: "^https?://[^/?#@\\s]+$", errorMessage: `expected ${ORIGIN}` });
}

function checkOrigin(origin: string, context: z.RefinementCtx) {
  const refuse = (message: string) => context.addIssue({ code: "custom", message });
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    refuse(expected(ORIGIN));
  } else if (
    /^todo-(backend|frontend|postgres)(-[a-z0-9-]+)?(\.todo-[a-z0-9-]+)?$|\.svc$|\.cluster\.local$/.test(url.hostname)
  ) {
    refuse(expected("an address that a browser can open", "names of Services exist inside the cluster only"));
  } else if (url.origin !== origin) {
    refuse(expected(`${url.origin}, which is all of it that a browser sends as Origin`));
  }
}

/**
 * A URL as the driver takes it, e.g. `postgresql+asyncpg`; messages never repeat it.
 * @param reachable ports that it may have; default: all
 */
export function databaseUrl(driver: string, reachable?: number[]) {
  return z.string().superRefine((value, context) => {
    const message = wrongDatabaseUrl(value, driver, reachable);
    if (message) context.addIssue({ code: "custom", message });
  });
}

function wrongDatabaseUrl(value: string, driver: string, reachable?: number[]): string | undefined {
  const form = `${driver}://user:password@host:port/database`;
  const scheme = /^([a-z][a-z0-9+]*):\/\//.exec(value)?.[1];
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (scheme && scheme !== driver) {
    const [, library] = driver.split("+");
    const why = library
      ? `the backend's driver is ${library}, which the scheme has to name, unless todo:database.driver says otherwise`
      : `todo:database.driver is ${driver}`;
    return `expected ${form}, found ${scheme}://; ${why}`;
  }
  if (!url || /\s/.test(value) || !(url.username && url.password && url.hostname && url.pathname.length > 1)) {
    return `expected ${form}, found a text of another form; special characters in the password are written %XX`;
  }
  if (driver.endsWith("+asyncpg") && (url.searchParams.has("sslmode") || url.searchParams.has("channel_binding"))) {
    return "expected ?ssl=require, found parameters of libpq; asyncpg knows neither sslmode nor channel_binding";
  }
  if (reachable && !reachable.includes(Number(url.port || POSTGRES_PORT))) {
    const wayOut = "add it to todo:backend.externalPorts, or its packets go nowhere";
    return `expected port ${reachable.join(" or ")}, because todo:networkPolicies is wired, found another; ${wayOut}`;
  }
  return undefined;
}
