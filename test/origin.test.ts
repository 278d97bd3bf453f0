// From a chart's value back to the key of the stack file, and what an error of Helm says about it.
// Does not prove: that the provider's Helm words its errors like the one on PATH (test/render-chart.test.ts holds both to it).
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../components/helm-template";
import { chartsOf, partsOf } from "../components/parts";
import { originOf, originsOf, valuePaths } from "../components/preview/origin";
import { type ChartArgs, renderCharts } from "../components/render-chart";
import { readSettings } from "../settings";
import { ROOT } from "./support/mocks";

const settings = (stack: string) => readSettings(ROOT, stack, { assumeSecrets: true });
const charts = (stack: string) => chartsOf(partsOf(settings(stack)));

describe("originsOf", () => {
  it("knows the key of the stack file for each value that has one", () => {
    const origins = originsOf(settings("dev"));
    assert.deepEqual(origins["todo-backend"].get("replicaCount"), ["todo:backend.replicas"]);
    assert.deepEqual(origins["todo-backend"].get("env.CORS_ORIGINS"), [
      "todo:origin",
      "todo:backend.variables.corsOrigins",
    ]);
    assert.deepEqual(origins["todo-backend"].get("containerPort"), ["todo:backend.port"]);
    assert.deepEqual(origins["todo-backend"].get("migration.enabled"), ["todo:database.migrations"]);
    assert.deepEqual(origins["todo-frontend"].get("env.API_URL"), [
      "todo:backend.port",
      "todo:frontend.variables.apiUrl",
    ]);
    assert.deepEqual(origins["todo-postgres"].get("persistence.size"), ["todo:database.storageGiB"]);
  });

  it("leaves only what no setting decides", () => {
    const fixed = (stack: string) => {
      const origins = originsOf(settings(stack));
      return charts(stack).flatMap(({ chart, values }) =>
        valuePaths(values).flatMap(([name]) => (origins[chart].has(name) ? [] : `${chart}: ${name}`)),
      );
    };
    const backend = [
      ...["secrets.existingSecret", "secrets.keys.DATABASE_URL"],
      ...["secrets.keys.SECRET_KEY", "secrets.keys.OPENAI_API_KEY", "secrets.keys.AUTH_SECRET", "secrets.optional"],
    ];
    const last = ["migration.activeDeadlineSeconds"];
    const postgres = ["service.port", "auth.existingSecret", "auth.passwordKey", "auth.username", "auth.database"];
    const named = (chart: string, names: string[]) => names.map((name) => `${chart}: ${name}`);
    const without = (mode: string) => [...backend, ...(mode === "external" ? ["secrets.checksum"] : []), ...last];
    assert.deepEqual(
      fixed("dev").sort(),
      [...named("todo-backend", without("inside")), ...named("todo-postgres", postgres)].sort(),
    );
  });
});

