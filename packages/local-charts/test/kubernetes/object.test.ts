// What is one object, how it is called, and which texts of it are the same to an API server.
// Does not prove: that an API server agrees.
import { strict as assert } from "node:assert";
import { digestForm, groupKind, hookEvents, identity, isMap, normalised, title } from "../../src/kubernetes/object.ts";
import { objectsOf, withoutNulls } from "../../src/kubernetes/objects-of.ts";
import { simple } from "../support/objects.ts";

describe("an object", () => {
  const deployment = { ...simple("Deployment"), apiVersion: "apps/v1" };
  const elsewhere = simple("Service", {}, { namespace: "other" });

  it("is of a group and a kind, whatever the version", () => {
    assert.deepEqual([deployment, simple("Service")].map(groupKind), ["apps/Deployment", "/Service"]);
  });

  it("is one by group, kind, namespace and name", () => {
    assert.deepEqual(
      [deployment, simple("Service"), elsewhere].map((each) => identity(each, "shop")),
      ["apps/Deployment/shop/one", "/Service/shop/one", "/Service/other/one"],
    );
    const role = { ...simple("ClusterRole"), apiVersion: "rbac.authorization.k8s.io/v1" };
    assert.equal(identity(role, "shop"), identity(role, "other"));
  });

  it("is called by kind and name, and by its namespace where that is another", () => {
    assert.deepEqual(
      [deployment, elsewhere, simple("Service", {}, { namespace: "shop" })].map((each) => title(each, "shop")),
      ["Deployment one", "Service other/one", "Service one"],
    );
  });

  it("is a hook for what its annotation says", () => {
    const hooks = [undefined, {}, { "helm.sh/hook": " pre-install,post-install ,," }, { "helm.sh/hook": "" }];
    assert.deepEqual(
      hooks.map((annotations) => hookEvents(simple("Job", {}, { annotations }))),
      [[], [], ["pre-install", "post-install"], []],
    );
  });

  it("is no list, no text and not null", () => {
    assert.deepEqual([{}, { a: 1 }, [], "a", 1, null, undefined].map(isMap), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("an object as the API server understands it", () => {
  it("has no nulls, and no empty labels or annotations", () => {
    const odd = simple(
      "X",
      { a: null, b: undefined, c: { d: null, e: [null, { f: null, g: 1 }] } },
      { labels: {}, annotations: { a: "1" } },
    );
    assert.deepEqual(normalised(odd), {
      ...{ apiVersion: "v1", kind: "X", metadata: { name: "one", annotations: { a: "1" } } },
      c: { e: [null, { g: 1 }] },
    });
    assert.equal("b" in normalised(odd), false);
    const labels = { "helm.sh/chart": "a-1" };
    assert.deepEqual(normalised(simple("X", {}, { labels, annotations: undefined })).metadata, { name: "one", labels });
  });

  it("has amounts in one unit, where they are amounts", () => {
    const cases: [spec: object, expected: object][] = [
      ...["requests", "limits", "capacity", "hard", "default", "defaultRequest"].map((name): [object, object] => [
        { [name]: { cpu: "0.5", memory: "1024Mi" }, [`${name}s`]: { cpu: "0.5" }, [`my${name}`]: { cpu: "0.5" } },
        { [name]: { cpu: "500m", memory: "1Gi" }, [`${name}s`]: { cpu: "0.5" }, [`my${name}`]: { cpu: "0.5" } },
      ]),
      [{ emptyDir: { sizeLimit: "1024Mi" } }, { emptyDir: { sizeLimit: "1Gi" } }],
      [{ sizeLimit: { a: "1024Mi" } }, { sizeLimit: { a: "1024Mi" } }],
      [
        { limits: "1024Mi", a: "1024Mi" },
        { limits: "1024Mi", a: "1024Mi" },
      ],
      [{ limits: ["1024Mi"] }, { limits: ["1Gi"] }],
      [{ a: [{ requests: { cpu: "1000m" } }] }, { a: [{ requests: { cpu: "1" } }] }],
    ];
    for (const [spec, expected] of cases)
      assert.deepEqual(normalised(simple("X", { spec })).spec, expected, JSON.stringify(spec));
    assert.equal(normalised(simple("X", { sizeLimit: "1024Mi" })).sizeLimit, "1Gi");
  });

  it("has no defaults in its digest", () => {
    const spec = {
      type: "ClusterIP",
      ports: [
        { port: 1, protocol: "TCP" },
        { port: 2, protocol: "UDP" },
      ],
      other: null,
    };
    assert.deepEqual(digestForm(simple("Service", { spec })).spec, {
      ports: [{ port: 1 }, { port: 2, protocol: "UDP" }],
    });
    assert.deepEqual(digestForm(simple("Service", { spec: { a: { type: "ClusterIP" } } })).spec, {
      a: { type: "ClusterIP" },
    });
  });
});

describe("the objects that documents stand for", () => {
  const hook = { "helm.sh/hook": "test" };
  const generated = (metadata: object | undefined) =>
    objectsOf([{ apiVersion: "v1", kind: "Pod", metadata }])[0].metadata;

  it("are none for what is no map", () => assert.deepEqual(objectsOf([null, "a", 1, ["a"], undefined]), []));

  it("are a list's elements, which may leave out what the list says", () => {
    const list = {
      apiVersion: "v1",
      kind: "ConfigMapList",
      items: [{ metadata: { name: "a" } }, { kind: "Secret", metadata: { name: "b" } }, null, 5],
    };
    assert.deepEqual(objectsOf([list]), [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
      { apiVersion: "v1", kind: "Secret", metadata: { name: "b" } },
    ]);
    const odd = { apiVersion: "v1", kind: "ListListing", items: [{ metadata: { name: "a" } }] };
    assert.equal(objectsOf([odd])[0].kind, "ListListing");
  });

  it("have the rest of their names from the API server, where they are hooks", () => {
    assert.deepEqual(generated({ generateName: "a-", annotations: hook }), {
      name: "a-*",
      generateName: "a-",
      annotations: hook,
    });
    for (const metadata of [
      { generateName: "a-", annotations: {} },
      { generateName: "a-" },
      { generateName: "a-", annotations: "helm.sh/hook" },
      { name: "b", generateName: "a-", annotations: hook },
      { annotations: hook },
      undefined,
    ]) {
      assert.deepEqual(generated(metadata), metadata);
    }
  });

  it("are without what is null", () => {
    const value = { a: null, b: undefined, c: [{ d: null, e: 0 }, null, "x"], f: { g: null }, h: "", i: false };
    assert.deepEqual(withoutNulls(value), { c: [{ e: 0 }, null, "x"], f: {}, h: "", i: false });
    assert.equal("b" in withoutNulls(value), false);
    assert.equal(withoutNulls("a"), "a");
  });
});
