// What differs between two renderings of a chart. Does not prove: that an API server agrees.
import { strict as assert } from "node:assert";
import { compare, fieldChanges } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { pathText } from "../../src/kubernetes/path.ts";
import { digest } from "../../src/render/digest.ts";
import { CONTAINER, deployment, NAMESPACE, simple } from "../support/objects.ts";

/** `path: before → after` of the one object that differs. */
function fields(before: KubernetesObject, after: KubernetesObject): string[] {
  return compare([before], [after], NAMESPACE).flatMap((change) =>
    change.fields.map(
      ({ path, before: was, after: is }) => `${pathText(path)}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`,
    ),
  );
}

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

  it("another content of an immutable object is a change of it, whose name follows from its content", () => {
    const config = (name: string, immutable = true) => simple("ConfigMap", { immutable, data: { A: name } }, { name });
    const [old, fresh] = [config("web-config-0123456789"), config("web-config-abcdef0123")];
    assert.deepEqual(names([old], [fresh]), ["changed ConfigMap web-config-abcdef0123"]);
    assert.deepEqual(
      compare([old], [fresh], NAMESPACE)[0].fields.map(({ path }) => path.join(".")),
      ["metadata.name", "data.A"],
    );
    const [one, other] = [config("web-config-0123456789", false), config("web-config-abcdef0123", false)];
    assert.deepEqual(names([one], [other]), [
      "added ConfigMap web-config-abcdef0123",
      "removed ConfigMap web-config-0123456789",
    ]);
    assert.deepEqual(names([old, fresh], [fresh]), ["removed ConfigMap web-config-0123456789"]);
  });

  it("an object that becomes a hook is removed, and the hook added", () => {
    const hook = simple("Job", {}, { annotations: { "helm.sh/hook": "pre-upgrade, post-install" } });
    assert.deepEqual(names([simple("Job")], [hook]), ["added Job one pre-upgrade post-install", "removed Job one"]);
  });
});

describe("elements of lists", () => {
  const lists: [what: string, before: unknown[], after: unknown[], expected: string[]][] = [
    [
      "by name",
      [{ name: "a", x: 1 }, { name: "b" }],
      [{ name: "b" }, { name: "a", x: 2 }],
      ["[a].x: 1 → 2", '[order]: ["a","b"] → ["b","a"]'],
    ],
    ["by a number as a name", [{ name: 1, x: 1 }], [{ name: 1, x: 2 }], ["[1].x: 1 → 2"]],
    [
      "by mountPath, of one volume in two places",
      [
        { name: "v", mountPath: "/a" },
        { name: "v", mountPath: "/b", x: 1 },
      ],
      [{ name: "v", mountPath: "/b", x: 2 }],
      ['[/a]: {"name":"v","mountPath":"/a"} → undefined', "[/b].x: 1 → 2"],
    ],
    [
      "by a container's port and its protocol",
      [
        { containerPort: 1, x: 1 },
        { containerPort: 1, protocol: "UDP" },
      ],
      [
        { containerPort: 1, x: 2 },
        { containerPort: 1, protocol: "UDP", x: 3 },
      ],
      ["[1/TCP].x: 1 → 2", "[1/UDP].x: undefined → 3"],
    ],
    [
      "by a Service's port and its protocol",
      [
        { port: 1, x: 1 },
        { port: 1, protocol: "UDP" },
      ],
      [
        { port: 1, x: 2 },
        { port: 1, protocol: "UDP", x: 3 },
      ],
      ["[1/TCP].x: 1 → 2", "[1/UDP].x: undefined → 3"],
    ],
    [
      "by key",
      [{ key: "a", x: 1 }],
      [{ key: "b" }, { key: "a", x: 2 }],
      ["[a].x: 1 → 2", '[b]: undefined → {"key":"b"}'],
    ],
    [
      "by host",
      [{ host: "a", x: 1 }],
      [{ host: "b" }, { host: "a", x: 2 }],
      ["[a].x: 1 → 2", '[b]: undefined → {"host":"b"}'],
    ],
    [
      "by topologyKey",
      [{ topologyKey: "a", x: 1 }],
      [{ topologyKey: "b" }, { topologyKey: "a", x: 2 }],
      ["[a].x: 1 → 2", '[b]: undefined → {"topologyKey":"b"}'],
    ],
    [
      "by the name in their metadata",
      [{ metadata: { name: "a" }, x: 1 }],
      [{ metadata: { name: "b" } }, { metadata: { name: "a" }, x: 2 }],
      ["[a].x: 1 → 2", '[b]: undefined → {"metadata":{"name":"b"}}'],
    ],
    ["by their place, where nothing tells them apart", [{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 3 }], ["[1].x: 2 → 3"]],
    [
      "not by a name that is empty, or is a map",
      [{ name: "", x: 1 }, { name: {} }],
      [{ name: "", x: 2 }, { name: {} }],
      ["[0].x: 1 → 2"],
    ],
    [
      "not at all, where their number is another",
      [{ x: 1 }],
      [{ x: 1 }, { x: 2 }],
      [': [{"x":1}] → [{"x":1},{"x":2}]'],
    ],
    [
      "not at all, where not all are maps",
      [{ name: "a" }, 1],
      [{ name: "a" }, 2],
      [': [{"name":"a"},1] → [{"name":"a"},2]'],
    ],
    ["not by a name that is a map", [{ name: { a: 1 }, x: 1 }], [{ name: { a: 1 }, x: 2 }], ["[0].x: 1 → 2"]],
    [
      "not at all, where one is null",
      [{ name: "a" }, null],
      [{ name: "b" }, null],
      [': [{"name":"a"},null] → [{"name":"b"},null]'],
    ],
    ["that are texts as one", ["a", "b"], ["a", "c"], [': ["a","b"] → ["a","c"]']],
    ["that are the same", ["a"], ["a"], []],
    ["of which there are none", [], [], []],
    ["of which there were none", [], ["a"], [': [] → ["a"]']],
  ];
  for (const [what, before, after, expected] of lists) {
    it(what, () => {
      assert.deepEqual(
        fieldChanges(before, after).map(
          ({ path, before: was, after: is }) => `${pathText(path)}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`,
        ),
        expected,
      );
    });
  }
});

