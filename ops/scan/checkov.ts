// checkov, from PyPI, in a virtual environment of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { Failure } from "../../tools/program.ts";
import type { ScannedEnvironment } from "./environments.ts";
import type { ScanFinding, ScanResult } from "./finding.ts";

/** What `--output json` prints, as far as it is read here. */
export interface CheckovReport {
  summary: { passed: number; failed: number; parsing_errors: number };
  results: {
    failed_checks: {
      check_id: string;
      check_name: string;
      resource: string;
      file_path: string;
      guideline: string | null;
    }[];
  };
}

/** @param program path of checkov */
export async function checkov(program: string, environments: ScannedEnvironment[]): Promise<ScanResult> {
  const folder = mkdtempSync(join(tmpdir(), "checkov-"));
  try {
    for (const { environment, objects } of environments) {
      writeFileSync(join(folder, `${environment}.yaml`), objects.map((object) => stringify(object)).join("---\n"));
    }
    return reported(await scan(program, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scan(program: string, folder: string): Promise<CheckovReport> {
  // Nothing is sent or fetched: neither findings nor the texts of its maker's platform.
  const args = ["--directory", folder, "--framework", "kubernetes", "--output", "json", "--quiet", "--compact"];
  const { stdout, stderr, exitCode, shortMessage } = await execa(program, [...args, "--skip-download"], {
    reject: false,
    env: { LOG_LEVEL: "ERROR" },
  });
  // 1 is its word for findings.
  if (exitCode === 0 || (exitCode === 1 && stdout.trimStart().startsWith("{"))) return JSON.parse(stdout);
  throw new Failure(`checkov: expected its findings, found ${stderr.trim() || shortMessage}`);
}

/** What it says of all environments, each of which is a file that has its name. */
export function reported({ summary, results }: CheckovReport): ScanResult {
  if (summary.parsing_errors > 0) {
    throw new Failure(
      `checkov: expected to read all objects, found ${summary.parsing_errors} files that it cannot read`,
    );
  }
  const findings = results.failed_checks.map(
    ({ check_id, check_name, resource, file_path, guideline }): ScanFinding => {
      const [kind, , ...name] = resource.split(".");
      return {
        ...{ scanner: "checkov", check: check_id, environment: file_path.replace(/^\/|\.yaml$/g, "") },
        object: `${kind} ${name.join(".")}`,
        text: check_name,
        fix: guideline ?? check_name,
      };
    },
  );
  return { scanner: "checkov", checks: summary.passed + summary.failed, findings };
}
