// What the values of all services' charts have in common.
// Does not prove: what is a chart's own (test/components/todo-*.test.ts, test/charts).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { helmTemplate, renderCharts } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { parse } from "yaml";
import { backendChart, backendValues, type TodoBackendArgs } from "../../components/todo-backend.ts";
import { frontendChart, frontendValues } from "../../components/todo-frontend.ts";
import { ROOT } from "../support/mocks.ts";
import { backend, frontend, variables } from "../support/service-args.ts";
import { variablesOf } from "../support/variables.ts";

/** An image that has no names for anything. */
const none = Object.fromEntries(Object.keys(variables.backend).map((key) => [key, false])) as typeof backend.variables;

describe("a variable with braces", () => {
  const texts = { A: "{{ .Release.Name }}", B: "{{{b}}} {{- c -}} }}", C: '{{ "{{" }}', D: "{ {" };

  it("is escaped for charts that take it for a template", () => {
    assert.deepEqual(backendValues({ ...backend, variables: none, env: texts }).env, {
      A: '{{ "{{" }} .Release.Name }}',
      B: '{{ "{{" }}{b}}} {{ "{{" }}- c -}} }}',
      C: '{{ "{{" }} "{{ "{{" }}" }}',
      D: "{ {",
    });
  });

  for (const chart of [backendChart({ ...backend, env: texts }), frontendChart({ ...frontend, env: texts })]) {
    it(`reaches the container as the text that it is: ${chart.chart}`, async () => {
      const { objects } = (await renderCharts({ chart }, helmTemplate(ROOT))).chart;
      const deployment = objects.find(({ kind }) => kind === "Deployment") as KubernetesObject;
      const { spec } = (deployment.spec as { template: { spec: { containers: unknown[] } } }).template;
      const found = variablesOf(objects, spec.containers[0])
        .filter(({ name }) => name in texts)
        .map(({ name, value }) => [name, value]);
      assert.deepEqual(Object.fromEntries(found), texts);
    });
  }
});

describe("a variable with $", () => {
  /** What the kubelet makes of a text in `env`: $$ is one $, $(NAME) a variable, everything else itself. */
  const expand = (text: string) =>
    text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name) => (whole === "$$" ? "$" : name === "PORT" ? "8000" : whole));
  const valuesOf = (env: Record<string, string>) => backendValues({ ...backend, variables: none, env }).env;

  for (const text of [
    ...[
      "$(PORT)",
      "$$(PORT)",
      "$$$(PORT)",
      "a$(PORT)b$(PORT)",
      "$(date)",
      "$( $$ $",
      "$()$$x$é",
      "{{ $(PORT) }}",
      "$($(PORT))",
    ],
    ...["http://x/$(PORT)?a=$$&b=$c", "$(A\n$$"],
  ]) {
    it(`reaches the container as the text that it is, though Kubernetes fills in what has $( in it: ${JSON.stringify(text)}`, () => {
      const { A } = valuesOf({ A: text }) as { A: string };
      assert.equal(expand(A.replaceAll('{{ "{{" }}', "{{")), text);
    });
  }

  it("is left alone without $(, as the charts keep it where nothing is filled in", () => {
    const env = { A: "$$", B: "$HOME", C: "pa$$w", D: "$" };
    assert.deepEqual(valuesOf(env), env);
  });
});

describe("an autoscaler", () => {
  type Autoscaling = TodoBackendArgs["autoscaling"];
  const charts = {
    "todo-backend": (autoscaling: Autoscaling) => backendValues({ ...backend, autoscaling }).autoscaling,
    "todo-frontend": (autoscaling: Autoscaling) => frontendValues({ ...frontend, autoscaling }).autoscaling,
  };
  for (const [chart, values] of Object.entries(charts)) {
    it(`of ${chart} gets the settings' numbers, whose defaults are the chart's own`, () => {
      const { autoscaling } = parse(readFileSync(join(ROOT, "helm", chart, "values.yaml"), "utf8"));
      assert.deepEqual(values({ ...backend.autoscaling, enabled: true }), { ...autoscaling, enabled: true });
      assert.deepEqual(values({ enabled: true, minReplicas: 2, maxReplicas: 9, cpuPercent: 55 }), {
        ...{ enabled: true, minReplicas: 2, maxReplicas: 9, targetCPUUtilizationPercentage: 55 },
      });
    });
  }
});

describe("a service", () => {
  it("has a test of its own, another command or none", () => {
    const [command, one, other] = [["curl", "--fail"], backendValues, frontendValues];
    assert.deepEqual(one({ ...backend, testCommand: command }).test, { command });
    assert.deepEqual(other({ ...frontend, testCommand: command }).test, { command });
    assert.deepEqual(one({ ...backend, testCommand: false }).test, { enabled: false });
    assert.deepEqual(other({ ...frontend, testCommand: false }).test, { enabled: false });
  });
});

describe("Helm's time for a release", () => {
  const scaled = { ...backend.autoscaling, enabled: true, maxReplicas: 3 };
  const migration = { deadlineSeconds: 300 };
  const cases: [what: string, seconds: number | undefined, expected: number][] = [
    ["is what a pod may take, and a little more", backendChart({ ...backend, startSeconds: 180 }).timeoutSeconds, 200],
    ["of the frontend too", frontendChart({ ...frontend, startSeconds: 180 }).timeoutSeconds, 200],
    ["is for one pod after another", backendChart({ ...backend, replicas: 2 }).timeoutSeconds, 220],
    [
      "is for as many as an autoscaler may want",
      frontendChart({ ...frontend, autoscaling: scaled }).timeoutSeconds,
      320,
    ],
    ["is a migration's where that may take longer", backendChart({ ...backend, migration }).timeoutSeconds, 320],
    [
      "is no migration's where there is none",
      backendChart({ ...backend, migration, migrate: false }).timeoutSeconds,
      120,
    ],
  ];
  for (const [what, seconds, expected] of cases) it(what, () => assert.equal(seconds, expected));

  it("is more than the container has to start", async () => {
    const charts = { backend: backendChart({ ...backend, startSeconds: 180 }) };
    const { objects } = (await renderCharts(charts, helmTemplate(ROOT))).backend;
    const deployment = objects.find(({ kind }) => kind === "Deployment") as KubernetesObject;
    type Probe = { failureThreshold: number; periodSeconds: number; initialDelaySeconds: number };
    const { spec } = (deployment.spec as { template: { spec: { containers: { startupProbe: Probe }[] } } }).template;
    const { failureThreshold, periodSeconds, initialDelaySeconds } = spec.containers[0].startupProbe;
    assert.equal(initialDelaySeconds + failureThreshold * periodSeconds, 180);
  });
});
