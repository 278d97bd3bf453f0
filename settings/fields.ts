// The kinds of fields that settings/contract.ts is made of: their forms and bounds, and the words for what is wrong.

import { CPU, MEMORY, parseQuantity, URL_WITH_PASSWORD } from "local-charts/objects";
import { z } from "zod";
import { expected, expectedText } from "./problems.ts";

/** Of a pod, which Minikube and most clusters let open those below 1024 too, whoever its user is. */
export function port(number: number) {
  return whole("ports", 1, 65535).default(number).describe("Port of the container and of its Service");
}

export const NO_PORT = "none";

function portOr<None extends z.ZodType>(none: None) {
  const what = `a whole number (ports) from 1 to 65535, or ${NO_PORT}`;
  const error = expected(what);
  return z
    .union([z.int({ error }).min(1, { error }).max(65535, { error }), none], { error })
    .optional()
    .meta({ errorMessage: `expected ${what}` });
}

/** Of a pod that may listen on none: undefined then. */
export const portOrNone = () => portOr(z.literal(NO_PORT).transform(() => undefined));

/** Of metrics, where none is another thing than to say nothing. */
export const metricsPort = () => portOr(z.literal(NO_PORT));

/**
 * A text of a form. As `errorMessage` an editor shows what was expected, instead of the pattern.
 * @param why what is wrong with a text of another form, and the fix; undefined where there is no more to say than `fix`
 */
export function text(what: string, pattern: RegExp, fix?: string, why?: (text: string) => string | undefined) {
  return z
    .string({ error: expectedText(what, fix) })
    .regex(pattern, { error: ({ input }) => expected(what, why?.(String(input)) ?? fix) })
    .meta({ errorMessage: `expected ${what}` });
}

const PATH = /^\/[^\s{}]*$/;

export function path(example = "/health") {
  return text(`a path such as ${example}`, PATH);
}

/** What a volume can be mounted to: not all of the image, and no way back up. */
export function directory() {
  const what = "a directory such as /var/cache/nginx";
  return text(what, /^\/[^\s{}:]*[^\s{}:/]$/).refine((name) => !/\/\.\.(\/|$)/.test(name), { error: expected(what) });
}

export function pathOrNone() {
  return orNone("a path such as /health", PATH);
}

/** What is wrong with one that is no list; `pulumi config set` makes one of what stands at a place of it. */
const expectedList =
  (what: string) =>
  ({ input }: { input?: unknown }) => {
    const one = ["string", "number", "boolean"].includes(typeof input);
    return expected(what, one ? "`pulumi config set --path '{key}[0]' … -s {stack}` begins one" : "");
  };

/** A list, whole: it takes the place of the default. */
export function texts(item: z.ZodType<string>) {
  const what = "a list of texts, at least one";
  return z
    .array(item, { error: expectedList(what) })
    .min(1, { error: expected(what) })
    .meta({ errorMessage: `expected ${what}` });
}

/** Ports of other machines. */
export function ports() {
  const what = "a list of ports";
  return z
    .array(whole("ports", 1, 65535), { error: expectedList(what) })
    .default([])
    .meta({ errorMessage: `expected ${what}` });
}

/** Names of services and neighbours. */
export function names() {
  const what = "a list of names";
  return z
    .array(text("the name of a service or neighbour", /^[a-z0-9-]+$/), { error: expectedList(what) })
    .default([])
    .meta({ errorMessage: `expected ${what}` });
}

/** Words of a command. One may be empty, as in `--save ""`. */
export const words = () => texts(text("a text, in quotes", /[\s\S]*/));

/** A command, word by word. */
export const command = () =>
  words().refine(([program]) => program !== "", { path: [0], error: expected("the name of a program") });

export function commandOrNone() {
  const what = "a list of texts, at least one, or false";
  return z.union([command(), z.literal(false)], { error: expected(what) }).meta({ errorMessage: `expected ${what}` });
}

/** A text of a form, or false where there is no such thing. */
export function orNone(what: string, pattern: RegExp) {
  const form = text(`${what}, or false`, pattern);
  return z.union([form, z.literal(false)], { error: expected(`${what}, or false`) }).meta({ ...form.meta() });
}

