// Documents without a kind: the provider's Helm leaves them out of its answer, and Helm refuses them when it installs.
// Does not prove: that the provider leaves out these and no others; it was looked at in 4.30.
import { strict as assert } from "node:assert";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { prepareCharts } from "../../src/prepare.ts";
import { renderCharts } from "../../src/render/chart.ts";
import { providerLike, withCharts } from "../support/chart.ts";

const WEB = { chart: "./charts/web", release: "web", namespace: "shop", values: {} };
const OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
const LIST = "apiVersion: v1\nkind: List\nitems: []\n";
const NONE = "apiVersion: v1\nmetadata: { name: b }\n";
const said = (template: string, field: string) =>
  `charts/web does not render for web: ${template}: expected documents with apiVersion and kind, found one without ${field}; fix the chart, or the value that it gets`;

/** What a rendering ends with, and how often Helm was asked. */
const rendered = (files: Record<string, string>) =>
  withCharts({ web: files }, async (folder) => {
    const template = providerLike(folder);
    const outcome = await renderCharts({ web: WEB }, template).then(
      ({ web }) => web.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", "),
      (error) => error.message,
    );
    return [outcome, template.asked];
  });

describe("a document without a kind", () => {
  for (const [what, files, template, field] of [
    ["behind an object", { "templates/a.yaml": `${OBJECT}---\n${NONE}` }, "web/templates/a.yaml", "kind"],
    [
      "with one in another case",
      { "templates/a.yaml": NONE.replace("meta", "Kind: A\nmeta") },
      "web/templates/a.yaml",
      "kind",
    ],
    [
      "with one further inside",
      { "templates/a.yaml": `${NONE}roleRef:\n  kind: Role\n` },
      "web/templates/a.yaml",
      "kind",
    ],
    [
      "without a version instead",
      { "templates/b/c.yaml": NONE.replace("apiVersion: v1", "kind: A") },
      "web/templates/b/c.yaml",
      "apiVersion",
    ],
    [
      "in a chart inside, with its values",
      {
        "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 0.1.0\n",
        "charts/inner/values.yaml": "enabled: true\n",
        "charts/inner/templates/a.yaml": `{{ if .Values.enabled }}\n${NONE}{{ end }}`,
      },
      "web/charts/inner/templates/a.yaml",
      "kind",
    ],
  ] as [string, Record<string, string>, string, string][]) {
    it(`is refused ${what}`, async () => {
      assert.deepEqual(await rendered({ "templates/ok.yaml": OBJECT, ...files }), [said(template, field), 2]);
    });
  }

  it("is none where the template makes none in the end, or calls for one", async () => {
    const helpers = `{{ define "labels" }}\na: b\n{{ end }}{{ define "object" }}\n${OBJECT}{{ end }}`;
    const files = { "templates/_a.tpl": helpers, "templates/a.yaml": `{{ if false }}\n${NONE}{{ end }}` };
    assert.deepEqual(await rendered({ ...files, "templates/b.yaml": '{{ include "object" . }}' }), ["ConfigMap a", 2]);
  });

  it("costs nothing where no template can make one", async () => {
    const text = `# why\n---\n${OBJECT}--- # next\n{{- /* why */}}\n{{ range .Values.none }}\n---\n${LIST}{{ end }}`;
    assert.deepEqual(await rendered({ "templates/a.yaml": text, "templates/NOTES.txt": "Hello" }), ["ConfigMap a", 1]);
  });

  it("ends preview and update of a program", () =>
    withCharts({ web: { "templates/a.yaml": NONE } }, async (folder) => {
      const before = process.cwd();
      process.chdir(folder);
      try {
        for (const preview of [true, false]) {
          const made: string[] = [];
          await pulumi.runtime.setMocks(
            {
              newResource: ({ type, name, inputs }) => {
                made.push(type);
                return { id: name, state: inputs };
              },
              call: async ({ inputs }) => ({ result: await providerLike(folder)(JSON.parse(inputs.jsonOpts)) }),
            },
            "shop",
            "dev",
            preview,
          );
          const run = pulumi.runtime.runInPulumiStack(async () => {
            const provider = new kubernetes.Provider("cluster", { context: "lab" });
            await prepareCharts({ web: WEB }, { provider, context: "lab" });
            return undefined;
          });
          await assert.rejects(run, { message: said("web/templates/a.yaml", "kind").replace("for web", "for dev") });
          assert.deepEqual(made, ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes"]);
        }
      } finally {
        process.chdir(before);
      }
    }));
});
