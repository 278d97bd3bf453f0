import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { rules } from "./rules";

const text = z.string().min(1);
const exception = z.strictObject({
  rule: z.enum(rules.map(({ id }) => id)),
  /** Names of stacks; all of them unless given. */
  environments: z.array(text).min(1).optional(),
  chart: text,
  /** What the finding is about, as it names it, but for the environment: `Deployment todo-backend`. */
  object: text,
  /** Only this container. */
  container: text.optional(),
  reason: z.string().min(20, { error: "expected a reason of 20 or more characters, for whoever reviews the list" }),
});

/** Something that may be as it is although a rule says otherwise. */
export type Exception = z.output<typeof exception>;

export const EXCEPTIONS_FILE = "policy-exceptions.yaml";

/** The reviewed exceptions; throws one error that names every entry that is not one. */
export function readExceptions(folder: string): Exception[] {
  const file = join(folder, EXCEPTIONS_FILE);
  if (!existsSync(file)) return [];
  const result = z.array(exception).safeParse(parse(readFileSync(file, "utf8")) ?? []);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    const [index, ...field] = path;
    return `  entry ${Number(index ?? 0) + 1}${field.length > 0 ? `, ${field.join(".")}` : ""}: ${message}`;
  });
  throw new pulumi.RunError(
    `${EXCEPTIONS_FILE} is not a list of exceptions; nothing was changed.\n${lines.join("\n")}`,
  );
}