/** A name as Services and releases have them. */
export function dnsLabel(example: string, most = 63) {
  const what = `a name of lower-case letters, digits and -, at most ${most}, such as ${example}`;
  return text(what, new RegExp(`^[a-z]([a-z0-9-]{0,${most - 2}}[a-z0-9])?$`)).refine((name) => !otherMeaning(name), {
    error: ({ input }) => expected(what, otherMeaning(String(input))),
  });
}

/** Why a name that has the form of one is none: Helm renders to YAML. */
export function otherMeaning(name: string): string | undefined {
  if (name === "localhost") return "that is the pod itself";
  return /^(true|false|null|yes|no|on|off|y|n)$/.test(name) ? "YAML takes that for something else" : undefined;
}

export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Name of the variable under which an image reads what this project knows. */
export function variable(name: string | false, content: string) {
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

/** Of each field of a schedule: the numbers that it takes. */
const CRON_FIELDS = ["[1-5]?\\d", "1?\\d|2[0-3]", "[1-9]|[12]\\d|3[01]", "[1-9]|1[0-2]", "[0-6]"];

const CRON = (() => {
  const fields = CRON_FIELDS.map((number) => {
    const part = `(\\*|(${number})(-(${number}))?)(/[1-9]\\d?)?`;
    return `${part}(,${part})*`;
  });
  return new RegExp(`^${fields.join(" ")}$`);
})();

/** When something is done again and again, in the words that a CronJob has for it; numbers alone. */
export function schedule() {
  const what = 'a schedule of cron (minute, hour, day, month, weekday; in numbers), such as "17 3 * * *"';
  return text(what, CRON).refine((value) => !backward(value), {
    error: ({ input }) => expected(what, `${backward(String(input))} ends before it begins`),
  });
}

/** The first range of a schedule that no CronJob can have. */
const backward = (value: string) =>
  value.match(/\d+-\d+/g)?.find((range) => {
    const [first, last] = range.split("-").map(Number);
    return first > last;
  });

/** Of a key without a section: there `pulumi config set` writes true and false as texts. */
export function truth() {
  const what = "true or false";
  const word = z.enum(["true", "false"]).transform((text) => text === "true");
  return z.union([z.boolean(), word], { error: expected(what) }).meta({ errorMessage: `expected ${what}` });
}

/** CPU and memory, as quantities. */
export interface Amounts {
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
  return z
    .strictObject({
      requests: amounts(requests, "set aside for each pod"),
      limits: amounts(limits, "that each pod may use at most"),
    })
    .superRefine((value, context) => {
      for (const [name, form] of [
        ["cpu", CPU],
        ["memory", MEMORY],
      ] as const) {
        const [request, limit] = [value.requests[name], value.limits[name]];
        // What is no quantity here is refused by itself, even where Kubernetes takes it: 512m of memory.
        if (!form.test(request) || !form.test(limit)) continue;
        const [least, most] = [parseQuantity(request), parseQuantity(limit)];
        if (least === undefined || most === undefined || least <= most) continue;
        const message = `expected at most the limit, ${limit}, found ${request}`;
        context.addIssue({ code: "custom", path: ["requests", name], message });
      }
    })
    .prefault({})
    .describe("CPU and memory of each pod");
}

/** Variables by name. Which names they may not have, settings/variables.ts knows. */
export function variables() {
  const error = "expected a value that may be seen, found a URL with a password; that belongs in a Secret";
  const json = `a variable that wants JSON gets it as a text, '["a"]'`;
  const value = z
    .string({ error: (issue) => expectedText("a text, in quotes", isObject(issue.input) ? json : "")(issue) })
    .refine((text) => !URL_WITH_PASSWORD.test(text), { error })
    .meta({
      not: { type: "string", pattern: URL_WITH_PASSWORD.source },
      errorMessage: "expected a text, in quotes, without a password",
    });
  return z.record(z.string(), value).default({});
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;

export function longSecret() {
  const error = expected("32 or more characters", "`openssl rand -hex 32` makes such a value");
  return z.string({ error }).min(32, { error });
}
