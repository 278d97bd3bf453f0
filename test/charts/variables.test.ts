// The variables of a service: what is in its ConfigMap, what stands in its container, and that each text arrives as it is.
// Not proved here: that a kubelet fills them in as `arriving` does (test/e2e), that an application reads them.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Variable, variablesOf } from "../support/variables.ts";
import {
  type Chart,
  chartsFolder,
  helm,
  type KubernetesObject,
  namespace,
  objectsOf,
  one,
  render,
  serviceCharts,
  type Values,
} from "./render.ts";
import { least } from "./values.ts";

const containerOf = (objects: KubernetesObject[], kind = "Deployment") =>
  one(objects, kind).spec.template.spec.containers[0];
const rendered = (chart: Chart, values: Values) => render(chart, { ...least[chart], ...values });

/** The texts of a container's variables once Kubernetes has put in what $(NAME) names, and made one $ of $$. */
function arriving(objects: KubernetesObject[], kind?: string): Record<string, string> {
  const container = containerOf(objects, kind);
  const inline = new Set((container.env ?? []).map(({ name }: Variable) => name));
  const texts: Record<string, string> = {};
  for (const { name, value, valueFrom } of variablesOf(objects, container)) {
    const text = valueFrom ? `<${valueFrom.secretKeyRef?.key}>` : (value ?? "");
    texts[name] = inline.has(name)
      ? text.replace(/\$(?:\$|\(([^)]*)\))/g, (all, other) => (all === "$$" ? "$" : (texts[other] ?? all)))
      : text;
  }
  return texts;
}

/** Texts that a way through YAML, templates and Kubernetes could change. */
const texts: Record<string, string> = {
  EMPTY: "",
  SPACES: "  two before, three after   ",
  TABS: "\ta\t\n\t",
  NEWLINES: "\n\nfirst\n  second\n\n",
  CARRIAGE: "a\r\nb\r",
  QUOTES: `"double" 'single' \`back\` \\ \\n \\u0041`,
  YAML: "a: b # c\n- d\n---\n{e: [f]} & * ! | > % @",
  NUMBER: "007",
  GROUPED: "1_000",
  OCTAL: "0755",
  EXPONENT: "1e3",
  DATE: "2026-11-03",
  TIME: "12:30:45",
  TRUTH: "yes",
  NOTHING: "null",
  TILDE: "~",
  JSON: '["a","b\\"c"]',
  MARKUP: "<a href='x'>&amp;</a>",
  UNICODE: "ünïcödé 日本語 🎉 \u{10ffff}",
  INVISIBLE: "a\u00a0b\u200bc\u2028d\u0085e\ufefff",
  CONTROL: "\u0001\u001b[0m\u007f\u0080",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the text.
  DOLLARS: "$ $$ $$$ $$$$ $A ${B} US$",
  BRACES: "}} { { {% x %}",
};
// Names that YAML takes for truths and numbers.
const names = { NO: "n", Y: "y", ON: "on", NULL: "x", _1: "one", TRUE: "t" };

