// Where metrics are served, and who may ask for them.
// Not proved here: that anything listens there (app/), that a policy is enforced and a pod scraped (test/e2e/metrics.test.ts),
// nor that the operator takes its objects.
import assert from "node:assert/strict";
import { one, refusal, render, serviceCharts } from "./render.ts";
import { least } from "./values.ts";

const metrics = { port: 9464, path: "/stats" };
const tcp = (port: string) => ({ port, protocol: "TCP" });
const scraper = {
  from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "todo-monitoring" } } }],
  ports: [tcp("metrics")],
};

for (const chart of serviceCharts) {
  describe(`metrics of ${chart}`, () => {
    it("are served on a port of the container that no Service leads to, and the pods say where", async () => {
      const objects = await render(chart, { ...least[chart], containerPort: 9000, metrics });
      const { metadata, spec } = one(objects, "Deployment").spec.template;
      assert.deepEqual(spec.containers[0].ports, [
        { name: "http", containerPort: 9000, protocol: "TCP" },
        { name: "metrics", containerPort: 9464, protocol: "TCP" },
      ]);
      assert.deepEqual(metadata.annotations, {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9464",
        "prometheus.io/path": "/stats",
      });
      assert.deepEqual(
        one(objects, "Service").spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort),
        ["http"],
      );
      const kinds = objects.map(({ kind }) => kind);
      assert.ok(!kinds.includes("PodMonitor") && !kinds.includes("PrometheusRule"));
    });

    it("are none by default", async () => {
      const objects = await render(chart, { ...least[chart], containerPort: 9000 });
      const { metadata, spec } = one(objects, "Deployment").spec.template;
      assert.equal(JSON.stringify(metadata.annotations ?? {}).includes("prometheus.io"), false);
      assert.equal(spec.containers[0].ports.length, 1);
    });

    it("let the scraper's namespace in to their port, and to no other", async () => {
      const rules = async (allowMetricsFrom: string, values = {}) => {
        const networkPolicy = { enabled: true, allowMetricsFrom, allowFromScope: "namespace" };
        const given = { ...least[chart], metrics, test: { enabled: false }, networkPolicy, ...values };
        return one(await render(chart, given), "NetworkPolicy").spec.ingress;
      };
      assert.deepEqual(await rules("todo-monitoring"), [scraper]);
      assert.equal(await rules(""), undefined);
      assert.equal(await rules("todo-monitoring", { metrics: { port: null } }), undefined);
    });

    it("are found by the operator where it is asked for, by the labels that its Prometheus selects", async () => {
      const labels = { release: "kube-prometheus-stack" };
      const operator = { enabled: true, labels };
      const objects = await render(chart, { ...least[chart], metrics: { ...metrics, operator } });
      const monitor = one(objects, "PodMonitor");
      const { selector, template } = one(objects, "Deployment").spec;
      assert.deepEqual(monitor.spec, {
        selector,
        podMetricsEndpoints: [{ port: "metrics", path: "/stats", interval: "30s" }],
        jobLabel: "app.kubernetes.io/name",
      });
      const rule = one(objects, "PrometheusRule");
      const job = template.metadata.labels["app.kubernetes.io/name"];
      for (const { metadata } of [monitor, rule]) assert.equal(metadata.labels?.release, labels.release);
      const [{ rules }] = rule.spec.groups;
      assert.deepEqual(
        rules.map(({ alert }: { alert: string }) => alert),
        ["ServiceDown", "ServerErrors", "SlowAnswers"],
      );
      for (const { expr, annotations } of rules) {
        assert.match(expr, new RegExp(`\\{namespace="[a-z-]+",job="${job}"[,}]`));
        assert.deepEqual(Object.keys(annotations), ["summary", "description", "command"]);
      }
    });

    it("are refused to the operator where there are none", async () => {
      const values = { ...least[chart], metrics: { port: null, operator: { enabled: true } } };
      assert.match((await refusal(chart, values)) ?? "", /metrics\.port: expected the port of the metrics, because/);
    });
  });
}
