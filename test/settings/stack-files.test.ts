// Stack files that are no map of a `config:`, read by the settings and by the verbs.
// Does not prove: what Pulumi itself says of such a file.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { parseDocument } from "yaml";
import { isProtected, stackConfig } from "../../ops/stack/stack-file.ts";
import { placeOf, stackFile } from "../../settings/stack-files.ts";
import { readSettings } from "../../settings.ts";
import { Failure } from "../../tools/program.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-stack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const INVALID = "nothing was changed, correct it there";

const refused: [what: string, text: string, said: string][] = [
  [
    "tabs",
    "config:\n\ttodo:origin: x\n",
    `not valid YAML: Tabs are not allowed as indentation at line 2, column 1; ${INVALID}`,
  ],
  [
    "a key twice",
    "config:\n  a: 1\n  a: 2\n",
    `not valid YAML: Map keys must be unique at line 3, column 3; ${INVALID}`,
  ],
  [
    "no end",
    "config: [",
    `not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 10; ${INVALID}`,
  ],
  [
    "an anchor that is nowhere",
    "config: { a: *b }",
    `not valid YAML: Unresolved alias (the anchor must be set before the alias): b; ${INVALID}`,
  ],
  ["a list", "- config\n", "expected a map with the key config, found a list; nothing was changed"],
  ["a text", "config\n", 'expected a map with the key config, found "config"; nothing was changed'],
  ["a list of keys", "config: []\n", "expected a map of keys below config:, found a list; nothing was changed"],
  ["a number for the keys", "config: 5\n", "expected a map of keys below config:, found 5; nothing was changed"],
];

describe("a stack file", () => {
  for (const [what, text, said] of refused) {
    it(`of ${what} is refused with one sentence, by settings and verbs alike`, () => {
      writeFileSync(stackFile(folder, "lab"), text);
      const message = `Pulumi.lab.yaml: ${said}`;
      for (const [read, type] of [
        [() => readSettings(folder, "lab"), RunError],
        [() => stackConfig("lab", folder), Failure],
      ] as const) {
        assert.throws(read, (error: Error) => {
          assert.equal(error.message, message);
          return error instanceof type;
        });
      }
    });
  }

  for (const [what, text] of [
    ["is empty", ""],
    ["has comments alone", "# to do\n"],
    ["has no keys", "config:\n"],
    ["begins with a byte order mark", "\uFEFFconfig:\n"],
    ["has Windows line ends", "# to do\r\nconfig:\r\n"],
  ]) {
    it(`that ${what} lacks what has no default`, () => {
      writeFileSync(stackFile(folder, "lab"), text);
      assert.deepEqual(stackConfig("lab", folder), {});
      assert.throws(() => readSettings(folder, "lab"), {
        message:
          /^Pulumi\.lab\.yaml has 5 problems; nothing was changed\.\n {2}todo:cluster: expected a map of keys, found nothing\n/,
      });
    });
  }
});

describe("a short key", () => {
  const text = "config:\n  cluster: { context: lab }\n  todo:origin: http://lab\n  aws:region: x\n";

  it("is the full one, as for Pulumi", () => {
    writeFileSync(stackFile(folder, "lab"), text);
    assert.deepEqual(stackConfig("lab", folder), {
      "todo:cluster": { context: "lab" },
      "todo:origin": "http://lab",
      "aws:region": "x",
    });
  });

  it("is found where it stands, and a missing one where it would stand", () => {
    const places = ["cluster", "origin", "quota"].map((key) => placeOf(parseDocument(text), key));
    assert.deepEqual(places, [
      ["config", "cluster"],
      ["config", "todo:origin"],
      ["config", "todo:quota"],
    ]);
    for (const nothing of ["", "config:", "config: []", "- a"]) {
      assert.deepEqual(placeOf(parseDocument(nothing), "cluster"), ["config", "todo:cluster"]);
    }
  });
});

describe("isProtected", () => {
  for (const [value, found] of [
    ["yes", '"yes"'],
    ['"yes"', '"yes"'],
    ["1", '"1"'],
    ["", "nothing"],
    ["{ value: true }", "a map"],
    ["[true]", "a list"],
  ]) {
    for (const key of ["todo:protected", "protected"]) {
      it(`refuses ${key}: ${value || "nothing"}, which would leave the stack open`, () => {
        writeFileSync(stackFile(folder, "lab"), `config:\n  ${key}: ${value}\n`);
        assert.throws(() => isProtected("lab", folder), {
          message: `Pulumi.lab.yaml: todo:protected: expected true or false, found ${found}; nothing was changed`,
        });
      });
    }
  }
});
