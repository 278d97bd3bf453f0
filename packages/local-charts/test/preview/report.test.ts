// No planted secret is in a report, and each field that changed is. Does not prove: that a secret is found which nobody could
// tell from an ordinary word.
import { strict as assert } from "node:assert";
import { compare } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { type Basis, report } from "../../src/preview/report.ts";
import { previewText } from "../../src/preview/text.ts";
import { NAMESPACE, simple } from "../support/objects.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a report", () => {
  const word = "hunter-two";
  /** A secret planted in every way that an object can hold one; `version` makes each differ. */
  const planted = (version: string): KubernetesObject[] => {
    const value = `${word}${version}`;
    const env = [
      { name: "API_TOKEN", value },
      { name: "BROKER", value: `amqp://user:${value}@mq:5672` },
      { name: "BLOB", value: base64(`{"password": "${value}"}`) },
      { name: "FROM", valueFrom: { secretKeyRef: { name: "one", key: "TOKEN" } } },
    ];
    const args = [
      "--password",
      value,
      `--token=${value}`,
      `https://x:${value}@example.org`,
      base64(`Basic x:${value}`),
    ];
    const containers = [{ name: "app", env, args, command: ["sh", "-c", `PGPASSWORD=${value} psql`] }];
    return [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "one" },
        stringData: { a: value },
        data: { b: base64(value) },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "two" },
        data: { password: value, conf: `token=${value}\nport=1` },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "three", annotations: { "x/token": value } },
        spec: { containers },
      },
    ];
  };
  const basis: Basis = { from: "deployed", revision: 1 };
  const made = (before: KubernetesObject[], after: KubernetesObject[]) =>
    report("r", "n", basis, compare(before, after, "n"), after);
  const sides: [string, KubernetesObject[], KubernetesObject[]][] = [
    ["changed", planted("1"), planted("2")],
    ["added", [], planted("1")],
    ["removed", planted("1"), []],
  ];
  for (const [what, before, after] of sides) {
    it(`holds no planted secret: objects ${what}`, () => {
      const all = made(before, after);
      const text = JSON.stringify(all) + previewText(all);
      for (const version of ["1", "2"]) {
        for (const form of [word, base64(`${word}${version}`), base64(`{"password": "${word}${version}"}`)]) {
          assert.equal(text.includes(form), false, form);
        }
      }
    });
  }

  it("still names each field that changed", () => {
    const { entries } = made(planted("1"), planted("2"));
    const env = "spec.containers[app].env";
    assert.deepEqual(
      entries.map(({ object, fields }) => [object, fields]),
      [
        [
          "Secret one",
          ['stringData.a: "[redacted]" → "[redacted: another]"', 'data.b: "[redacted]" → "[redacted: another]"'],
        ],
        [
          "ConfigMap two",
          [
            'data.password: "[redacted]" → "[redacted: another]"',
            'data.conf: "token=[redacted]\\nport=1" → "token=[redacted: another]\\nport=1"',
          ],
        ],
        [
          "Pod three",
          [
            'metadata.annotations.x/token: "[redacted]" → "[redacted: another]"',
            `${env}[API_TOKEN].value: "[redacted]" → "[redacted: another]"`,
            `${env}[BROKER].value: "amqp://[redacted]@mq:5672" → "amqp://[redacted: another]@mq:5672"`,
            `${env}[BLOB].value: "[redacted]" → "[redacted: another]"`,
            entries[2].fields[4],
            'spec.containers[app].command: ["sh","-c","PGPASSWORD=[redacted] psql"] → ["sh","-c","PGPASSWORD=[redacted: another] psql"]',
          ],
        ],
      ],
    );
  });

  it("shows names and keys of Secrets that are referred to", () => {
    const [{ after }] = made([], planted("1")).entries.slice(2);
    assert.match(after, /secretKeyRef:\n +key: TOKEN\n +name: one/);
  });

  it("marks another hidden value in the YAML too", () => {
    const [{ before, after }] = made(planted("1"), planted("2")).entries;
    assert.match(before, /b: "\[redacted\]"/);
    assert.match(after, /b: "\[redacted: another\]"/);
  });
});