for (const chart of serviceCharts) {
  describe(`variables of ${chart}`, () => {
    it("are in an immutable ConfigMap that is kept, which the application reads as a whole", async () => {
      const objects = await rendered(chart, { env: { B: "2", A: "1" } });
      const { metadata, data, immutable, ...rest } = one(objects, "ConfigMap");
      assert.deepEqual(data, { A: "1", B: "2" });
      assert.equal(immutable, true);
      assert.deepEqual(metadata.annotations, { "helm.sh/resource-policy": "keep" });
      const { labels } = one(objects, "Deployment").metadata;
      assert.deepEqual(metadata.labels, { ...labels, "app.kubernetes.io/component": "config" });
      assert.deepEqual(Object.keys(rest), ["apiVersion", "kind"]);
      const { envFrom, env = [] } = containerOf(objects);
      assert.deepEqual(envFrom, [{ configMapRef: { name: metadata.name } }]);
      assert.ok(env.every(({ value }: Variable) => value === undefined));
    });

    it("are in none where there are none to hold", async () => {
      for (const env of [{}, { A: "$$(B)" }]) {
        const objects = await rendered(chart, { env });
        assert.ok(!objects.some(({ kind }) => kind === "ConfigMap"));
        assert.equal(containerOf(objects).envFrom, undefined);
      }
    });

    it("give the ConfigMap its name: others another, the same the same, whatever else changes", async () => {
      const nameOf = async (values: Values) => one(await rendered(chart, values), "ConfigMap").metadata.name;
      const name = await nameOf({ env: { A: "1" } });
      // The first ten digits of the SHA-256 of {"A":"1"}.
      assert.equal(name, `${chart}-test-config-c73dd9fca5`);
      assert.equal(await nameOf({ env: { A: "1", B: "$$(A)" }, replicaCount: 3, podLabels: { x: "y" } }), name);
      assert.notEqual(await nameOf({ env: { A: "2" } }), name);
      assert.notEqual(await nameOf({ env: { B: "1" } }), name);
      assert.equal(await nameOf({ env: { A: "{{ .Values.global.one }}" }, global: { one: "1" } }), name);
    });

    it("leave it as it is when the chart alone gets a new version", async () => {
      const ofVersion = async (version: string) => {
        const copy = mkdtempSync(join(tmpdir(), "chart-"));
        try {
          cpSync(join(chartsFolder, chart), copy, { recursive: true });
          const text = readFileSync(join(copy, "Chart.yaml"), "utf8").replace(/^version: .*$/m, `version: ${version}`);
          writeFileSync(join(copy, "Chart.yaml"), text.replace(/^appVersion: .*$/m, 'appVersion: "9"'));
          const args = ["template", "x", copy, `--namespace=${namespace}`, "--kube-version=1.35.1", "--values=-"];
          const { stdout } = await helm(args, { ...least[chart], env: { A: "1" } });
          const { metadata, data } = one(objectsOf(stdout), "ConfigMap");
          return { name: metadata.name, data, chart: metadata.labels["helm.sh/chart"] };
        } finally {
          rmSync(copy, { recursive: true });
        }
      };
      const [one_, two] = [await ofVersion("1.0.0"), await ofVersion("2.0.0")];
      assert.deepEqual([two.name, two.data], [one_.name, one_.data]);
      assert.notEqual(two.chart, one_.chart);
    });

    it("arrive byte for byte", async () => {
      const objects = await rendered(chart, { env: { ...texts, ...names } });
      const found = arriving(objects);
      for (const [name, text] of Object.entries({ ...texts, ...names })) assert.equal(found[name], text, name);
    });

    it("with a $( in them stand in the container, where Kubernetes fills them in", async () => {
      const env = { A: "a", B: "$(A)-$(SECRET)", C: "$$(A) costs $$5", D: "$(date", E: "$$A" };
      const keys = { SECRET: "key" };
      const objects = await rendered(chart, { env, secrets: { existingSecret: "mine", keys } });
      assert.deepEqual(one(objects, "ConfigMap").data, { A: "a", E: "$$A" });
      const { A, B, C, D, E } = arriving(objects);
      assert.deepEqual({ A, B, C, D, E }, { A: "a", B: "a-<key>", C: "$(A) costs $5", D: "$(date", E: "$$A" });
    });

    it("that hold a secret's name alone are no part of the ConfigMap", async () => {
      const env = { PGPASSWORD: "$(PW)", SMTP_PASSWORD: "$(PW)", DB: "postgresql://u:$(PW)@h/d", LEVEL: "info" };
      const objects = await rendered(chart, { env, secrets: { existingSecret: "mine", keys: { PW: "pw" } } });
      assert.deepEqual(one(objects, "ConfigMap").data, { LEVEL: "info" });
    });

    it("of a rollback's hook are the same: it makes what it takes away", async () => {
      const objects = await rendered(chart, { env: { A: "1" } });
      const own = one(objects, "ConfigMap");
      const [hook, ...more] = objects.filter((object) => object.kind === "ConfigMap" && object !== own);
      assert.deepEqual(more, []);
      const { annotations, ...metadata } = hook.metadata;
      assert.deepEqual(annotations, {
        ...own.metadata.annotations,
        "helm.sh/hook": "pre-rollback",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
        "meta.helm.sh/release-name": `${chart}-test`,
        "meta.helm.sh/release-namespace": namespace,
      });
      const { annotations: _, ...ownMetadata } = own.metadata;
      assert.deepEqual({ ...hook, metadata }, { ...own, metadata: ownMetadata });
    });
  });
}

it("a migration has the same variables, all in its container, as it may run before any ConfigMap is made", async () => {
  for (const mode of ["hook", "job"]) {
    const env = { ...texts, ...names, REFERENCE: "$(SECRET_KEY) $$(A)" };
    const objects = await rendered("todo-backend", { env, migration: { mode } });
    assert.equal(containerOf(objects, "Job").envFrom, undefined);
    assert.deepEqual(arriving(objects, "Job"), arriving(objects));
  }
});
