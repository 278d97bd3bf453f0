// Which values of an object are hidden by where they stand. Does not prove: what is hidden by how it looks
// (credentials.test.ts).
import { strict as assert } from "node:assert";
import { elementAt } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { redactField, redactObject } from "../../src/redact/redact.ts";
import { simple } from "../support/objects.ts";

const HIDDEN = "[redacted]";

describe("an object is shown", () => {
  const cases: [what: string, object: KubernetesObject, shown: Record<string, unknown>][] = [
    [
      "without the values of a Secret, whose keys stay",
      simple("Secret", {
        type: "Opaque",
        data: { a: "x", b: "", c: null, d: 5, e: true, f: ["x", { g: "y" }], h: undefined },
        stringData: { a: "x" },
      }),
      {
        type: "Opaque",
        data: { a: HIDDEN, b: "", c: null, d: HIDDEN, e: true, f: [HIDDEN, { g: HIDDEN }], h: undefined },
        stringData: { a: HIDDEN },
      },
    ],
    [
      "with the values of other kinds",
      simple("ConfigMap", { data: { a: "x" }, stringData: { a: "x" } }),
      { data: { a: "x" }, stringData: { a: "x" } },
    ],
    [
      "without values under the names of secrets",
      simple("ConfigMap", { data: { token: "x", API_KEY: "y", name: "z" } }),
      { data: { token: HIDDEN, API_KEY: HIDDEN, name: "z" } },
    ],
    [
      "with maps, numbers and truths under such names, which refer to secrets",
      simple("X", { token: { name: "x" }, secret: 5, password: true, apiKey: ["x"] }),
      { token: { name: "x" }, secret: 5, password: true, apiKey: ["x"] },
    ],
    [
      "without the values of variables of such names",
      simple("X", {
        env: [
          { name: "API_TOKEN", value: "x" },
          { name: "LEVEL", value: "y" },
          { name: 5, value: "z" },
          { value: "v" },
          { name: "API_TOKEN", other: "w" },
        ],
      }),
      {
        env: [
          { name: "API_TOKEN", value: HIDDEN },
          { name: "LEVEL", value: "y" },
          { name: 5, value: "z" },
          { value: "v" },
          { name: "API_TOKEN", other: "w" },
        ],
      },
    ],
    [
      "with a number that is such a variable's value hidden",
      simple("X", { env: [{ name: "API_TOKEN", value: 5 }] }),
      { env: [{ name: "API_TOKEN", value: HIDDEN }] },
    ],
    [
      "without what follows the flag of a secret",
      simple("X", {
        args: ["--password", "x", "-v", "--api-key", "y", "--level", "z", "password", "w", "---token", "t"],
      }),
      { args: ["--password", HIDDEN, "-v", "--api-key", HIDDEN, "--level", "z", "password", "w", "---token", HIDDEN] },
    ],
    [
      "without what looks like a credential",
      simple("X", { a: { b: ["amqp://u:p@mq"] } }),
      { a: { b: [`amqp://${HIDDEN}@mq`] } },
    ],
    [
      "with lists of a Secret that are none of its data",
      simple("Secret", { x: [{ data: "v" }] }),
      { x: [{ data: "v" }] },
    ],
    ["with what is no text", simple("X", { a: 1, b: null, c: false }), { a: 1, b: null, c: false }],
  ];
  for (const [what, object, shown] of cases) {
    it(what, () => assert.deepEqual(redactObject(object), { ...object, ...shown }));
  }
});

describe("a field is shown", () => {
  const secret = simple("Secret", { data: { a: "x" } });
  const pod = simple("Pod", {
    spec: {
      containers: [
        {
          name: "app",
          env: [
            { name: "API_TOKEN", value: "x" },
            { name: "LEVEL", value: "y" },
          ],
        },
      ],
    },
  });
  const env = ["spec", "containers", "[app]", "env"];
  // Told apart by the name in their metadata.
  const claims = simple("StatefulSet", {
    spec: { volumeClaimTemplates: [{ metadata: { name: "data", annotations: { token: "y", size: "y" } } }] },
  });
  const template = ["spec", "volumeClaimTemplates", "[data]", "metadata", "annotations"];
  const cases: [object: KubernetesObject, path: string[], value: unknown, shown: unknown][] = [
    [secret, ["data", "a"], "x", HIDDEN],
    [secret, ["data"], { a: "x" }, { a: HIDDEN }],
    [secret, ["stringData", "a"], "x", HIDDEN],
    [secret, ["type"], "x", "x"],
    [pod, [...env, "[API_TOKEN]", "value"], "x", HIDDEN],
    [pod, [...env, "[LEVEL]", "value"], "y", "y"],
    [pod, [...env, "[API_TOKEN]"], { name: "API_TOKEN", value: "x" }, { name: "API_TOKEN", value: HIDDEN }],
    [pod, [...env, "[NEW]", "value"], "y", "y"],
    [simple("ConfigMap", { data: { token: "x" } }), ["data", "token"], "y", HIDDEN],
    [simple("ConfigMap", {}), ["data", "token"], "y", "y"],
    [simple("ConfigMap", { data: "x" }), ["data"], "y", "y"],
    [pod, [], "x", "x"],
    [claims, [...template, "token"], "x", HIDDEN],
    [claims, [...template, "size"], "x", "x"],
  ];
  for (const [object, path, value, shown] of cases) {
    it(`${object.kind} ${path.join(".")}: ${JSON.stringify(value)}`, () => {
      assert.deepEqual(redactField(object, path, value), shown);
    });
  }
});

describe("what stands at a path", () => {
  const object = {
    list: [
      { name: "a", x: 1 },
      { mountPath: "/b", x: 2 },
      { key: "c", x: 3 },
      { host: "d", x: 4 },
      5,
      { other: "e", x: 6 },
    ],
    map: { list: ["y"] },
  };
  const cases: [path: string, found: unknown][] = [
    ["", object],
    ["list [a] x", 1],
    ["list [/b] x", 2],
    ["list [c] x", 3],
    ["list [d] x", 4],
    ["list [4]", 5],
    ["list [5] x", 6],
    ["list [e] x", undefined],
    ["list [9]", undefined],
    ["map list [0]", "y"],
    ["map list [0] length", undefined],
    ["map x y", undefined],
  ];
  for (const [path, found] of cases) {
    it(path || "nothing", () => assert.deepEqual(elementAt(object, path.split(" ").filter(Boolean)), found));
  }
});
