// The charts of monitoring, really rendered, and held to the engine's rules and to what they promise of themselves.
// Does not prove: that the programs take their arguments, nor that a scrape, a rule or a line works (test/e2e/monitoring.test.ts).
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkCharts, helmTemplate, listOf, type RenderedChart, renderCharts } from "local-charts";
import { containersOf, type KubernetesObject, podsOf } from "local-charts/objects";
import { parse } from "yaml";
import { programImages } from "../../cluster/offline/node-programs.ts";
import { MONITORING } from "../../settings/monitoring.ts";
import { chartsOf, policy, wiring } from "../charts.ts";

const PROGRAM = resolve(import.meta.dirname, "..");
const CONFIG = join(PROGRAM, "charts/metrics/config");

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity: string };
  annotations?: Record<string, string>;
}

describe("charts of monitoring", function () {
  this.timeout(60_000);
  let charts: RenderedChart[];
  let objects: KubernetesObject[];

  before(async () => {
    charts = listOf(
      (await renderCharts(chartsOf(), helmTemplate(PROGRAM), { environment: "monitoring" })) as Record<
        string,
        RenderedChart
      >,
    );
    objects = charts.flatMap((chart) => chart.objects);
  });

  const called = (kind: string, name: string) => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    assert.ok(found, `no ${kind} ${name}`);
    // biome-ignore lint/suspicious/noExplicitAny: objects have no static type here.
    return found as any;
  };

  it("keep every rule but those that the list of exceptions names, and fit together", () => {
    const facts = { environment: "monitoring", namespace: MONITORING.namespace, ...wiring };
    assert.doesNotThrow(() => checkCharts(charts, { wiring: facts, policy }));
    const rules = policy.exceptions?.map(({ rule, object }) => `${rule} ${object}`);
    assert.deepEqual(rules, [
      "variables-only StatefulSet metrics",
      "identity StatefulSet metrics",
      "identity Deployment cluster-state",
      "identity DaemonSet log-agent",
      "pod-security DaemonSet log-agent",
    ]);
  });

  it("run as root nowhere but in the agent, which has no capability and reads the node's logs only", () => {
    const roots = podsOf(objects).filter(({ spec }) =>
      spec.containers.some(({ securityContext }) => securityContext?.runAsUser === 0),
    );
    assert.deepEqual(
      roots.map(({ owner }) => owner),
      ["DaemonSet log-agent"],
    );
    const [{ spec, object }] = roots;
    const [{ securityContext, volumeMounts }] = spec.containers;
    assert.deepEqual(securityContext?.capabilities, { drop: ["ALL"] });
    assert.deepEqual(volumeMounts, [
      { name: "logs", mountPath: "/var/log", readOnly: true },
      { name: "state", mountPath: "/state" },
    ]);
    assert.deepEqual(
      spec.volumes?.map(({ hostPath }) => hostPath?.path),
      ["/var/log", MONITORING.agentState],
    );
    assert.equal(charts.find((chart) => chart.objects.includes(object))?.namespace, MONITORING.agentNamespace);
  });

  it("read no Secret, and change nothing, with the rights that they have", () => {
    const rules = objects
      .filter(({ kind }) => kind === "ClusterRole")
      .flatMap(({ rules }) => rules as { resources: string[]; verbs: string[] }[]);
    assert.ok(rules.length > 5);
    for (const { resources, verbs } of rules) {
      assert.ok(!resources.includes("secrets") && !resources.includes("*"), resources.join());
      assert.deepEqual(
        verbs.filter((verb) => !["get", "list", "watch"].includes(verb)),
        [],
      );
    }
  });

  it("let nobody in but who scrapes, and to the store of logs the agent", () => {
    const ingress = (name: string) => called("NetworkPolicy", name).spec.ingress;
    const scraper = { podSelector: { matchLabels: { "app.kubernetes.io/name": "metrics" } } };
    const from = (namespace: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    });
    const agent = { podSelector: { matchLabels: { "app.kubernetes.io/name": "log-agent" } } };
    assert.equal(ingress("metrics"), undefined);
    assert.deepEqual(ingress("cluster-state")[0].from, [scraper]);
    assert.deepEqual(ingress("logs")[0].from, [{ ...from(MONITORING.agentNamespace), ...agent }, scraper]);
    assert.deepEqual(ingress("log-agent")[0].from, [{ ...from(MONITORING.namespace), ...scraper }]);
    assert.equal(called("NetworkPolicy", "logs").spec.egress, undefined);
    // The wiring is that of one namespace; this way leads to another.
    const { name, port } = { name: "logs", port: called("Service", "logs").spec.ports[0].port };
    const [toStore] = called("NetworkPolicy", "log-agent").spec.egress;
    assert.deepEqual(toStore, {
      to: [{ ...from(MONITORING.namespace), podSelector: { matchLabels: { "app.kubernetes.io/name": name } } }],
      ports: [{ port }],
    });
    const { args } = called("DaemonSet", "log-agent").spec.template.spec.containers[0];
    assert.ok(args.includes(`-remoteWrite.url=http://${name}.${MONITORING.namespace}:${port}/insert/native`));
    for (const { kind, metadata } of objects) {
      if (kind === "Service") assert.equal(called("Service", metadata.name).spec.clusterIP, "None");
    }
  });

  it("keep what they store for seven days on a volume of 1 GiB, and logs within it", () => {
    for (const name of ["metrics", "logs"]) {
      const { volumeClaimTemplates, template } = called("StatefulSet", name).spec;
      assert.equal(volumeClaimTemplates[0].spec.resources.requests.storage, "1Gi");
      assert.ok(template.spec.containers[0].args.includes("-retentionPeriod=7d"));
    }
    assert.ok(
      called("StatefulSet", "logs").spec.template.spec.containers[0].args.includes(
        "-retention.maxDiskSpaceUsageBytes=900MB",
      ),
    );
  });

  it("name images that this repository can make", () => {
    const named = podsOf(objects)
      .flatMap(containersOf)
      .map(({ spec }) => spec.image);
    const made = programImages.map(({ reference }) => reference);
    assert.equal(named.length, 5);
    assert.deepEqual(
      named.filter((image) => !made.includes(image ?? "")),
      [],
    );
  });

  it("scrape what the application's pods say of themselves, and take nothing over that is not asked for", () => {
    const { "scrape.yaml": scrape } = called("ConfigMap", "metrics").data;
    const jobs = parse(scrape).scrape_configs as { job_name: string; honor_labels?: boolean }[];
    assert.deepEqual(
      jobs.map(({ job_name }) => job_name),
      ["pods", "cluster-state", "cadvisor", "kubelet"],
    );
    assert.deepEqual(
      jobs.filter(({ honor_labels }) => honor_labels).map(({ job_name }) => job_name),
      ["cluster-state"],
    );
  });
});

