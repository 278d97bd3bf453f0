// What the list of exceptions covers. Does not prove: that scanners find what it names; `make scan` does.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readScanExceptions, review, type ScanException } from "../../../ops/scan/exceptions.ts";
import type { ScanFinding } from "../../../ops/scan/finding.ts";
import { conclude } from "../../../ops/scan/report.ts";

const finding: ScanFinding = {
  ...{ scanner: "checkov", check: "CKV_K8S_1", environment: "prod", object: "Job todo-backend-prod-migration" },
  ...{ text: "is privileged", fix: "take it away" },
};
const entry: ScanException = { scanner: "checkov", check: "CKV_K8S_1", reason: "a reason of twenty characters" };
const sorted = (findings: ScanFinding[], list: ScanException[]) => {
  const { open, covered, used, unused } = review(findings, list);
  return { open: open.length, covered: covered.length, used: used.length, unused };
};

describe("exceptions from what scanners find", () => {
  it("cover a check of one scanner, of the named objects and environments", () => {
    const all = { open: 0, covered: 1, used: 1, unused: [] };
    assert.deepEqual(sorted([finding], [entry]), all);
    const narrow = { ...entry, objects: ["Job todo-backend-migration"], environments: ["prod"] };
    assert.deepEqual(sorted([finding], [narrow]), all);
  });

  for (const [what, other] of [
    ["scanner", { scanner: "kube-score" }],
    ["check", { check: "CKV_K8S_2" }],
    ["object", { objects: ["Job todo-backend"] }],
    ["environment", { environments: ["dev"] }],
  ] as [string, Partial<ScanException>][]) {
    it(`cover nothing of another ${what}, and are then said to cover nothing`, () => {
      const one = { ...entry, ...other };
      const name = [one.scanner, one.check, ...(one.objects ?? [])].join(" ");
      assert.deepEqual(sorted([finding], [one]), { open: 1, covered: 0, used: 0, unused: [name] });
    });
  }

  it("are told object by object where one covers nothing any more", () => {
    const objects = ["Job todo-backend-migration", "Pod gone"];
    assert.deepEqual(sorted([finding], [{ ...entry, objects }]).unused, ["checkov CKV_K8S_1 Pod gone"]);
  });

  describe("in their file", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "scan-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const read = (text: string) => {
      writeFileSync(join(folder, "scan-exceptions.yaml"), text);
      return readScanExceptions(folder);
    };

    it("are read, and none where there is no file", () => {
      assert.deepEqual(readScanExceptions(folder), []);
      assert.deepEqual(read("[{ scanner: checkov, check: CKV_K8S_1, reason: a reason of twenty characters }]"), [
        entry,
      ]);
    });

    it("need a scanner that there is, a reason of 20 characters, and no other keys", () => {
      assert.throws(
        () => read("[{ scanner: trivy, check: A, reason: short, object: B }]"),
        new Error(
          [
            "scan-exceptions.yaml is not a list of exceptions.",
            '  entry[0].scanner: expected checkov or kube-score, found "trivy"',
            '  entry[0].reason: expected a reason of 20 or more characters, for whoever reviews the list, found "short"',
            "  entry[0].object: no such key; did you mean objects?",
          ].join("\n"),
        ),
      );
    });
  });
});

describe("what make scan concludes", () => {
  const said: string[] = [];
  const { log } = console;
  beforeEach(() => {
    said.length = 0;
    console.log = (text: string) => said.push(text);
  });
  afterEach(() => {
    console.log = log;
  });
  const environments = [{ environment: "prod", objects: [] }];
  const results = [{ scanner: "checkov", checks: 9, findings: [finding] }];

  it("is fine where exceptions cover all", () => {
    conclude(environments, results, [entry]);
    assert.deepEqual(said.slice(1), ["checkov: 9 checks, 1 findings covered by 1 exceptions, 0 others"]);
  });

  it("fails at a finding, with its object and the fix", () => {
    assert.throws(() => conclude(environments, results, []), {
      message:
        "scan: expected no findings, found 1; fix each in its chart, or add it with a reason to scan-exceptions.yaml",
    });
    assert.equal(
      said.at(-1),
      "  prod: Job todo-backend-prod-migration: is privileged; take it away (checkov CKV_K8S_1)",
    );
  });

  it("fails at an exception that covers nothing", () => {
    assert.throws(() => conclude(environments, [{ ...results[0], findings: [] }], [entry]), {
      message:
        "scan: expected every exception to cover a finding, found 1 that cover none; remove them from scan-exceptions.yaml",
    });
    assert.equal(said.at(-1), "  scan-exceptions.yaml: checkov CKV_K8S_1: covers nothing any more; remove it");
  });
});
