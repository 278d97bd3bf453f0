import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type Exception, type Finding, type Policy, standardRules } from "local-charts";
import { z } from "zod";
import { expected, problemsOf } from "../settings/problems.ts";
import { type ServiceSections, type StackService, servicesOf } from "../settings/services.ts";
import { stackNames } from "../settings/stack-files.ts";
import { readYaml } from "../settings/yaml.ts";
import type { Settings } from "../settings.ts";
import { releaseName } from "./release.ts";

/** Ids of the project's own list of rules (docs/evidence.md), for those that are on it. */
const IDS: Record<string, string> = {
  "pinned-images": "C-003",
  "health-endpoint": "C-005",
  "variables-only": "C-006",
  "secrets-by-name": "C-007",
  resources: "K-005",
  probes: "K-006",
};

/** What every environment's objects have to keep to. */
export const rules = standardRules.map((rule) => ({ ...rule, id: IDS[rule.id] ?? rule.id }));

const REASON = "a reason of 20 or more characters, for whoever reviews the list";

const text = (what: string) => z.string({ error: expected(what) }).min(1, { error: expected(what) });
const reviewed = z.strictObject({
  rule: z.enum(
    rules.map(({ id }) => id),
    { error: expected(`the id of a rule (${rules.map(({ id }) => id).join(", ")})`) },
  ),
  /** Names of stacks; all of them unless given. */
  environments: z
    .array(text("the name of a stack"), { error: expected("a list of stacks") })
    .min(1, { error: expected("a list of stacks, at least one") })
    .optional(),
  chart: text("the name of a chart, such as todo-backend"),
  /** What the finding is about, as it names it, but for the environment: `Deployment todo-backend`. */
  object: text("kind and name without the environment, such as Deployment todo-backend"),
  /** Only this container. */
  container: text("the name of a container").optional(),
  reason: z.string({ error: expected(REASON) }).min(20, { error: expected(REASON) }),
});

/** An entry of the list of exceptions, for all the environments that it is about. */
export type ReviewedException = z.output<typeof reviewed>;

const EXCEPTIONS_FILE = "policy-exceptions.yaml";

/** The reviewed exceptions; throws one error that names every entry that is not one. */
export function readExceptions(folder: string): ReviewedException[] {
  if (!existsSync(join(folder, EXCEPTIONS_FILE))) return [];
  const list = exceptionList(folder);
  const schema = z.array(reviewed, { error: expected("a list of exceptions") });
  const result = schema.safeParse(list);
  const stacks = stackNames(folder);
  const problems = result.success
    ? result.data.flatMap(({ environments = [] }, index) =>
        environments
          .filter((name) => !stacks.includes(name))
          .map((name) => {
            const text = `expected stacks that have a file (${stacks.join(", ")}), found "${name}"; correct or remove it`;
            return { key: `entry ${index + 1}, environments`, text };
          }),
      )
    : problemsOf("", schema, list, result.error, false).map(({ key, text }) => {
        const [, index, field] = /^\[(\d+)\]\.?(.*)$/.exec(key) ?? [];
        const place = index === undefined ? "the file" : `entry ${Number(index) + 1}`;
        return { key: field ? `${place}, ${field}` : place, text };
      });
  if (result.success && problems.length === 0) return result.data;
  const lines = problems.map(({ key, text }) => `  ${key}: ${text}`);
  throw new pulumi.RunError(
    `${EXCEPTIONS_FILE} is not a list of exceptions; nothing was changed.\n${lines.join("\n")}`,
  );
}

function exceptionList(folder: string): unknown {
  try {
    return readYaml(folder, EXCEPTIONS_FILE) ?? [];
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

/** The exceptions of one environment, with the names that its objects have there. */
export function exceptionsOf(environment: string, list: ReviewedException[]): Exception[] {
  return list
    .filter(({ environments }) => environments?.includes(environment) ?? true)
    .map(({ environments: _, object, ...rest }) => ({ ...rest, object: `${object}-${environment}` }));
}

/** What the objects of an environment are held to, as its stack file says. */
export function policyOf(
  settings: Pick<Settings, "environment" | "policy"> & ServiceSections,
  exceptions: ReviewedException[],
): Policy {
  const { environment, policy } = settings;
  const all = servicesOf(settings);
  const workload = ({ name }: StackService) => `Deployment ${releaseName(name, environment)}`;
  const unasked = all.filter(({ settings: { port } }) => port === undefined).map(workload);
  return {
    rules,
    enforcement: policy,
    enforcementKey: "todo:policy",
    exceptions: exceptionsOf(environment, exceptions),
    exceptionsFile: EXCEPTIONS_FILE,
    databaseKeys: ["DATABASE_URL", "POSTGRES_PASSWORD"],
    // A stack that says so has decided that the service's image is asked one question for both, or, as it has no port, none.
    askedOnce: all.filter(({ settings: { ready } }) => ready === false).map(workload),
    isDecided: ({ rule, where }: Finding) =>
      [IDS["health-endpoint"], IDS.probes].includes(rule) && unasked.some((each) => where.startsWith(`${each},`)),
  };
}
