// What differs between two renderings of a chart, and what follows from it.
// Does not prove: that an API server agrees (test/e2e/prediction.test.ts), nor that charts are rendered as they are installed.
import { strict as assert } from "node:assert";
import { consequences } from "../components/preview/consequences";
import { compare, pathText } from "../components/preview/diff";
import { type Basis, report } from "../components/preview/report";
import { headline, previewText } from "../components/preview/text";
import { digest, type KubernetesObject } from "../components/render-chart";

const NAMESPACE = "todo-test";

function deployment(change: (container: Record<string, unknown>, spec: Record<string, unknown>) => void = () => {}) {
  const container: Record<string, unknown> = {
    name: "app",
    image: "app:1",
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    ports: [{ name: "http", containerPort: 8000 }],
    resources: { limits: { cpu: "500m", memory: "1Gi" } },
  };
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: "app" } },
    template: { spec: { containers: [container] } },
  };
  change(container, spec);
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app" }, spec } as KubernetesObject;
}
const simple = (kind: string, rest: Record<string, unknown> = {}, metadata: object = {}): KubernetesObject => ({
  ...{ apiVersion: "v1", kind, metadata: { name: "one", ...metadata } },
  ...rest,
});

/** `path: before → after` of the one object that differs. */
function fields(before: KubernetesObject, after: KubernetesObject): string[] {
  return compare([before], [after], NAMESPACE).flatMap((change) =>
    change.fields.map(
      ({ path, before: was, after: is }) => `${pathText(path)}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`,
    ),
  );
}

const CONTAINER = "spec.template.spec.containers[app]";

describe("the fields that differ", () => {
  const cases: [string, Parameters<typeof deployment>[0], string[]][] = [
    ["nothing", () => {}, []],
    ["a number", (_, spec) => Object.assign(spec, { replicas: 2 }), ["spec.replicas: 1 → 2"]],
    ["a field of a container", (c) => Object.assign(c, { image: "app:2" }), [`${CONTAINER}.image: "app:1" → "app:2"`]],
    [
      "a variable put first: matched by name, not by index",
      (c) => (c.env as unknown[]).unshift({ name: "C", value: "3" }),
      [`${CONTAINER}.env[C]: undefined → {"name":"C","value":"3"}`],
    ],
    [
      "variables in another order, which counts",
      (c) => (c.env as unknown[]).reverse(),
      [`${CONTAINER}.env[order]: ["A","B"] → ["B","A"]`],
    ],
    [
      "a variable taken away",
      (c) => (c.env as unknown[]).pop(),
      [`${CONTAINER}.env[B]: {"name":"B","value":"2"} → undefined`],
    ],
    [
      "two variables of one name, which are told apart by nothing",
      (c) => (c.env as unknown[]).push({ name: "B", value: "3" }),
      [
        `${CONTAINER}.env: [{"name":"A","value":"1"},{"name":"B","value":"2"}] → [{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"B","value":"3"}]`,
      ],
    ],
    [
      "a list that is empty now",
      (c) => Object.assign(c, { env: [] }),
      ["A", "B"].map(
        (name, index) => `${CONTAINER}.env[${name}]: {"name":"${name}","value":"${index + 1}"} → undefined`,
      ),
    ],
    [
      "a number as a text",
      (c) =>
        Object.assign(c, {
          env: [
            { name: "A", value: 1 },
            { name: "B", value: "2" },
          ],
        }),
      [`${CONTAINER}.env[A].value: "1" → 1`],
    ],
    [
      "a port's number",
      (c) => Object.assign((c.ports as object[])[0], { containerPort: 8080 }),
      [`${CONTAINER}.ports[http].containerPort: 8000 → 8080`],
    ],
    [
      "the same amount in other words",
      (c) => Object.assign(c, { resources: { limits: { memory: "1024Mi", cpu: 0.5 } } }),
      [],
    ],
    [
      "another amount",
      (c) => Object.assign(c, { resources: { limits: { memory: "1000Mi", cpu: "0.5" } } }),
      [`${CONTAINER}.resources.limits.memory: "1Gi" → "1000Mi"`],
    ],
    ["a list of texts, as one", (c) => Object.assign(c, { args: ["-v"] }), [`${CONTAINER}.args: undefined → ["-v"]`]],
    ["a default of the API server, spelt out", (c) => Object.assign((c.ports as object[])[0], { protocol: "TCP" }), []],
    [
      "what is not the default",
      (c) => Object.assign((c.ports as object[])[0], { protocol: "UDP" }),
      [`${CONTAINER}.ports[http].protocol: undefined → "UDP"`],
    ],
    ["null, which is nothing", (c) => Object.assign(c, { lifecycle: null }), []],
  ];
  for (const [what, change, expected] of cases) {
    it(what, () => {
      assert.deepEqual(fields(deployment(), deployment(change)), expected);
      assert.equal(
        digest([deployment()]) === digest([deployment(change)]),
        expected.length === 0,
        "digest and diff agree",
      );
    });
  }

  it("a key with dots in it", () => {
    const labelled = (value: string) => simple("Service", {}, { labels: { "a.b/c": value } });
    assert.deepEqual(fields(labelled("1"), labelled("2")), ['metadata.labels["a.b/c"]: "1" → "2"']);
  });

  it("empty annotations and the release's own namespace are nothing", () => {
    assert.deepEqual(fields(simple("Service", {}, { annotations: {}, namespace: NAMESPACE }), simple("Service")), []);
  });
});

