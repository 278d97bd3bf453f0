// kube-score, built from its Go module.

import { execa } from "execa";
import type { KubernetesObject } from "local-charts/objects";
import { stringify } from "yaml";
import { KUBERNETES_VERSION } from "../../settings/kubernetes-version.ts";
import { Failure } from "../../tools/program.ts";
import type { ScannedEnvironment } from "./environments.ts";
import type { ScanFinding, ScanResult } from "./finding.ts";

const OK = 10;

/** What `--output-format json` prints of an object, as far as it is read here. */
export interface ScoredObject {
  type_meta: { kind: string };
  object_meta: { name: string };
  checks: {
    check: { id: string; name: string };
    grade: number;
    skipped: boolean;
    comments: { path: string; summary: string; description: string }[] | null;
  }[];
}

export async function kubeScore(environments: ScannedEnvironment[]): Promise<ScanResult> {
  const results = await Promise.all(
    environments.map(async ({ environment, objects }) => scored(environment, await score(objects))),
  );
  return {
    scanner: "kube-score",
    checks: results.reduce((sum, { checks }) => sum + checks, 0),
    findings: results.flatMap(({ findings }) => findings),
  };
}

async function score(objects: KubernetesObject[]): Promise<ScoredObject[]> {
  const version = `v${KUBERNETES_VERSION.split(".").slice(0, 2).join(".")}`;
  const args = ["score", "--output-format", "json", "--kubernetes-version", version, "-"];
  const input = objects.map((object) => stringify(object)).join("---\n");
  const { stdout, stderr, exitCode, shortMessage } = await execa("kube-score", args, { input, reject: false });
  // 1 is its word for findings.
  if (exitCode === 0 || (exitCode === 1 && stdout.startsWith("["))) return JSON.parse(stdout);
  throw new Failure(`kube-score: expected its findings, found ${stderr.trim() || shortMessage}`);
}

/** What it says of one environment. */
export function scored(environment: string, objects: ScoredObject[]): Omit<ScanResult, "scanner"> {
  const made = objects.flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ skipped }) => !skipped)
      .map((check) => ({ ...check, object: `${type_meta.kind} ${object_meta.name}` })),
  );
  const findings = made
    .filter(({ grade }) => grade < OK)
    .map(({ check, comments, object }): ScanFinding => {
      const said = (comments ?? []).map(({ path, summary }) => [path, summary].filter(Boolean).join(": "));
      const advice = (comments ?? []).map(({ description }) => description);
      return {
        ...{ scanner: "kube-score", check: check.id, environment, object },
        text: [...new Set(said)].join("; ") || check.name,
        fix: [...new Set(advice)].filter(Boolean).join(" ") || check.name,
      };
    });
  return { checks: made.length, findings };
}
