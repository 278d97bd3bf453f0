// From a chart's value back to the key of the stack file, and what an error of Helm says about it.
// Does not prove: that the provider's Helm words its errors like the one on PATH.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChartArgs, chartName, helmTemplate, listOf, type Plain, renderCharts } from "local-charts";
import { explainFor } from "../../components/checks.ts";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { ROOT } from "../support/mocks.ts";
import { settingsOf } from "../support/stack-file.ts";

const charts = (stack: string) => chartsOf(partsOf(settingsOf(stack)));

/** What is said of each value of a stack's charts where Helm names it, by `todo-backend: image.tag`. */
function explained(stack: string): Record<string, string> {
  const explain = explainFor(settingsOf(stack));
  const said = listOf(charts(stack)).flatMap((chart) =>
    leaves(chart.values).map((path) => {
      return [`${chartName(chart)}: ${path.join(".")}`, explain(chart, `at '/${path.join("/")}': wrong`)];
    }),
  );
  return Object.fromEntries(said);
}

const leaves = (value: Plain, path: string[] = []): string[][] =>
  typeof value === "object" && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [path];

describe("the key of a value", () => {
  let said: Record<string, string>;
  before(() => {
    said = explained("dev");
  });

  it("is known for each value that has one", () => {
    const isSaid = (value: string, keys: string) =>
      assert.equal(said[value], `${value.split(": ")[1]} is ${keys} of Pulumi.dev.yaml`);
    isSaid("todo-backend: replicaCount", "todo:backend.replicas");
    isSaid("todo-backend: env.CORS_ORIGINS", "todo:origin, todo:backend.variables.corsOrigins");
    isSaid("todo-backend: containerPort", "todo:backend.port");
    isSaid("todo-backend: migration.enabled", "todo:database.migrations");
    isSaid("todo-backend: migration.activeDeadlineSeconds", "todo:backend.migration.deadlineSeconds");
    isSaid("todo-frontend: probes.startup.failureThreshold", "todo:frontend.startSeconds");
    isSaid("todo-frontend: env.API_URL", "todo:backend.port, todo:frontend.variables.apiUrl");
    isSaid("todo-postgres: persistence.size", "todo:database.storageGiB");
  });

  it("is missing only where no setting decides", () => {
    const backend = [
      ...["secrets.keys.DATABASE_URL"],
      ...["secrets.keys.SECRET_KEY", "secrets.keys.OPENAI_API_KEY", "secrets.keys.AUTH_SECRET", "secrets.optional"],
    ];
    const postgres = ["service.port", "auth.passwordKey", "auth.username", "auth.database"];
    const named = (chart: string, names: string[]) => names.map((name) => `${chart}: ${name}`);
    const bySaying = Object.entries(said).filter(([, text]) => !text.endsWith(" of Pulumi.dev.yaml"));
    assert.deepEqual(
      bySaying.map(([value]) => value).sort(),
      [...named("todo-backend", backend), ...named("todo-postgres", postgres)].sort(),
    );
    assert.deepEqual(
      [...new Set(bySaying.map(([, text]) => text.replace(/^\S+/, "")))],
      [" is set by the program itself"],
    );
  });
});

describe("an error of Helm says where the value comes from", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(join(ROOT, "helm"), join(folder, "helm"), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What rendering the backend's chart of dev fails with, after a change of its values or files. */
  async function failure(change: (chart: ChartArgs) => void): Promise<string> {
    const { backend } = structuredClone(charts("dev"));
    assert.ok(backend);
    change(backend);
    const settings = settingsOf("dev");
    try {
      const options = { environment: "dev", explain: explainFor(settings) };
      await renderCharts({ backend }, helmTemplate(folder), options);
    } catch (error) {
      return (error as Error).message;
    }
    throw new assert.AssertionError({ message: "it rendered" });
  }
  const template = (text: string) => writeFileSync(join(folder, "helm/todo-backend/templates/extra.yaml"), text);
  afterEach(() => rmSync(join(folder, "helm/todo-backend/templates/extra.yaml"), { force: true }));
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
    const said = await failure(({ values }) => Object.assign(values.secrets as object, { optional: "all" }));
    assert.match(
      said,
      /at '\/secrets\/optional': got string, want array; secrets\.optional is set by the program itself$/,
    );
  });

  it("a key that the chart does not know", async () => {
    const said = await failure(({ values }) => Object.assign(values, { repliccas: 2 }));
    assert.match(said, /additional properties 'repliccas' not allowed; repliccas is set by the program itself$/);
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
    await renderEnvironment(settingsOf("prod"), folder);
  });

  it("broken YAML", async () => {
    template("apiVersion: v1\nkind: ConfigMap\nmetadata: [\n");
    assert.match(
      await failure(() => {}),
      /^helm\/todo-backend does not render for dev: .*todo-backend\/templates\/extra\.yaml.*YAML/,
    );
  });

  it("no chart", async () => {
    const said = await failure((chart) => Object.assign(chart, { chart: "./helm/todo-nosuch" }));
    assert.match(said, /^helm\/todo-nosuch does not render for dev: .*not found/);
  });

  it("and no secret, though Helm quotes it", async () => {
    template('{{- fail (printf "postgresql://todo:hunter2@db/%s" .Values.env.BACKEND_ENV) }}\n');
    assert.match(await failure(() => {}), /postgresql:\/\/\[redacted\]@db\/dev; /);
  });
});
