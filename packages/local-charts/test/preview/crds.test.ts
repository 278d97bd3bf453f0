// What a preview says of crds/: what a first install makes, and what no update will. Does not prove: that Helm does so.
import { strict as assert } from "node:assert";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { changesOf, readDeployed } from "../../src/preview/changes.ts";
import { definitionLines, readDefinitions } from "../../src/preview/crds.ts";
import { previewText } from "../../src/preview/text.ts";
import { withCharts } from "../support/chart.ts";
import { type FakeRecord, fakeCluster, helmSecret } from "../support/fake-cluster.ts";

const definition = (name: string) =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: ${name} }\n`;
const FILES = {
  "crds/a.yaml": `${definition("a.example.org")}---\n${definition("b.example.org")}---\n`,
  "crds/more/c.yaml": definition("b.example.org"),
  "crds/notes.md": "# [",
  "crds/other.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n",
  "charts/inner/crds/d.yaml": definition("d.example.org"),
};
const objects = [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }];
const record: FakeRecord = { release: "web", revision: 3, status: "deployed", objects };
const never = "makes it with a first install alone: move it to templates/, or apply it yourself";

/** What a preview says with these releases and definitions in the cluster; and what was asked. */
async function said(records: FakeRecord[], there: string[], { status = 200, files = FILES } = {}) {
  const before = process.env.KUBECONFIG;
  const answer = (_: string, path: string) => {
    const [, name] = /customresourcedefinitions\/(.*)$/.exec(path) ?? [];
    return name === undefined ? { items: records.map(helmSecret) } : there.includes(name) ? {} : undefined;
  };
  const cluster = await fakeCluster("lab", answer, status);
  process.env.KUBECONFIG = cluster.kubeconfig;
  try {
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "shop",
      "dev",
      true,
    );
    return await withCharts({ web: files }, async (folder) => {
      const chart = { chart: join(folder, "charts/web"), release: "web", namespace: "shop", objects };
      const [found, definitions] = [await readDeployed("lab", ["shop"]), await readDefinitions("lab", [chart])];
      const report = changesOf([chart], found, join(folder, "memory"), definitions).get("shop/web");
      const text = report && previewText(report).replaceAll(/127\.0\.0\.1:\d+/g, "lab");
      return { text: text?.split("\n"), asked: cluster.asked.filter((path) => path.includes("definitions")) };
    });
  } finally {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    await cluster.close();
  }
}

describe("crds/", () => {
  it("is said to be made by a first install, where it is not there yet", async () => {
    const { text, asked } = await said([], ["b.example.org"]);
    assert.deepEqual(text, [
      "web, not installed yet: objects 1 added",
      "  + ConfigMap a",
      "  + CustomResourceDefinition a.example.org of crds/, which Helm never changes or removes",
      "  + CustomResourceDefinition d.example.org of crds/, which Helm never changes or removes",
    ]);
    assert.equal(asked.length, 3);
  });

  it("is said to be left out by an update where it came later, though nothing else changes", async () => {
    const { text } = await said([record], ["b.example.org", "d.example.org"]);
    assert.deepEqual(text, [
      "web, compared with revision 3: no object changes",
      `  ! CustomResourceDefinition a.example.org of crds/ is not in the cluster, and Helm ${never}`,
    ]);
  });

  it("is not spoken of where all of it is there, or where there is none", async () => {
    const all = ["a.example.org", "b.example.org", "d.example.org"];
    assert.deepEqual((await said([record], all)).text, [""]);
    const none = { "crds/other.yaml": FILES["crds/other.yaml"] } as never;
    assert.deepEqual(await said([record], [], { files: none }), { text: [""], asked: [] });
  });

  it("is named where it may not be asked for", async () => {
    assert.deepEqual(definitionLines([{ name: "a", there: "lab answered 403" }], "deployed"), [
      `! CustomResourceDefinition a of crds/ could not be asked for (lab answered 403), and Helm ${never}`,
    ]);
    const { text } = await said([record], [], { status: 403 });
    assert.match(text?.[0] ?? "", /^web, the cluster could not be asked \(the API server answered 403\)/);
    assert.equal(
      text?.some((line) => line.includes("crds/")),
      false,
    );
  });
});
