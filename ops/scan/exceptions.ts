// The reviewed list of what scanners find and what stays as it is.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { expected, problemsOf } from "../../settings/problems.ts";
import { readYaml } from "../../settings/yaml.ts";
import type { ScanFinding } from "./finding.ts";

export const EXCEPTIONS_FILE = "scan-exceptions.yaml";

const SCANNERS = ["checkov", "kube-score"];
const REASON = "a reason of 20 or more characters, for whoever reviews the list";

const reviewed = z.strictObject({
  scanner: z.enum(SCANNERS, { error: expected(SCANNERS.join(" or ")) }),
  check: z.string({ error: expected("the id of a check, such as CKV_K8S_16") }),
  /** Kinds and names without the environment, such as `Deployment todo-backend`; all objects unless given. */
  objects: z.array(z.string().min(1)).min(1).optional(),
  /** Names of stacks; all of them unless given. */
  environments: z.array(z.string().min(1)).min(1).optional(),
  reason: z.string({ error: expected(REASON) }).min(20, { error: expected(REASON) }),
});

/** An entry of the list, for all the environments. */
export type ScanException = z.output<typeof reviewed>;

/** @throws Error naming every entry that is not one */
export function readScanExceptions(folder: string): ScanException[] {
  if (!existsSync(join(folder, EXCEPTIONS_FILE))) return [];
  const list = readYaml(folder, EXCEPTIONS_FILE) ?? [];
  const schema = z.array(reviewed);
  const { success, data, error } = schema.safeParse(list);
  if (success) return data;
  const lines = problemsOf("entry", schema, list, error, false).map(({ key, text }) => `  ${key}: ${text}`);
  throw new Error(`${EXCEPTIONS_FILE} is not a list of exceptions.\n${lines.join("\n")}`);
}

/** Findings by what the list says of them, and what of the list is about none. */
export interface Reviewed {
  open: ScanFinding[];
  covered: ScanFinding[];
  used: ScanException[];
  /** `kube-score x`, with the object where an entry names several. */
  unused: string[];
}

export function review(findings: ScanFinding[], list: ScanException[]): Reviewed {
  const isCovered = (finding: ScanFinding) => list.some((entry) => covers(entry, finding));
  const about = (entry: ScanException) => findings.some((finding) => covers(entry, finding));
  return {
    open: findings.filter((finding) => !isCovered(finding)),
    covered: findings.filter(isCovered),
    used: list.filter(about),
    unused: list.flatMap((entry) =>
      (entry.objects ?? [undefined])
        .filter((object) => !about({ ...entry, objects: object ? [object] : undefined }))
        .map((object) => [entry.scanner, entry.check, ...(object ? [object] : [])].join(" ")),
    ),
  };
}

const covers = ({ scanner, check, objects, environments }: ScanException, finding: ScanFinding): boolean =>
  scanner === finding.scanner &&
  check === finding.check &&
  (objects?.includes(inAnyEnvironment(finding)) ?? true) &&
  (environments?.includes(finding.environment) ?? true);

/** `Job todo-backend-migration`, whatever the environment. */
const inAnyEnvironment = ({ object, environment }: ScanFinding) => object.replace(`-${environment}`, "");
