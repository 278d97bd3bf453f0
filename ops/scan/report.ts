// What `make scan` says.
import { Failure } from "../../tools/program.ts";
import type { ScannedEnvironment } from "./environments.ts";
import { EXCEPTIONS_FILE, type Reviewed, review, type ScanException } from "./exceptions.ts";
import type { ScanFinding, ScanResult } from "./finding.ts";

/** Prints what each scanner found. @throws Failure where anything is found that is no exception, or an exception is about nothing */
export function conclude(environments: ScannedEnvironment[], results: ScanResult[], list: ScanException[]): void {
  const objects = environments.reduce((sum, each) => sum + each.objects.length, 0);
  console.log(`${objects} objects of ${environments.map(({ environment }) => environment).join(", ")}`);
  for (const result of results) console.log(summary(result, review(result.findings, list)));
  const { open, unused } = review(
    results.flatMap(({ findings }) => findings),
    list,
  );
  for (const finding of open) console.log(`  ${findingText(finding)}`);
  for (const entry of unused) console.log(`  ${EXCEPTIONS_FILE}: ${entry}: covers nothing any more; remove it`);
  const problems = [
    ...(open.length > 0
      ? [
          `expected no findings, found ${open.length}; fix each in its chart, or add it with a reason to ${EXCEPTIONS_FILE}`,
        ]
      : []),
    ...(unused.length > 0
      ? [
          `expected every exception to cover a finding, found ${unused.length} that cover none; remove them from ${EXCEPTIONS_FILE}`,
        ]
      : []),
  ];
  if (problems.length > 0) throw new Failure(`scan: ${problems.join(", and ")}`);
}

const summary = ({ scanner, checks, findings }: ScanResult, { open, used }: Reviewed) =>
  `${scanner}: ${checks} checks, ${findings.length - open.length} findings covered by ${used.length} exceptions, ${open.length} others`;

export const findingText = ({ scanner, check, environment, object, text, fix }: ScanFinding) =>
  `${environment}: ${object}: ${text}; ${fix} (${scanner} ${check})`;