describe("of a report", () => {
  const NONE: Basis = { from: "nothing" };
  const UPGRADE: Basis = { from: "deployed", revision: 1 };
  const of = (before: KubernetesObject[], after: KubernetesObject[], basis: Basis = UPGRADE) =>
    report("r", NAMESPACE, basis, compare(before, after, NAMESPACE), after);
  const hook = (name: string, events: string | undefined, rest: object = {}) =>
    simple("Job", { ...rest }, { name, annotations: events === undefined ? {} : { "helm.sh/hook": events } });
  const map = (data: unknown) => simple("ConfigMap", { data });

  it("an entry has all that there is to show", () => {
    const labelled = (version: string, data: object) =>
      simple(
        "ConfigMap",
        { data },
        { labels: { "helm.sh/chart": version, app: version }, annotations: { "checksum/a": version } },
      );
    assert.deepEqual(of([labelled("1", { "b.c": "x" })], [labelled("2", { "b.c": "y", d: 1 })]), {
      release: "r",
      basis: UPGRADE,
      entries: [
        {
          ...{ what: "changed", object: "ConfigMap one", hook: [] },
          fields: ['metadata.labels.app: "1" → "2"', 'data["b.c"]: "x" → "y"', "data.d: nothing → 1"],
          noise: ['helm.sh/chart: "1" → "2"', 'checksum/a: "1" → "2"'],
          notes: [],
          before:
            'apiVersion: v1\ndata:\n  b.c: x\nkind: ConfigMap\nmetadata:\n  annotations:\n    checksum/a: "1"\n  labels:\n    app: "1"\n    helm.sh/chart: "1"\n  name: one\n',
          after:
            'apiVersion: v1\ndata:\n  b.c: y\n  d: 1\nkind: ConfigMap\nmetadata:\n  annotations:\n    checksum/a: "2"\n  labels:\n    app: "2"\n    helm.sh/chart: "2"\n  name: one\n',
        },
      ],
      runs: [],
    });
  });

  it("an entry of what is removed has no YAML after it, and one of what is added none before", () => {
    const [added, removed] = of([simple("Secret")], [map({})]).entries;
    assert.deepEqual([added.what, added.before, added.after.length > 0, added.notes], ["added", "", true, []]);
    assert.deepEqual(
      [removed.what, removed.after, removed.before.length > 0, removed.notes],
      ["removed", "", true, ["its content is nowhere else"]],
    );
  });

  it("hooks run that do not differ, by what Helm does, where anything changes", () => {
    const hooks = [
      hook("a", "pre-install, pre-upgrade"),
      hook("b", "post-upgrade,post-upgrade-x"),
      hook("c", "test"),
      hook("d", undefined),
      hook("e", "pre-install"),
    ];
    const runs = (basis?: Basis) => of([...hooks, map({ a: 1 })], [...hooks, map({ a: 2 })], basis).runs;
    assert.deepEqual(runs(), ["Job a (pre-upgrade)", "Job b (post-upgrade)"]);
    assert.deepEqual(runs({ from: "unknown", reason: "" }), ["Job a (pre-upgrade)", "Job b (post-upgrade)"]);
    assert.deepEqual(runs(NONE), ["Job a (pre-install)", "Job e (pre-install)"]);
    assert.deepEqual(of(hooks, hooks).runs, []);
  });

  it("a hook that differs is an entry, and not named again", () => {
    const { entries, runs } = of(
      [hook("a", "pre-upgrade", { x: 1 })],
      [hook("a", "pre-upgrade", { x: 2 }), hook("b", "pre-upgrade"), simple("Job", {}, { name: "c" })],
    );
    assert.deepEqual(
      entries.map(({ what, object, hook }) => [what, object, hook]),
      [
        ["changed", "Job a", ["pre-upgrade"]],
        ["added", "Job b", ["pre-upgrade"]],
        ["added", "Job c", []],
      ],
    );
    assert.deepEqual(runs, []);
  });

  it("an object of the same name as a hook does not hide that it runs", () => {
    const own = simple("Job", { x: 1 }, { name: "a" });
    assert.deepEqual(of([hook("a", "pre-upgrade")], [hook("a", "pre-upgrade"), own]).runs, ["Job a (pre-upgrade)"]);
  });

  it("hidden values that differ are marked in the YAML, and only those", () => {
    const secret = (data: object) => simple("Secret", { data });
    const [{ before, after, fields }] = of(
      [secret({ a: "1", b: "1", c: "1", d: { e: "1" } })],
      [secret({ a: "2", b: "1", f: "2", d: { e: "2" } })],
    ).entries;
    const yaml = (lines: string) => `apiVersion: v1\ndata:\n${lines}kind: Secret\nmetadata:\n  name: one\n`;
    assert.equal(before, yaml('  a: "[redacted]"\n  b: "[redacted]"\n  c: "[redacted]"\n  d:\n    e: "[redacted]"\n'));
    assert.equal(
      after,
      yaml('  a: "[redacted: another]"\n  b: "[redacted]"\n  d:\n    e: "[redacted: another]"\n  f: "[redacted]"\n'),
    );
    assert.deepEqual(fields, [
      'data.a: "[redacted]" → "[redacted: another]"',
      'data.c: "[redacted]" → nothing',
      'data.d.e: "[redacted]" → "[redacted: another]"',
      'data.f: nothing → "[redacted]"',
    ]);
  });

  it("a hidden element of a list is marked in its line", () => {
    const args = (value: string) => simple("X", { args: ["--token", value] });
    const [{ fields, after }] = of([args("1")], [args("2")]).entries;
    assert.deepEqual(fields, ['args: ["--token","[redacted]"] → ["--token","[redacted: another]"]']);
    assert.match(after, /- "?\[redacted: another\]/);
  });

  it("long values begin shortly before they differ", () => {
    const line = (before: string, after: string) => of([map({ a: before })], [map({ a: after })]).entries[0].fields[0];
    const x = (count: number) => "x".repeat(count);
    // Quotes count, and no line has more than 80 characters of a value.
    assert.equal(line(x(77), `${x(77)}y`), `data.a: "${x(77)}" → "${x(77)}y"`);
    assert.equal(line(x(77), `${x(77)}yz`), `data.a: …${x(20)}" → …${x(20)}yz"`);
    assert.equal(line(`${x(39)}a${x(60)}`, `${x(39)}b`), `data.a: "${x(39)}a${x(38)}… → "${x(39)}b"`);
    assert.equal(line(`${x(40)}a${x(60)}`, `${x(40)}b`), `data.a: …${x(20)}a${x(57)}… → …${x(20)}b"`);
    assert.equal(line(`a${x(100)}`, "b"), `data.a: "a${x(77)}… → "b"`);
    assert.equal(line("", x(100)), `data.a: "" → "${x(78)}…`);
  });

  it("a long value that is the same but for what is hidden begins shortly before that", () => {
    const value = (word: string) => map({ a: `${"x ".repeat(50)}token=${word}` });
    const [{ fields }] = of([value("1a")], [value("2b")]).entries;
    const shown = " x x token=[redacted";
    assert.deepEqual(fields, [`data.a: …${shown}]" → …${shown}: another]"`]);
  });
});
