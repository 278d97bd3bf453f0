// Where a chart's value comes from, found by experiment with a program of the test's own, and what is said of the values that
// an error of Helm names. Does not prove: that Helm words its errors so (the tests of the program that uses this).
import { strict as assert } from "node:assert";
import { explainBy, explanation, type Origin, valuePaths, valueSources } from "../../src/preview/value-sources.ts";
import type { ChartArgs } from "../../src/render/chart.ts";

interface Settings {
  secret: string;
  web: { replicas: number; host: string; tag: string; debug: boolean; paths: string[]; none?: string };
  size: number;
}
const settings: Settings = {
  ...{ secret: "s", size: 1 },
  web: { replicas: 2, host: "shop", tag: "v1", debug: false, paths: ["/"], none: undefined },
};
const chart = (release: string, values: ChartArgs["values"]): ChartArgs => ({
  ...{ chart: `./charts/${release}`, release, namespace: "shop" },
  values,
});
const charts = ({ web, size, secret }: Settings): ChartArgs[] => {
  if (web.replicas > 2 && size > 1) throw new Error("never both");
  if (web.host.includes("x")) throw new Error("no such host");
  return [
    chart("web", {
      replicaCount: web.replicas,
      image: { tag: web.tag, full: `shop:${web.tag}` },
      fixed: "a",
      ...{ hosts: [web.host, secret] },
      ...(web.debug && { level: "debug" }),
      ...(!web.debug && { quiet: true }),
    }),
    chart("db", { size: `${size}Gi`, paths: web.paths, user: `${web.host}-${web.replicas}` }),
    ...(web.debug ? [chart("debugger", { a: 1 })] : []),
  ];
};
const origin = (): Origin<Settings> => ({
  ...{ settings, chartsOf: charts, file: "dev.yaml" },
  sections: { web: settings.web, size: settings.size },
  key: (path) => `shop:${path.join(".")}`,
});

describe("where values come from", () => {
  it("is found by changing each setting", () => {
    const found = Object.entries(valueSources(origin())).map(([release, sources]) => [
      release,
      Object.fromEntries(sources),
    ]);
    assert.deepEqual(Object.fromEntries(found), {
      "shop/web": {
        replicaCount: ["shop:web.replicas"],
        "image.tag": ["shop:web.tag"],
        "image.full": ["shop:web.tag"],
        // No other host is taken but one that differs in a letter.
        hosts: ["shop:web.host"],
        level: ["shop:web.debug"],
        quiet: ["shop:web.debug"],
      },
      "shop/db": { size: ["shop:size"], paths: ["shop:web.paths"], user: ["shop:web.replicas", "shop:web.host"] },
    });
  });

  it("is tried with what is well-formed: another number, truth, letter, digit, or more", () => {
    const tried: unknown[] = [];
    const sections = { n: 1, t: true, f: false, s: "b-2c3", l: ["a"], z: null, u: undefined };
    const chartsOf = (each: object) => {
      tried.push(
        ...Object.entries(each).flatMap(([key, value]) => (value === (sections as never)[key] ? [] : [value])),
      );
      return [];
    };
    valueSources({ settings: {}, sections, chartsOf, key: String, file: "" });
    const changed = tried.filter((value) => !Array.isArray(value));
    assert.deepEqual(
      changed.filter(
        (value) => ![1, true, false, "b-2c3", null, undefined].includes(value as never) || typeof value === "boolean",
      ),
      [2, false, true, "b-2c3x", "z-2c3", "b-7c3", "ax", "z", "a", "nullx", "zull", "null"],
    );
  });

  it("leaves the settings as they are", () => {
    const before = structuredClone(settings);
    valueSources(origin());
    assert.deepEqual(settings, before);
  });
});

it("the paths of values: a list is one, and what is undefined is none", () => {
  assert.deepEqual(valuePaths({ a: { b: 1, c: undefined }, d: [1, { e: 2 }], f: null, g: {}, h: "x" }), [
    ["a.b", "1"],
    ["d", '[1,{"e":2}]'],
    ["f", "null"],
    ["h", '"x"'],
  ]);
  assert.deepEqual(valuePaths(undefined), []);
});

describe("of an error of Helm it is said that", () => {
  const [web] = charts(settings);
  const sources = new Map([
    ["replicaCount", ["shop:web.replicas"]],
    ["image.tag", ["shop:web.tag", "shop:web.full"]],
    ["image.full", ["shop:web.tag"]],
  ]);
  const tag = "image is shop:web.tag, shop:web.full of dev.yaml";
  const cases: [what: string, said: string, expected: string][] = [
    [
      "a value by its place",
      "at '/replicaCount': got string, want integer",
      "replicaCount is shop:web.replicas of dev.yaml",
    ],
    ["a map by its place", "at '/image': wrong", tag],
    ["a value below", "at '/image/tag': wrong", "image.tag is shop:web.tag, shop:web.full of dev.yaml"],
    ["a value that no setting decides", "at '/fixed': wrong", "fixed is set by the program itself"],
    [
      "a value that is not passed",
      "at '/port': wrong",
      "port is not passed by the program, so charts/web/values.yaml has it or nothing does",
    ],
    [
      "a name that only begins like one",
      "at '/imag': wrong",
      "imag is not passed by the program, so charts/web/values.yaml has it or nothing does",
    ],
    [
      "two places",
      "at '/fixed': a; at '/image/full': b",
      "fixed is set by the program itself; image.full is shop:web.tag of dev.yaml",
    ],
    ["one place twice", "at '/fixed': a\nat '/fixed': b", "fixed is set by the program itself"],
    [
      "keys that are too many",
      "at '/image': additional properties 'tag', 'x' not allowed",
      "image.tag is shop:web.tag, shop:web.full of dev.yaml; image.x is not passed by the program, so charts/web/values.yaml has it or nothing does",
    ],
    [
      "a key that is too many at the top",
      "at '': additional property 'fixed' not allowed",
      "fixed is set by the program itself",
    ],
    ["a sentence about properties further on", "at '/image': no additional properties 'x' not allowed", tag],
    [
      "a place of nothing in particular",
      "at '': wrong",
      "fix the chart, or the key of dev.yaml that the value comes from",
    ],
    [
      "a template's expression",
      "<.Values.image.tag>: nil; <.Values.fixed.>",
      "image.tag is shop:web.tag, shop:web.full of dev.yaml; fixed is set by the program itself",
    ],
    [
      "a chart's own sentence",
      "replicaCount must be odd, and image.tag too",
      "replicaCount is shop:web.replicas of dev.yaml; image.tag is shop:web.tag, shop:web.full of dev.yaml",
    ],
    [
      "a word that holds a value's name",
      "myreplicaCount, replicaCounts, replicaCount.x",
      "fix the chart, or the key of dev.yaml that the value comes from",
    ],
    ["nothing that it knows", "exit status 1", "fix the chart, or the key of dev.yaml that the value comes from"],
    ["nothing", "", "fix the chart, or the key of dev.yaml that the value comes from"],
  ];
  for (const [what, said, expected] of cases) {
    it(what, () => assert.equal(explanation(web, said, sources, "dev.yaml"), expected));
  }

  it("by the settings of a program, also for a chart that they do not give", () => {
    const explain = explainBy(origin());
    assert.equal(explain(web, "at '/image/tag': wrong"), "image.tag is shop:web.tag of dev.yaml");
    assert.equal(explain({ ...web, release: "x" }, "at '/image/tag': wrong"), "image.tag is set by the program itself");
  });
});