describe("the objects that differ", () => {
  const names = (before: KubernetesObject[], after: KubernetesObject[]) =>
    compare(before, after, NAMESPACE).map(({ what, before: was, after: is, hook }) =>
      [what, (is ?? was)?.kind, (is ?? was)?.metadata.name, ...hook].join(" "),
    );

  it("added, removed, renamed, in another namespace, of another version of the API", () => {
    const service = simple("Service");
    assert.deepEqual(names([], [service]), ["added Service one"]);
    assert.deepEqual(names([service], []), ["removed Service one"]);
    assert.deepEqual(names([service], [simple("Service", {}, { name: "two" })]), [
      "added Service two",
      "removed Service one",
    ]);
    assert.equal(names([service], [simple("Service", {}, { namespace: "other" })]).length, 2);
    const hpa = (version: string) => ({ ...simple("HorizontalPodAutoscaler"), apiVersion: `autoscaling/${version}` });
    assert.deepEqual(names([hpa("v1")], [hpa("v2")]), ["changed HorizontalPodAutoscaler one"]);
  });

  it("an object that becomes a hook is removed, and the hook added", () => {
    const hook = simple("Job", {}, { annotations: { "helm.sh/hook": "pre-upgrade, post-install" } });
    assert.deepEqual(names([simple("Job")], [hook]), ["added Job one pre-upgrade post-install", "removed Job one"]);
  });
});

describe("what follows", () => {
  const after = (before: KubernetesObject[], fresh: KubernetesObject[]) =>
    compare(before, fresh, NAMESPACE).flatMap((change) =>
      consequences(change).map(({ kind, text }) => `${kind}: ${text}`),
    );
  const set = (spec: object) => ({
    ...simple("StatefulSet", { spec: { replicas: 1, ...spec } }),
    apiVersion: "apps/v1",
  });
  const refused = (path: string) =>
    `refused: ${path} cannot be changed: the API server refuses it and the update fails; delete the object first, or keep the field`;

  const cases: [string, KubernetesObject[], KubernetesObject[], string[]][] = [
    [
      "another image",
      [deployment()],
      [deployment((c) => Object.assign(c, { image: "b" }))],
      ["restart: its pods are replaced"],
    ],
    ["another number of pods", [deployment()], [deployment((_, spec) => Object.assign(spec, { replicas: 3 }))], []],
    [
      "an autoscaler in place of two pods",
      [deployment((_, spec) => Object.assign(spec, { replicas: 2 }))],
      [deployment((_, spec) => delete spec.replicas)],
      ["restart: it goes down to 1 pod, until its autoscaler makes more"],
    ],
    ["an autoscaler in place of one pod", [deployment()], [deployment((_, spec) => delete spec.replicas)], []],
    [
      "another pod of a StatefulSet with one",
      [set({ template: { a: 1 } })],
      [set({ template: { a: 2 } })],
      ["restart: its pods are replaced, and nothing serves until the new one is ready"],
    ],
    [
      "a Deployment's selector",
      [deployment()],
      [deployment((_, spec) => Object.assign(spec, { selector: {} }))],
      [refused("spec.selector.matchLabels")],
    ],
    [
      "a StatefulSet's volume claims",
      [set({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 1 } }] })],
      [set({ volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { size: 2 } }] })],
      [refused("spec.volumeClaimTemplates[data].spec.size")],
    ],
    [
      "a Service's address",
      [simple("Service", { spec: { clusterIP: "None" } })],
      [simple("Service", { spec: { clusterIP: "10.0.0.1" } })],
      [refused("spec.clusterIP")],
    ],
    [
      "a Service's first address",
      [simple("Service", { spec: {} })],
      [simple("Service", { spec: { clusterIP: "10.0.0.1" } })],
      [],
    ],
    [
      "a Job's pod",
      [simple("Job", { spec: { template: 1 } })],
      [simple("Job", { spec: { template: 2 } })],
      [refused("spec.template")],
    ],
    [
      "an immutable ConfigMap",
      [simple("ConfigMap", { immutable: true, data: { a: "1" } })],
      [simple("ConfigMap", { immutable: true, data: { a: "2" } })],
      [refused("data.a")],
    ],
    [
      "a volume that goes",
      [simple("PersistentVolumeClaim")],
      [],
      ["data: the volume and its data go with it, unless its StorageClass retains them"],
    ],
    [
      "an object that its policy keeps",
      [simple("PersistentVolumeClaim", {}, { annotations: { "helm.sh/resource-policy": "keep" } })],
      [],
      ["kept: stays in the cluster, as helm.sh/resource-policy says, and Helm forgets it"],
    ],
  ];
  for (const [what, before, fresh, expected] of cases) it(what, () => assert.deepEqual(after(before, fresh), expected));
});