describe("rules of monitoring", () => {
  const { groups } = parse(readFileSync(join(CONFIG, "rules.yaml"), "utf8")) as { groups: { rules: Rule[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert);

  it("are these", () => {
    assert.deepEqual(alerts.map(({ alert }) => alert).sort(), [
      "AutoscalerAtLimit",
      "BackupTooOld",
      "DatabaseDown",
      "JobFailed",
      "NodeDiskAlmostFull",
      "PodCrashLoops",
      "ServerErrors",
      "ServiceDown",
      "SlowAnswers",
      "VolumeAlmostFull",
    ]);
  });

  for (const { alert, labels, annotations = {}, expr } of alerts) {
    it(`${alert} says what is wrong, what to do and what to type, by labels that it has`, () => {
      assert.deepEqual(Object.keys(annotations).sort(), ["action", "command", "summary"]);
      assert.ok(["critical", "warning"].includes(labels?.severity ?? ""));
      assert.match(annotations.command, /^(make|kubectl --context todo-on-minikube|docker) /);
      const used = [
        ...Object.values(annotations)
          .join(" ")
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, name]) => name);
      // Of a recorded series the labels are those that it was recorded by.
      const whole = expr.replace(
        /service:\w+/g,
        (name) => groups.flatMap(({ rules }) => rules).find(({ record }) => record === name)?.expr ?? "",
      );
      const kept = [...whole.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) => names.split(/, */));
      assert.deepEqual(
        used.filter((name) => !kept.includes(name)),
        [],
      );
    });
  }
});

describe("dashboards of monitoring", () => {
  const folder = join(CONFIG, "dashboards");
  for (const file of readdirSync(folder)) {
    const { rows } = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
      rows: { panels: { title: string; expr: string[]; alias: string[] }[] }[];
    };

    it(`${file} has one row, which is open, and names each of its lines`, () => {
      assert.equal(rows.length, 1);
      for (const { title, expr, alias } of rows[0].panels) assert.equal(alias.length, expr.length, title);
    });

    it(`${file} draws twenty series a panel at most, which is what the page shows`, () => {
      for (const { title, expr } of rows[0].panels) {
        const most = expr.map((each) =>
          Number(/^(?:topk_max|bottomk_min)\((\d+), /.exec(each)?.[1] ?? (/^sum\(/.test(each) ? 1 : Number.NaN)),
        );
        const series = most.reduce((total, each) => total + each, 0);
        assert.ok(series <= 20, `${title}: ${series}`);
      }
    });
  }
});
