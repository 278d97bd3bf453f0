// The text of `make diff`. Does not prove: that `pulumi preview --json` and the program write what is read here.
import { strict as assert } from "node:assert";
import type { Entry, FullReport } from "local-charts/objects";
import { describe, it } from "mocha";
import { coloured, fullText, type Preview } from "../../../ops/diff/text.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::todo::todo:index:X$${type}::${name}`;
const RELEASE = urn("kubernetes:helm.sh/v3:Release", "todo-backend");
const steps = (op: string): Preview => ({
  steps: [
    { op, urn: RELEASE, detailedDiff: { description: {} } },
    { op: "same", urn: urn("kubernetes:core/v1:Namespace", "namespace") },
  ],
  changeSummary: {},
});
const entry: Omit<Entry, "fields" | "before" | "after"> = {
  what: "changed",
  object: "Deployment app",
  hook: [] as string[],
  noise: [],
  notes: ["its pods are replaced"],
};
const report = (entries: FullReport["entries"]): FullReport => ({
  ...{
    chart: "todo-backend",
    release: "todo-backend-dev",
    basis: { from: "deployed", revision: 3 },
    entries,
    runs: ["Job x (pre-upgrade)"],
  },
  ...{
    headline: "todo-backend-dev, compared with revision 3: objects 1 changed",
    folded: ["~ helm.sh/chart: 1 → 2 on Service a"],
  },
});
const change = {
  ...entry,
  fields: ["spec.replicas: 1 → 2"],
  before: "a: 1\nreplicas: 1\n",
  after: "a: 1\nreplicas: 2\n",
};
const folded = { ...entry, object: "Service a", notes: [], fields: [], before: "x: 1\n", after: "x: 2\n" };

describe("the text of make diff", () => {
  it("is empty when nothing would change", () => assert.equal(fullText(steps("same"), [report([])]), ""));

  it("has Pulumi's own changes, then each object as a unified diff, then what is folded", () => {
    assert.deepEqual(fullText(steps("update"), [report([change, folded])]).split("\n"), [
      "update kubernetes:helm.sh/v3:Release todo-backend: description",
      "",
      "todo-backend-dev, compared with revision 3: objects 1 changed",
      "",
      "! Deployment app: its pods are replaced",
      "--- Deployment app",
      "+++ Deployment app",
      "@@ -1,2 +1,2 @@",
      " a: 1",
      "-replicas: 1",
      "+replicas: 2",
      "~ helm.sh/chart: 1 → 2 on Service a",
      "runs Job x (pre-upgrade)",
      "",
    ]);
  });

  it("says that Pulumi's state has not noticed what somebody did with Helm", () => {
    const lines = fullText(steps("same"), [report([change])]).split("\n");
    assert.equal(lines[1], "! Pulumi takes this release for unchanged; `pulumi refresh` makes it see what Helm has");
  });

  it("of an object that is added or removed, all lines", () => {
    const added: Entry = { ...change, what: "added", before: "", fields: [], notes: [] };
    const text = fullText(steps("update"), [report([added])]);
    assert.match(text, /--- \/dev\/null\n\+\+\+ Deployment app\n@@ -0,0 \+1,2 @@\n\+a: 1\n\+replicas: 2\n/);
  });

  it("is coloured as git does it", () => {
    assert.equal(coloured("-a\n+b\n c\n"), "\u001b[31m-a\u001b[0m\n\u001b[32m+b\u001b[0m\n c\n");
  });
});
