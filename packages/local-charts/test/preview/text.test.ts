// What a preview says of the changes of a release. Does not prove: where it is shown.
import { strict as assert } from "node:assert";
import { compare } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { type Basis, type Entry, type Report, report } from "../../src/preview/report.ts";
import { foldedLines, headline, isFolded, objectLines, previewText, runLines } from "../../src/preview/text.ts";
import { CONTAINER, deployment, NAMESPACE, simple } from "../support/objects.ts";

describe("what the preview lists", () => {
  const labelled = (version: string, kind = "Service") =>
    simple(kind, {}, { labels: { "helm.sh/chart": `shop-${version}` } });
  const REVISION: Basis = { from: "deployed", revision: 3 };
  const text = (before: KubernetesObject[], after: KubernetesObject[], basis: Basis = REVISION) =>
    previewText(
      report("shop-test", NAMESPACE, basis, compare(before, after, NAMESPACE), after),
      "make diff ENV=test",
    ).split("\n");

  it("nothing where nothing changes", () => assert.deepEqual(text([deployment()], [deployment()]), [""]));

  it("objects, what follows, fields, and the hooks that run", () => {
    const hook = simple("Job", {}, { name: "migration", annotations: { "helm.sh/hook": "pre-install,pre-upgrade" } });
    const changed = deployment((container) => Object.assign(container, { image: "app:2" }));
    assert.deepEqual(text([deployment(), simple("Service"), hook], [changed, simple("ConfigMap"), hook]), [
      "shop-test, compared with revision 3: objects 1 added, 1 changed, 1 removed",
      "  ~ Deployment app",
      "    ! its pods are replaced",
      `    ${CONTAINER}.image: "app:1" → "app:2"`,
      "  + ConfigMap one",
      "  - Service one",
      "  runs Job migration (pre-upgrade)",
    ]);
  });

  it("the chart's version in one line for all objects", () => {
    const both = (version: string) => [labelled(version), labelled(version, "ServiceAccount")];
    assert.deepEqual(text(both("1"), both("2")), [
      "shop-test, compared with revision 3: objects 2 changed",
      '  ~ helm.sh/chart: "shop-1" → "shop-2" on Service one, ServiceAccount one',
    ]);
  });

  it("a checksum in one line, and that the pods are replaced", () => {
    const summed = (sum: string) =>
      deployment((_, spec) =>
        Object.assign(spec.template as object, { metadata: { annotations: { "checksum/secrets": sum } } }),
      );
    assert.deepEqual(text([summed("a")], [summed("b")]), [
      "shop-test, compared with revision 3: objects 1 changed",
      "  ~ Deployment app",
      "    ! its pods are replaced",
      '  ~ checksum/secrets: "a" → "b" on Deployment app',
    ]);
  });

  it("no more than a screen", () => {
    const many = (length: number) =>
      Array.from({ length }, (_, index) => simple("ConfigMap", {}, { name: `c${index}` }));
    const lines = text([], many(20));
    assert.equal(lines.length, 15);
    assert.deepEqual(lines.slice(-2), ["  … 8 more objects", "  all of it: make diff ENV=test"]);
  });

  it("a long value from shortly before it differs", () => {
    const command = (end: string) => [simple("ConfigMap", { data: { script: `${"set -e; ".repeat(20)}${end}` } })];
    assert.deepEqual(text(command("run a"), command("run b")).slice(2), [
      '    data.script: …set -e; set -e; run a" → …set -e; set -e; run b"',
    ]);
  });

  it("tells of no changes only where no cluster was asked", () => {
    const told = (basis: Basis) => previewText(report("r", NAMESPACE, basis, [], []), "make diff ENV=test") !== "";
    assert.equal(told({ from: "deployed", revision: 2 }), false);
    assert.equal(told({ from: "last known", at: "2026-01-02T03:04:05Z", reason: "no answer" }), true);
  });

  it("says what it was compared with", () => {
    const line = (basis: Basis) => headline(report("r", NAMESPACE, basis, [], []));
    assert.equal(line({ from: "nothing" }), "r, not installed yet: no object changes");
    assert.equal(
      line({ from: "deployed", revision: 2, later: "failed" }),
      "r, compared with revision 2 (a later one is failed): no object changes",
    );
    assert.equal(
      line({ from: "last known", at: "2026-01-02T03:04:05Z", reason: "no answer" }),
      "r, the cluster could not be asked (no answer); compared with what this machine knew at 2026-01-02 03:04 UTC: no object changes",
    );
    assert.equal(
      line({ from: "unknown", reason: "no answer" }),
      "r, the cluster could not be asked (no answer) and this machine has not seen the release; all that it would install: no object changes",
    );
  });
});