describe("what the preview lists", () => {
  const labelled = (version: string, kind = "Service") =>
    simple(kind, {}, { labels: { "helm.sh/chart": `todo-${version}` } });
  const REVISION: Basis = { from: "deployed", revision: 3 };
  const text = (before: KubernetesObject[], after: KubernetesObject[], basis: Basis = REVISION) =>
    previewText(report("todo-test", NAMESPACE, basis, compare(before, after, NAMESPACE), after), "test").split("\n");

  it("nothing where nothing changes", () => assert.deepEqual(text([deployment()], [deployment()]), [""]));

  it("objects, what follows, fields, and the hooks that run", () => {
    const hook = simple("Job", {}, { name: "migration", annotations: { "helm.sh/hook": "pre-install,pre-upgrade" } });
    const changed = deployment((container) => Object.assign(container, { image: "app:2" }));
    assert.deepEqual(text([deployment(), simple("Service"), hook], [changed, simple("ConfigMap"), hook]), [
      "todo-test, compared with revision 3: objects 1 added, 1 changed, 1 removed",
      "  ~ Deployment app",
      "    ! its pods are replaced",
      `    ${CONTAINER}.image: "app:1" → "app:2"`,
      "  + ConfigMap one",
      "  - Service one",
      "  runs Job migration (pre-upgrade)",
    ]);
  });

  it("the chart's version in one line for all objects", () => {
    const both = (version: string) => [labelled(version), labelled(version, "ServiceAccount")];
    assert.deepEqual(text(both("1"), both("2")), [
      "todo-test, compared with revision 3: objects 2 changed",
      '  ~ helm.sh/chart: "todo-1" → "todo-2" on Service one, ServiceAccount one',
    ]);
  });

  it("a checksum in one line, and that the pods are replaced", () => {
    const summed = (sum: string) =>
      deployment((_, spec) =>
        Object.assign(spec.template as object, { metadata: { annotations: { "checksum/secrets": sum } } }),
      );
    assert.deepEqual(text([summed("a")], [summed("b")]), [
      "todo-test, compared with revision 3: objects 1 changed",
      "  ~ Deployment app",
      "    ! its pods are replaced",
      '  ~ checksum/secrets: "a" → "b" on Deployment app',
    ]);
  });

  it("no more than a screen", () => {
    const many = (length: number) =>
      Array.from({ length }, (_, index) => simple("ConfigMap", {}, { name: `c${index}` }));
    const lines = text([], many(20));
    assert.equal(lines.length, 15);
    assert.deepEqual(lines.slice(-2), ["  … 8 more objects", "  all of it: make diff ENV=test"]);
  });

  it("a long value from shortly before it differs", () => {
    const command = (end: string) => [simple("ConfigMap", { data: { script: `${"set -e; ".repeat(20)}${end}` } })];
    assert.deepEqual(text(command("run a"), command("run b")).slice(2), [
      '    data.script: …set -e; set -e; run a" → …set -e; set -e; run b"',
    ]);
  });

  it("tells of no changes only where no cluster was asked", () => {
    const told = (basis: Basis) => previewText(report("r", NAMESPACE, basis, [], []), "test") !== "";
    assert.equal(told({ from: "deployed", revision: 2 }), false);
    assert.equal(told({ from: "last known", at: "2026-01-02T03:04:05Z", reason: "no answer" }), true);
  });

  it("says what it was compared with", () => {
    const line = (basis: Basis) => headline(report("r", NAMESPACE, basis, [], []));
    assert.equal(line({ from: "nothing" }), "r, not installed yet: no object changes");
    assert.equal(
      line({ from: "deployed", revision: 2, later: "failed" }),
      "r, compared with revision 2 (a later one is failed): no object changes",
    );
    assert.equal(
      line({ from: "last known", at: "2026-01-02T03:04:05Z", reason: "no answer" }),
      "r, the cluster could not be asked (no answer); compared with what this machine knew at 2026-01-02 03:04 UTC: no object changes",
    );
    assert.equal(
      line({ from: "unknown", reason: "no answer" }),
      "r, the cluster could not be asked (no answer) and this machine has not seen the release; all that it would install: no object changes",
    );
  });
});
