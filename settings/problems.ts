import { closest, distance } from "fastest-levenshtein";
import { isMap } from "local-charts/objects";
import type { z } from "zod";

/** One thing that is wrong in a stack file. */
export interface Problem {
  /** Key as it is written for `pulumi config`, e.g. `todo:backend.image.tag`. */
  key: string;
  /** What was expected, what was found and, where it is not obvious, the fix. */
  text: string;
}

/** A message of the contract; `{found}`, `{key}` and `{stack}` are filled in when the problem is reported. */
export const expected = (what: string, fix = "") => `expected ${what}, found {found}${fix && `; ${fix}`}`;

/**
 * As expected, for a text. A number or a truth is mostly one that `pulumi config set --path` wrote, though a text was meant.
 */
export const expectedText =
  (what: string, fix = "") =>
  ({ input }: { input?: unknown }) => {
    const command = "`pulumi config set --path --type string {key} … -s {stack}` writes one";
    return expected(what, typeof input === "number" || typeof input === "boolean" ? command : fix);
  };

/** All problems of one stack file as one message. */
export function report(stack: string, problems: Problem[]): string {
  const lines = [...new Set(problems.map(({ key, text }) => `  ${key}: ${text.replaceAll("{stack}", stack)}`))];
  const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;
  return `Pulumi.${stack}.yaml has ${count}; nothing was changed.\n${lines.join("\n")}`;
}

/** " (did you mean x?)", or the names there are when none is near. */
export function suggestion(word: string, known: string[]): string {
  const near = known.length > 0 ? closest(word, known) : "";
  return near && distance(word.toLowerCase(), near.toLowerCase()) <= Math.max(2, word.length / 3)
    ? `did you mean ${near}?`
    : `known here: ${known.join(", ")}`;
}

/** Problems of one top-level key; with `hidden`, no value of it is repeated. */
export function problemsOf(
  key: string,
  schema: z.ZodType,
  input: unknown,
  error: z.ZodError,
  hidden: boolean,
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map(String);
    // As `pulumi config --path` writes it: list[0].key
    const place = issue.path.map((name) => (typeof name === "number" ? `[${name}]` : `.${String(name)}`));
    const at = (more: string[]) => [key + place.join(""), ...more].join(".");
    const value = valueAt(input, path);
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, input, path);
      return issue.keys.map((name) => ({
        key: at([name]),
        text: `no such key; ${renamed(at([name])) ?? suggestion(name, known)}`,
      }));
    }
    // Values of `env` are free text in which somebody may have put a credential.
    const found = describe(value, hidden || path.includes("env"));
    const own = issue.code === "custom" || issue.message.includes("{found}");
    const text = own ? issue.message : expected(expectedType(issue));
    const name = at([]);
    const word = name.includes("[") ? `'${name}'` : name;
    return [{ key: name, text: text.replaceAll("{found}", found).replaceAll("{key}", word) + near(issue, value) }];
  });
}

/** Keys of earlier versions, and the names that they have now. */
const RENAMED: Record<string, string> = { "todo:backend.migrationCommand": "todo:backend.migration.command" };

const renamed = (key: string) => (Object.hasOwn(RENAMED, key) ? `it is ${RENAMED[key]} now` : undefined);

/** A value as a person would name it; credentials inside a URL are masked. */
function describe(value: unknown, hidden: boolean): string {
  if (value === undefined || value === null || value === "") return value === "" ? "an empty text" : "nothing";
  if (hidden)
    return typeof value === "string"
      ? "a text that is not shown"
      : `a ${Array.isArray(value) ? "list" : isMap(value) ? "map" : typeof value}`;
  const shown = JSON.stringify(value).replace(/\/\/[^/@\s]+@/g, "//***@");
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

function expectedType(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  const names: Record<string, string> = { object: "a map of keys", record: "a map of keys", boolean: "true or false" };
  return issue.code === "invalid_type" ? (names[issue.expected] ?? `a ${issue.expected}`) : issue.message;
}

function near(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== "invalid_value" || typeof value !== "string") return "";
  const hint = suggestion(value, issue.values.map(String));
  return hint.startsWith("did") ? `; ${hint}` : "";
}

function valueAt(input: unknown, path: string[]): unknown {
  const inside = (value: unknown, name: string) => (value as Record<string, unknown> | null | undefined)?.[name];
  return path.reduce<unknown>(inside, input);
}

/** The keys that the contract has at a path; of a union, those of the branch that the input has chosen. */
function keysAt(schema: z.ZodType, input: unknown, path: string[]): string[] {
  const { def } = schema as unknown as { def: SchemaDef };
  if (def.innerType) return keysAt(def.innerType, input, path);
  if (def.options) {
    const name = def.discriminator ?? "";
    const chosen = def.options.find((option) => {
      const parsed = (option as unknown as { shape: Record<string, z.ZodType> }).shape[name];
      return isMap(input) && parsed.safeParse(input[name]).success;
    });
    return chosen ? keysAt(chosen, input, path) : [];
  }
  const [head, ...rest] = path;
  if (def.element) return keysAt(def.element, Array.isArray(input) ? input[Number(head)] : undefined, rest);
  if (def.valueType) return keysAt(def.valueType, isMap(input) ? input[head] : undefined, rest);
  if (!def.shape) return [];
  return head === undefined
    ? Object.keys(def.shape)
    : keysAt(def.shape[head], isMap(input) ? input[head] : undefined, rest);
}

interface SchemaDef {
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  options?: z.ZodType[];
  discriminator?: string;
  shape?: Record<string, z.ZodType>;
}
