// What a pull request's comment says of two snapshots of every environment.
// Does not prove: that a snapshot is what a checkout would deploy (test/components/parts.test.ts, test/index.test.ts), that GitHub
// shows it, nor the workflows that post it.
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "local-charts/objects";
import { LIMIT, MARKER, markdown, type PullRequest } from "../../../ops/pr-report/markdown.ts";
import type { EnvironmentSnapshot } from "../../../ops/pr-report/snapshot.ts";

const deployment = (image: string, env: { name: string; value: string }[] = []): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { replicas: 2, template: { spec: { containers: [{ name: "web", image, env }] } } },
});
const claim: KubernetesObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  spec: { resources: { requests: { storage: "1Gi" } } },
};
const shot = (objects: KubernetesObject[], rest: Partial<EnvironmentSnapshot> = {}): EnvironmentSnapshot => ({
  namespace: "todo-prod",
  standIns: {},
  releases: { "web-prod": objects },
  findings: [],
  mandatory: true,
  ...rest,
});
const report = (base: EnvironmentSnapshot | undefined, head: EnvironmentSnapshot | undefined, rest = {}) => {
  const pull: PullRequest = {
    base: base ? { prod: base } : {},
    head: head ? { prod: head } : {},
    previews: {},
    ...rest,
  };
  return markdown(pull);
};
const row = (text: string, stack = "prod") => text.split("\n").find((line) => line.startsWith(`| ${stack} |`));

describe("a pull request's comment", () => {
  it("says what changes, what restarts, and how the preview ended", () => {
    const previews = { prod: { failed: false, text: "Resources:\n    + 13 to create" } };
    assert.equal(
      report(shot([deployment("web:1")]), shot([deployment("web:2")]), { previews }),
      [
        MARKER,
        "## What merging this would change",
        "",
        "| environment | objects | pods replaced | destroyed | rules newly broken | `pulumi preview` |",
        "| --- | --- | --- | --- | --- | --- |",
        "| prod | 1 changed | web | – | – | passes |",
        "",
        "### prod",
        "",
        "<details><summary>web-prod: 1 changed</summary>",
        "",
        "```diff",
        "! Deployment web",
        "  ! its pods are replaced",
        '  spec.template.spec.containers[web].image: "web:1" → "web:2"',
        "```",
        "",
        "</details>",
        "",
        "<details><summary><code>pulumi preview</code> passes, on an empty stack and without a cluster, so that no object was shown to an API server</summary>",
        "",
        "```text",
        "Resources:",
        "    + 13 to create",
        "```",
        "",
        "</details>",
        "",
      ].join("\n"),
    );
  });

  it("says when nothing changes", () => {
    const text = report(shot([deployment("web:1")]), shot([deployment("web:1")]));
    assert.equal(row(text), "| prod | – | – | – | – | not run |");
    assert.ok(text.includes("### prod\n\nNothing changes.\n"));
  });

  it("has in bold what nobody gets back", () => {
    const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "todo-old" } };
    const text = report(shot([claim, namespace]), shot([]));
    assert.equal(
      row(text),
      "| prod | 2 removed | – | **PersistentVolumeClaim data**, **Namespace todo-old** | – | not run |",
    );
    assert.match(text, /^- \*\*PersistentVolumeClaim data\*\*: the volume and its data go with it/m);
    assert.match(text, /^- \*\*Namespace todo-old\*\*: everything in the namespace goes with it/m);
  });

  it("names rules that are newly broken, not those that were before", () => {
    const text = report(shot([], { findings: ["K-005 old"] }), shot([], { findings: ["K-005 old", "C-003 new"] }));
    assert.equal(row(text), "| prod | – | – | – | 1 (ends the deployment) | not run |");
    assert.ok(text.includes("- **Rule newly broken:** C-003 new\n"));
    assert.ok(!text.includes("K-005"));
    const advisory = shot([], { findings: ["C-003 new"], mandatory: false });
    assert.equal(row(report(shot([]), advisory)), "| prod | – | – | – | 1 | not run |");
  });

  it("says why an environment cannot be deployed, and nothing else of it", () => {
    const text = report(shot([deployment("web:1")]), shot([], { problem: "helm/web does not render" }));
    assert.equal(row(text), "| prod | **refused** | – | – | – | not run |");
    assert.ok(text.endsWith("**It cannot be deployed like this:**\n\n```text\nhelm/web does not render\n```"));
  });

  it("says what becomes of an environment whose stack file goes", () => {
    const text = report(shot([claim]), undefined);
    assert.equal(row(text), "| prod | stack file removed | – | – | – | – |");
    assert.ok(text.includes("What is deployed stays, namespace and data included"));
  });

  it("shows everything as new where the base cannot be rendered, and says why", () => {
    const text = report(undefined, shot([claim]), { baseProblem: "The base has no such program" });
    assert.ok(text.includes("> The base has no such program; everything is shown as new."));
    assert.equal(row(text), "| prod | 1 added | – | – | – | not run |");
  });

  it("begins with what is protected", () => {
    const all = {
      dev: shot([]),
      lab: shot([]),
      prod: shot([], { protected: true }),
      a: shot([], { protected: false }),
    };
    const titles = [...markdown({ base: {}, head: all, previews: {} }).matchAll(/^### (.+)$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(titles, ["prod", "a", "dev", "lab"]);
  });

  it("holds no secret, in the clear, in a URL, as base64, in findings, problems or previews", () => {
    const canary = "Canary7f3a9c21Kx8Lq2Zt";
    const base64 = Buffer.from(`password=${canary}`).toString("base64");
    const env = [
      { name: "API_TOKEN", value: canary },
      { name: "LINK", value: `postgresql://me:${canary}@db.example.org/x` },
      { name: "BLOB", value: base64 },
    ];
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { a: canary } };
    const findings = [`C-007 LINK is postgresql://me:${canary}@db.example.org/x`];
    const previews = { prod: { failed: true, text: `error: token=${canary}` } };
    const changed = report(shot([deployment("web:1")]), shot([deployment("web:1", env), secret], { findings }), {
      previews,
    });
    const refused = report(undefined, shot([], { problem: `bad URL postgresql://me:${canary}@db/x` }));
    for (const text of [changed, refused]) {
      assert.ok(!text.includes(canary), text);
      assert.ok(!text.includes(base64), text);
    }
    assert.match(changed, /API_TOKEN/);
  });

  it("cannot be ended from inside a block, and stays below the limit", () => {
    const many = Array.from({ length: 400 }, (_, index) => ({ name: `V${index}`, value: "```\n</details>\n# x" }));
    const environments = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `lab${index}`,
        shot(many.map((env, at) => ({ ...deployment("web:1", [env]), metadata: { name: `web${at}` } }))),
      ]),
    );
    const text = markdown({ base: {}, head: environments, previews: {} });
    assert.ok(text.length <= LIMIT, `${text.length}`);
    assert.match(text, /\*\*Cut here, for the length of a comment:\*\* lab\d+, /);
    const one = report(shot([deployment("web:1")]), shot([deployment("web:1", many)]));
    assert.equal([...one.matchAll(/^```/gm)].length, 2);
    assert.ok(one.length < LIMIT);
  });
});
