// A chart that renders differently each time, or on an upgrade: refused, with what asks for it. Does not prove: that every call
// is known whose result changes.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ChartArgs, renderCharts } from "../../src/render/chart.ts";
import { helmTemplate } from "../../src/render/helm-cli.ts";
import { providerLike, withCharts } from "../support/chart.ts";

const CHARTS = resolve(import.meta.dirname, "../charts");
const web: ChartArgs = {
  chart: "./web",
  release: "web-dev",
  namespace: "shop-dev",
  values: { env: { LEVEL: "info" } },
};
const LABELS = "  labels:\n";

describe("a chart that renders differently each time is refused", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(CHARTS, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const service = () => join(folder, "web/templates/service.yaml");
  const edit = (from: string, to: string) => {
    const text = readFileSync(service(), "utf8");
    assert.ok(text.includes(from));
    writeFileSync(service(), text.replace(from, to));
  };
  const rendered = (chart = web) =>
    renderCharts({ chart }, helmTemplate(folder)).then(
      () => "the same",
      ({ message }) => message,
    );

  for (const [call, action] of [
    ["randAlphaNum", "{{ randAlphaNum 8 | quote }}"],
    ["now", '{{ now | date "2006-01-02" | quote }}'],
    ["uuidv4", "{{- /* why */}}\n      {{ uuidv4 }}"],
  ]) {
    it(`by ${call}`, async () => {
      edit(LABELS, `${LABELS}    x: ${action}\n`);
      const lines = readFileSync(service(), "utf8").split("\n");
      const line = lines.findIndex((each) => each.includes(`{{ ${call}`)) + 1;
      assert.equal(
        await rendered(),
        `web renders differently each time, so that every update would change Service web-dev (metadata.labels.x): templates/service.yaml:${line} calls ${call}; take the value from a Secret or from values.yaml`,
      );
    });
  }

  it("by a value that the chart evaluates", async () => {
    const said = await rendered({ ...web, values: { env: { NONCE: "{{ randAlphaNum 8 }}" } } });
    assert.match(said, /would change .*\[NONCE\]\.value\): value env\.NONCE:1 calls randAlphaNum; /);
  });

  for (const [what, action] of [
    ["in a comment", "{{- /* randAlphaNum 8 */}}"],
    ["in a text", '    x: {{ "now" | quote }}'],
    ["whose result is not used", "    x: {{ uuidv4 | trunc 0 | quote }}"],
    ["whose order is fixed", '    x: {{ keys .Values.env | sortAlpha | join "-" | sha256sum | trunc 8 | quote }}'],
  ]) {
    it(`but not for a call ${what}`, async () => {
      edit(LABELS, `${LABELS}${action}\n`);
      assert.equal(await rendered(), "the same");
    });
  }
});

describe("a chart that renders otherwise on an upgrade is refused", () => {
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
  const said = (object: string, place: string, asked: string) =>
    `charts/web renders otherwise on an upgrade than on an install, so that what a cluster has of ${object} would depend on how it got there: ${place} asks ${asked}; ask a value instead, or make the object a hook (helm.sh/hook: pre-upgrade)`;
  const rendered = (files: Record<string, string>, values: ChartArgs["values"] = {}) =>
    withCharts({ web: files }, async (folder) => {
      const template = providerLike(folder);
      const outcome = await renderCharts({ web: { ...web, chart: "./charts/web", values } }, template).then(
        () => "the same",
        ({ message }) => message,
      );
      return [outcome, template.asked];
    });
  const inner = { "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 0.1.0\n" };

  for (const [what, files, sentence] of [
    [
      "by an object that is there only then",
      { "templates/a.yaml": `{{ if .Release.IsUpgrade }}\n${map("b")}{{ end }}` },
      said("ConfigMap b", "templates/a.yaml:1", ".Release.IsUpgrade"),
    ],
    [
      "by one that is there only before",
      { "templates/a.yaml": `${map("a")}---\n{{ with 1 }}{{ if $.Release.IsInstall }}\n${map("b")}{{ end }}{{ end }}` },
      said("ConfigMap b", "templates/a.yaml:5", "$.Release.IsInstall"),
    ],
    [
      "by the number of the revision",
      { "templates/a.yaml": `${map("a")}data: { a: "{{ .Release.Revision }}" }\n` },
      said("ConfigMap a (data.a)", "templates/a.yaml:4", ".Release.Revision"),
    ],
    [
      "in a chart inside, by its values",
      {
        ...inner,
        "charts/inner/values.yaml": 'a: "{{ .Release.IsUpgrade }}"\n',
        "charts/inner/templates/a.yaml": `${map("a")}data: { a: {{ tpl .Values.a . | quote }} }\n`,
      },
      said("ConfigMap a (data.a)", "charts/inner/values.yaml:1", ".Release.IsUpgrade"),
    ],
    [
      "by one that does not render then",
      { "templates/a.yaml": `{{ if .Release.IsUpgrade }}{{ fail "no" }}{{ end }}\n${map("a")}` },
      "charts/web does not render on an upgrade for web-dev: execution error at (web/templates/a.yaml:1:30): no; fix the chart, or the value that it gets",
    ],
  ] as [string, Record<string, string>, string][]) {
    it(what, async () => assert.deepEqual(await rendered(files), [sentence, 2]));
  }

  it("by a value of the program that the chart evaluates", async () => {
    const files = { "templates/a.yaml": `${map("a")}data: { a: {{ tpl .Values.a . | quote }} }\n` };
    const values = { a: '{{ ternary "x" "y" .Release.IsUpgrade }}' };
    assert.deepEqual(await rendered(files, values), [
      said("ConfigMap a (data.a)", "value a:1", ".Release.IsUpgrade"),
      2,
    ]);
  });

  it("but not where it makes no difference, in notes, or of another thing's name", async () => {
    const same = { "templates/a.yaml": `{{ if .Release.IsUpgrade }}{{ end }}\n${map("a")}` };
    assert.deepEqual(await rendered(same), ["the same", 2]);
    const other = {
      "templates/NOTES.txt": "{{ if .Release.IsInstall }}Welcome{{ end }}",
      "templates/a.yaml": `{{/* .Release.IsUpgrade */}}\n${map('{{ ".Release.IsUpgrade" | trunc 0 }}a')}`,
    };
    assert.deepEqual(await rendered(other), ["the same", 1]);
  });
});