describe("an error of Helm says where the value comes from", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(join(ROOT, "helm"), folder, { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What rendering the backend's chart of dev fails with, after a change of its values or files. */
  async function failure(change: (chart: ChartArgs) => void): Promise<string> {
    const [, backend] = structuredClone(charts("dev"));
    change(backend);
    try {
      await renderCharts([backend], helmTemplate, { folder, origin: originOf(settings("dev")) });
    } catch (error) {
      return (error as Error).message;
    }
    throw new assert.AssertionError({ message: "it rendered" });
  }
  const template = (text: string) => writeFileSync(join(folder, "todo-backend/templates/extra.yaml"), text);
  afterEach(() => rmSync(join(folder, "todo-backend/templates/extra.yaml"), { force: true }));
  const SCHEMA =
    "helm/todo-backend does not render for dev: values don't meet the specifications of the schema(s) in the following chart(s): todo-backend: ";

  it("a value of the wrong type", async () => {
    const said = await failure(({ values }) => Object.assign(values, { replicaCount: "two" }));
    assert.equal(
      said,
      `${SCHEMA}- at '/replicaCount': got string, want integer; replicaCount is todo:backend.replicas of Pulumi.dev.yaml`.replace(
        "- ",
        "",
      ),
    );
  });

  it("a value that no key of the stack file decides", async () => {
    const said = await failure(({ values }) =>
      Object.assign(values.migration as object, { activeDeadlineSeconds: "soon" }),
    );
    assert.match(
      said,
      /at '\/migration\/activeDeadlineSeconds': got string, want integer; migration\.activeDeadlineSeconds is set by components\/todo-backend\.ts$/,
    );
  });

  it("a key that the chart does not know", async () => {
    const said = await failure(({ values }) => Object.assign(values, { repliccas: 2 }));
    assert.match(
      said,
      /additional properties 'repliccas' not allowed; repliccas is set by components\/todo-backend\.ts$/,
    );
  });

  it("a template that fails with the value's name", async () => {
    template('{{- fail (printf "image.tag (%s) is no tag" .Values.image.tag) }}\n');
    const said = await failure(() => {});
    assert.match(
      said,
      /execution error at \(todo-backend\/templates\/extra\.yaml:1:4\): image\.tag \(\w+\) is no tag; image\.tag is todo:backend\.image\.tag of Pulumi\.dev\.yaml$/,
    );
  });

  it("a template that reads what is not there, with its line", async () => {
    template("a: 1\nb: {{ .Values.nosuch.deep }}\n");
    const said = await failure(() => {});
    assert.match(said, /todo-backend\/templates\/extra\.yaml:2:\d+/);
    assert.match(
      said,
      /nosuch\.deep is not passed by the program, so helm\/todo-backend\/values\.yaml has it or nothing does$/,
    );
  });

  it("a template that fails in one environment only is found in that one", async () => {
    template('{{- if eq .Values.env.BACKEND_ENV "dev" }}{{ fail "not here" }}{{ end }}\n');
    assert.match(await failure(() => {}), /for dev: .*extra\.yaml:1:\d+\): not here; /);
    await renderCharts(charts("prod").slice(0, 1), helmTemplate, { folder });
  });

  it("broken YAML", async () => {
    template("apiVersion: v1\nkind: ConfigMap\nmetadata: [\n");
    assert.match(
      await failure(() => {}),
      /^helm\/todo-backend does not render for dev: .*todo-backend\/templates\/extra\.yaml.*YAML/,
    );
  });

  it("no chart", async () => {
    const said = await failure((chart) => Object.assign(chart, { chart: "todo-nosuch" }));
    assert.match(said, /^helm\/todo-nosuch does not render for dev: .*not found/);
  });

  it("and no secret, though Helm quotes it", async () => {
    template('{{- fail (printf "postgresql://todo:hunter2@db/%s" .Values.env.BACKEND_ENV) }}\n');
    assert.match(await failure(() => {}), /postgresql:\/\/\[redacted\]@db\/dev; /);
  });
});

describe("a chart that renders differently each time is refused", () => {
  let folder: string;
  const [, backend] = charts("dev");
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(join(ROOT, "helm/todo-backend"), join(folder, "todo-backend"), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const edit = (from: string, to: string) => {
    const file = join(folder, "todo-backend/templates/service.yaml");
    const text = readFileSync(file, "utf8");
    assert.ok(text.includes(from));
    writeFileSync(file, text.replace(from, to));
  };
  const rendered = () =>
    renderCharts([backend], helmTemplate, { folder }).then(
      () => "steady",
      ({ message }) => message,
    );
  const LABELS = "  labels:\n";
  const refusal = (call: string, line: number) =>
    `helm/todo-backend renders differently each time, so that every update would change Service todo-backend-dev (metadata.labels.x): templates/service.yaml:${line} calls ${call}; take the value from a Secret or from values.yaml`;

  for (const [call, action] of [
    ["randAlphaNum", "{{ randAlphaNum 8 | quote }}"],
    ["now", '{{ now | date "2006-01-02" | quote }}'],
    ["uuidv4", "{{- /* why */}}\n      {{ uuidv4 }}"],
  ]) {
    it(`by ${call}`, async () => {
      edit(LABELS, `${LABELS}    x: ${action}\n`);
      const line =
        readFileSync(join(folder, "todo-backend/templates/service.yaml"), "utf8")
          .split("\n")
          .findIndex((each) => each.includes(`{{ ${call}`)) + 1;
      assert.equal(await rendered(), refusal(call, line));
    });
  }

  it("by a value that the chart evaluates", async () => {
    const chart = structuredClone(backend);
    Object.assign(chart.values.env as object, { NONCE: "{{ randAlphaNum 8 }}" });
    const said = await renderCharts([chart], helmTemplate, { folder }).then(String, ({ message }) => message);
    assert.match(said, /would change .*\[NONCE\]\.value\): value env\.NONCE:1 calls randAlphaNum; /);
  });

  for (const [what, action] of [
    ["in a comment", "{{- /* randAlphaNum 8 */}}"],
    ["in a text", '    x: {{ "now" | quote }}'],
    ["whose result is not used", "    x: {{ uuidv4 | trunc 0 | quote }}"],
    ["whose order is mended", '    x: {{ keys .Values.env | sortAlpha | join "-" | sha256sum | trunc 8 | quote }}'],
  ]) {
    it(`but not for a call ${what}`, async () => {
      edit(LABELS, `${LABELS}${action}\n`);
      assert.equal(await rendered(), "steady");
    });
  }
});