describe("a field that is not there", () => {
  const changes = (before: unknown, after: unknown) => fieldChanges(before, after, ["spec", "type"]);
  it("is the same as its default, and as nothing else", () => {
    assert.deepEqual(changes(undefined, "ClusterIP"), []);
    assert.deepEqual(changes("ClusterIP", undefined), []);
    assert.deepEqual(changes("ClusterIP", "NodePort"), [
      { path: ["spec", "type"], before: "ClusterIP", after: "NodePort" },
    ]);
    assert.deepEqual(changes("NodePort", "ClusterIP"), [
      { path: ["spec", "type"], before: "NodePort", after: "ClusterIP" },
    ]);
    assert.deepEqual(changes(undefined, "NodePort"), [
      { path: ["spec", "type"], before: undefined, after: "NodePort" },
    ]);
    assert.deepEqual(changes(undefined, undefined), []);
  });
});

describe("a change of an object", () => {
  it("has the object's namespace where it is not the release's", () => {
    const [{ after: here }] = compare([], [simple("Service", {}, { namespace: NAMESPACE })], NAMESPACE);
    const [{ after: there }] = compare([], [simple("Service", {}, { namespace: "other" })], NAMESPACE);
    assert.deepEqual([here?.metadata, there?.metadata], [{ name: "one" }, { name: "one", namespace: "other" }]);
  });

  it("is told apart from that of another hook of the same name, by when it runs", () => {
    const hook = (event: string, spec: number) => simple("Job", { spec }, { annotations: { "helm.sh/hook": event } });
    const both = [hook("pre-install", 1), hook("post-upgrade", 2)];
    assert.deepEqual(compare(both, both, NAMESPACE), []);
    assert.deepEqual(
      compare(both, [both[0], hook("post-upgrade", 3)], NAMESPACE).map(({ what, hook }) => [what, ...hook]),
      [["changed", "post-upgrade"]],
    );
  });

  it("is told apart from that of a hook of the same name", () => {
    const hook = simple("Job", { spec: 1 }, { annotations: { "helm.sh/hook": "test" } });
    assert.deepEqual(compare([simple("Job"), hook], [simple("Job"), hook], NAMESPACE), []);
    assert.deepEqual(compare([hook], [], NAMESPACE), [{ what: "removed", before: hook, fields: [], hook: ["test"] }]);
  });
});