describe("the lines of a preview", () => {
  const entry = (rest: Partial<Entry> = {}): Entry => ({
    ...{
      what: "changed",
      object: "Service a",
      hook: [],
      fields: ["a: 1 → 2"],
      noise: [],
      notes: [],
      before: "",
      after: "",
    },
    ...rest,
  });
  const of = (entries: Entry[], runs: string[] = [], basis: Basis = { from: "nothing" }): Report => ({
    release: "r",
    basis,
    entries,
    runs,
  });
  const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`);

  it("of an object are bounded", () => {
    assert.deepEqual(objectLines(entry({ hook: ["test", "pre-upgrade"], notes: ["n"], fields: fields(3) }), 3), [
      ...["~ Service a (hook: test, pre-upgrade)", "  ! n", "  f0", "  f1", "  f2"],
    ]);
    assert.deepEqual(objectLines(entry({ what: "removed", fields: fields(5) }), 3), [
      "- Service a",
      "  f0",
      "  f1",
      "  f2",
      "  … 2 more fields",
    ]);
  });

  it("say where all of it is, where something is left out", () => {
    const last = (entries: Entry[], all?: string) => previewText(of(entries), all).split("\n").at(-1);
    const objects = (count: number) => Array.from({ length: count }, () => entry());
    assert.equal(last(objects(12), "make diff"), "    a: 1 → 2");
    assert.equal(last(objects(13), "make diff"), "  all of it: make diff");
    assert.equal(last(objects(13)), "  … 1 more objects");
    assert.equal(last([entry(), entry({ fields: fields(6) })], "make diff"), "    f5");
    assert.equal(last([entry(), entry({ fields: fields(7) })], "make diff"), "  all of it: make diff");
    assert.equal(last([entry({ fields: fields(7) })]), "    … 1 more fields");
  });

  it("fold what only noise differs in, and nothing else", () => {
    const noise = ["helm.sh/chart: 1 → 2"];
    const cases: [entry: Partial<Entry>, folded: boolean][] = [
      [{ fields: [] }, true],
      [{ fields: [], what: "added" }, false],
      [{ fields: [], notes: ["n"] }, false],
      [{}, false],
    ];
    for (const [rest, folded] of cases) assert.equal(isFolded(entry(rest)), folded, JSON.stringify(rest));
    assert.deepEqual(
      foldedLines([entry({ noise }), entry({ noise, object: "Job b" }), entry({ noise: ["x: 1 → 2"] })]),
      ["~ helm.sh/chart: 1 → 2 on Service a, Job b", "~ x: 1 → 2 on Service a"],
    );
  });

  it("name the hooks that run", () => {
    assert.deepEqual([runLines([]), runLines(["a", "b"])], [[], ["runs a, b"]]);
    assert.equal(
      previewText(of([entry()], ["Job b (pre-install)"]))
        .split("\n")
        .at(-1),
      "  runs Job b (pre-install)",
    );
  });

  it("are none where a cluster has nothing installed and nothing would be", () => {
    assert.equal(previewText(of([])), "");
    assert.equal(previewText(of([], [], { from: "unknown", reason: "x" })).split("\n").length, 1);
  });

  it("count objects by what happens to them", () => {
    assert.equal(
      headline(of([entry({ what: "removed" }), entry(), entry()])),
      "r, not installed yet: objects 2 changed, 1 removed",
    );
  });
});
