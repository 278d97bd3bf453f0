// Manifests are read as Helm reads them: each text below is given to the real helm, and to readManifests.
// Does not prove: what an API server makes of an object.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readManifests } from "../../src/kubernetes/manifests.ts";

const HEAD = "apiVersion: v1\nkind: Scalars";

const scalars = `
  0440 0777_ 00 08 -0440 +0440 0o17 0o18 0o 0O17
  on On oN off y Y n N yes YES no true True tRUE FALSE ~ null Null NULL nil
  1_000 1__0 _1 1_ 0x_1F 0b1_0 1_000.5 1.5_5
  1:30 190:20:30 2001-01-01 2001-12-14t21:59:43.10-05:00
  .5 -.5 +.5 5. 0. . .e1 ._5 1e3 1E3 1e+3 1.5e-3 12e03 0.1e1_0 1e999 1e400x 1e21
  0x1F 0X1F -0x1F 0x 0b11 0B11 -0b11 +12 + -0 0 -1
  123456789012345678 9007199254740993 18446744073709551615 99999999999999999999
  "on" '0440' "1e3" '~' "" 'y' "\\x41"
  = !!str&5 !!int&"3" !!float&"3" !!float&0x10 !!bool&yes !!binary&aGVsbG8= !!timestamp&2001-01-01 !local&x
`;

const others = {
  "no text": "a:",
  "a comment at once": 'a: "x"#c',
  "a list": "a: [on, 0440, ~, 1:30]",
  "a folded text": "a: >\n  1\n  2",
  "a text of lines": "a: |\n  on\n",
  "keys that are truths, numbers and times":
    "true: 1\non: 2\n1: 3\n0440: 4\n1.10: 5\n1e3: 6\n.5: 7\n2001-01-01: 8\n1:30: 9\n.inf: 10",
  "a key that stands twice": "a: 1\nb: 2\na: 3",
  "a merge before a key": "a: &a {x: 1, z: 2}\nb: {<<: *a, x: 3}",
  "a merge after a key": "a: &a {x: 1, z: 2}\nb: {x: 3, <<: *a}",
  "a merge of two": "a: &a {x: 1, z: 2}\nb: {<<: [*a, {x: 4, u: 5}]}",
  "<< in quotes": '"<<": {x: 1}',
  "<< as a value": "a: <<",
};

const cases: [title: string, text: string][] = [
  ...scalars
    .trim()
    .split(/\s+/)
    .map((scalar): [string, string] => [scalar, `a: ${scalar.replace("&", " ")}`]),
  ...Object.entries(others),
];

describe("a manifest is read as Helm reads it", () => {
  let folder: string;
  let helm: Record<string, unknown>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "scalars-"));
    mkdirSync(join(folder, "templates"));
    writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: scalars\nversion: 0.1.0\n");
    cases.forEach(([, text], index) => {
      writeFileSync(join(folder, `case-${index}`), `${HEAD}\n${text}\n`);
    });
    const read = `{{ range $path, $_ := .Files.Glob "case-*" }}
  {{ $path }}: {{ $.Files.Get $path | fromYaml | toJson | quote }}{{ end }}`;
    writeFileSync(join(folder, "templates", "all.yaml"), `apiVersion: v1\nkind: ConfigMap\ndata:${read}\n`);
    const [{ data }] = readManifests(execFileSync("helm", ["template", "scalars", folder], { encoding: "utf8" }));
    helm = data as Record<string, unknown>;
  });
  after(() => rmSync(folder, { recursive: true }));

  cases.forEach(([title, text], index) => {
    it(title, () => {
      const expected = JSON.parse(String(helm[`case-${index}`]));
      assert.equal(expected.Error, undefined);
      assert.deepEqual(readManifests(`${HEAD}\n${text}`), [expected]);
    });
  });
});

describe("documents", () => {
  const object = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

  it("that are empty are none", () => {
    assert.deepEqual(readManifests(""), []);
    assert.deepEqual(readManifests("---\n# Source: a/templates/a.yaml\n---\n\n---\n"), []);
  });

  it("that are lists are their elements, lists in lists too, with what the list says of them", () => {
    const short = { metadata: { name: "c" } };
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [object("a"), { apiVersion: "v1", kind: "ConfigMapList", items: [short] }],
    };
    assert.deepEqual(readManifests(JSON.stringify(list)), [object("a"), object("c")]);
    assert.deepEqual(readManifests("apiVersion: v1\nkind: List\nitems: []"), []);
  });

  it("that are no objects are refused, with the template that made them, or skipped", () => {
    const text = (body: string) => `---\n# Source: shop/templates/web.yaml\n${body}\n`;
    const refused = (field: string) => ({
      message: `shop/templates/web.yaml: expected documents with apiVersion and kind, found one without ${field}`,
    });
    assert.throws(() => readManifests(text("apiVersion: v1\nmetadata: {}")), refused("kind"));
    assert.throws(() => readManifests(text("kind: Service")), refused("apiVersion"));
    assert.throws(() => readManifests(text("\nkind: 5\napiVersion: v1")), refused("kind"));
    assert.throws(() => readManifests(text("- a")), refused("apiVersion"));
    assert.deepEqual(
      readManifests(`${text("- a")}${text("kind: Service")}---\n${JSON.stringify(object("a"))}`, "skip"),
      [object("a")],
    );
  });

  it("that are no YAML, or merge what is no map, are refused", () => {
    assert.throws(() => readManifests("a: [1"), { name: "YAMLParseError" });
    assert.throws(() => readManifests(`${HEAD}\na: {<<: 5}`), {
      message: "expected a map, or a list of maps, below <<",
    });
    assert.throws(() => readManifests(`${HEAD}\na: {<<: [{b: 1}, 5]}`), {
      message: "expected a map, or a list of maps, below <<",
    });
  });

  it("that are no objects are called manifests where no template made them", () => {
    const refused = { message: "a manifest: expected documents with apiVersion and kind, found one without kind" };
    assert.throws(() => readManifests("apiVersion: v1"), refused);
    assert.throws(() => readManifests("# The Source: a\napiVersion: v1"), refused);
  });

  it("have numbers, but not with a space that does not break behind", () => {
    const [{ a, b, c }] = readManifests(`${HEAD}\na: 1\u00a0\nb: !!null null\nc: <<x`);
    assert.deepEqual([a, b, c], ["1\u00a0", null, "<<x"]);
  });
});
