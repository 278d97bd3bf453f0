// How the scanners' own words are read. Does not prove that they speak like this; test/e2e/scan.test.ts runs them.
import { strict as assert } from "node:assert";
import { reported } from "../../../ops/scan/checkov.ts";
import { scored } from "../../../ops/scan/kube-score.ts";

it("checkov: the file is the environment, the namespace is no part of the name", () => {
  const failed = {
    ...{ check_id: "CKV_K8S_16", check_name: "Container should not be privileged", file_path: "/dev.yaml" },
    ...{ resource: "Deployment.todo-dev.api.v1", guideline: null },
  };
  const summary = { passed: 5, failed: 1, parsing_errors: 0 };
  const { checks, findings } = reported({ summary, results: { failed_checks: [failed] } });
  assert.equal(checks, 6);
  assert.deepEqual(findings, [
    {
      ...{ scanner: "checkov", check: "CKV_K8S_16", environment: "dev", object: "Deployment api.v1" },
      ...{ text: "Container should not be privileged", fix: "Container should not be privileged" },
    },
  ]);
  assert.throws(() => reported({ summary: { ...summary, parsing_errors: 2 }, results: { failed_checks: [] } }), {
    message: "checkov: expected to read all objects, found 2 files that it cannot read",
  });
});

it("kube-score: warnings are findings too; what it skips was not checked", () => {
  const comment = { path: "api", summary: "The container is privileged", description: "Set it to false." };
  const check = { id: "container-security-context-privileged", name: "Privileged" };
  const one = (grade: number, skipped = false) => ({ check, grade, skipped, comments: grade < 10 ? [comment] : null });
  const { checks, findings } = scored("dev", [
    { type_meta: { kind: "Pod" }, object_meta: { name: "a-dev" }, checks: [one(10), one(5), one(1), one(1, true)] },
  ]);
  assert.equal(checks, 3);
  const expected = {
    ...{ scanner: "kube-score", check: check.id, environment: "dev", object: "Pod a-dev" },
    ...{ text: "api: The container is privileged", fix: "Set it to false." },
  };
  assert.deepEqual(findings, [expected, expected]);
});
