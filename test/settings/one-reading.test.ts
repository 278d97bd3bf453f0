// A stack file says one thing: what Pulumi's YAML and ours read differently is refused, by place, and the rest arrives as it
// stands there. Pulumi itself is asked. Does not prove: that no other text exists on which the two differ.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { withoutSecrets } from "../../ops/pr-report/preview.ts";
import { configOf, readStackFile } from "../../settings/stack-files.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-reading-"));
});
after(() => rmSync(folder, { recursive: true }));

const write = (text: string) => writeFileSync(join(folder, "Pulumi.lab.yaml"), text);
const problems = (text: string) => {
  write(text);
  return readStackFile(folder, "lab").problems.map(({ key, text }) => `${key}: ${text}`);
};
const HEAD = "expected what all readers take alike, found";
const DATE = "a date without quotes, which Pulumi writes in another form";
const NUMBER = "what is one number to Pulumi, and another or a text to others";
const DIGITS = "put it in quotes, or write a number in decimal digits";
const INEXACT = "a number that is not kept as it is";
const KEY = "a key that is no text";
const LINES = "several lines that begin with white space, which Pulumi may drop";
const ESCAPE = "an escape that Pulumi does not know, \\/ or half a character";

/** A value in a map, and what Pulumi makes of it; undefined where Pulumi refuses it too. */
const values: [text: string, found: string, fix: string, pulumi: unknown][] = [
  ["2026-11-03", DATE, "put it in quotes", "2026-11-03 00:00:00 +0000 UTC"],
  [
    "2026-11-03 00:00:00 +0000 UTC",
    "what `pulumi config set` made of a date without quotes",
    "write the date again, in quotes",
    "2026-11-03 00:00:00 +0000 UTC",
  ],
  ["2026-1-3", DATE, "put it in quotes", "2026-01-03 00:00:00 +0000 UTC"],
  ["2026-11-03T10:20:30Z", DATE, "put it in quotes", "2026-11-03 10:20:30 +0000 UTC"],
  ["2026-11-03 10:20:30.5", DATE, "put it in quotes", "2026-11-03 10:20:30.5 +0000 UTC"],
  ["2026-11-03t10:20:30+02:00", DATE, "put it in quotes", "2026-11-03 10:20:30 +0200 +0200"],
  ["1_000", NUMBER, DIGITS, 1000],
  ["1_0.5", NUMBER, DIGITS, 10.5],
  ["1_", NUMBER, DIGITS, 1],
  ["0755", NUMBER, DIGITS, 493],
  ["-0755", NUMBER, DIGITS, -493],
  ["0O17", NUMBER, DIGITS, 15],
  ["-0o17", NUMBER, DIGITS, -15],
  ["0X1F", NUMBER, DIGITS, 31],
  ["+0x1F", NUMBER, DIGITS, 31],
  ["0x1_F", NUMBER, DIGITS, 31],
  ["0b11", NUMBER, DIGITS, 3],
  ["-0b11", NUMBER, DIGITS, -3],
  ["1e400", INEXACT, "put it in quotes", "1e400"],
  [".inf", INEXACT, "put it in quotes", undefined],
  [".nan", INEXACT, "put it in quotes", undefined],
  ["9007199254740993", INEXACT, "put it in quotes", 9007199254740992],
  ["!!float 3", "the tag !!float", "leave it out", 3],
  ["!!set {a}", "the tag !!set", "leave it out", { a: null }],
  ["!!null x", "the tag !!null", "leave it out", undefined],
  ["!own x", "the tag !own", "leave it out", "x"],
  ["&a:b x", "the anchor a:b", "name it with letters, digits, _ and -", ":b x"],
  ["'x\u0085y'", "the character U+0085", 'write it as "\\u0085", in double quotes', "x y"],
  ["'x\u2028y'", "the character U+2028", 'write it as "\\u2028", in double quotes', "x\u2028y"],
  ["'x\u0007y'", "the character U+0007", 'write it as "\\u0007", in double quotes', undefined],
  ['"a\\/b"', ESCAPE, "write the character itself", undefined],
  ['"\\ud83d\\ude00"', ESCAPE, "write the character itself", undefined],
  ['"\\nx"', LINES, "begin them with another character", "x"],
  ['"\\t\\n"', LINES, "begin them with another character", undefined],
  ["[?x]", "a text without quotes that begins with ?", "put it in quotes", [{ x: null }]],
];

/** Whole files, and what is said of them. */
const files: [what: string, text: string, said: string][] = [
  [
    "a key that is a number",
    "config:\n  a:\n    1: x\n",
    `todo:a.1: ${HEAD} ${KEY} (line 3, column 5); put it in quotes`,
  ],
  [
    "a key that is nothing",
    "config:\n  todo:a:\n    NULL: x\n",
    `todo:a.NULL: ${HEAD} ${KEY} (line 3, column 5); put it in quotes`,
  ],
  [
    "a key that is a date",
    "config:\n  todo:a:\n    2026-11-03: x\n",
    `todo:a.2026-11-03: ${HEAD} ${DATE} (line 3, column 5); put it in quotes`,
  ],
  [
    "<< twice",
    "config:\n  todo:a: &a {x: 'y'}\n  todo:b:\n    <<: *a\n    <<: *a\n",
    `todo:b: ${HEAD} << more than once in a map (line 4, column 5); merge by one, <<: [*a, *b]`,
  ],
  [
    "<< in quotes",
    "config:\n  todo:a: {'<<': {x: 'y'}}\n",
    `todo:a.<<: ${HEAD} << in quotes, which merges too for Pulumi (line 2, column 12); leave the quotes out`,
  ],
  [
    "a key by two names",
    "config:\n  origin: x\n  todo:origin: y\n",
    "todo:origin: expected once, found it by two names, of which Pulumi takes either; remove todo:origin or the other",
  ],
  [
    "another version of YAML",
    "%YAML 1.1\n---\nconfig:\n  todo:a: x\n",
    `the file: ${HEAD} a line %YAML (line 1, column 1); leave it out`,
  ],
  [
    "what stands elsewhere in the file",
    "config: {}\nenvironment:\n  - 0755\n",
    `environment[0]: ${HEAD} ${NUMBER} (line 3, column 5); ${DIGITS}`,
  ],
];

/** Read alike: plain texts that look like something else to one YAML or another, and how texts are written. */
const alike = [
  ...[
    "yes",
    "no",
    "On",
    "off",
    "y",
    "N",
    "true",
    "True",
    "FALSE",
    "tRue",
    "~",
    "null",
    "NULL",
    "",
    "=",
    "1:30",
    "1,000",
  ],
  ...["0o17", "0x1F", "0o8", "0x", "1e3", "1E+3", "1.50", ".5", "5.", "+1", "-0", "007", "08", "00.5", "1e-7", "0b12"],
  ...[
    "1.2.3",
    "1-2",
    "2026-11-03T",
    "2026-11",
    "2001-12-14 21:59:43.10 -5",
    "e1",
    "--1",
    "inf",
    "_1",
    "0x1p4",
    "!!str 1",
  ],
  ...[
    "a#b",
    "a #b",
    "'it''s'",
    "http://x:1",
    "[a:b, 'c':d]",
    "{a, b: , c: d}",
    '"\\x41\\u00e9\\U0001F600\\0\\e"',
    "😀é漢",
  ],
  ...[
    "'#b'",
    "{x: &x [1], y: *x}",
    "one\n      two\n\n      three",
    "|\n      one\n\n      two",
    ">-\n      one\n      two\n",
  ],
  ...[
    '"one\\\n      two"',
    '{"a":1,"b":"c"}',
    "\u00a0x",
    "'a\ufeffb'",
    "a\tb",
    "'2026-11-03'",
    "'{{ $(A) $$ }}'",
    '"x\\n y\\n"',
  ],
];

describe("a stack file is refused, by place, for", () => {
  for (const [text, found, fix] of values) {
    it(`the value ${JSON.stringify(text)}`, () => {
      const [line, column] = [3, text.startsWith("'x") ? 10 : 8 + (/^[!&]\S+ /.exec(text)?.[0].length ?? 0)];
      const key = found.startsWith("the character") ? "the file" : text === "[?x]" ? "todo:m.k[0]" : "todo:m.k";
      const at = `line ${line}, column ${text === "[?x]" ? column + 1 : column}`;
      assert.deepEqual(problems(`config:\n  todo:m:\n    k: ${text}\n`), [`${key}: ${HEAD} ${found} (${at}); ${fix}`]);
    });
  }

  for (const [what, text, said] of files) {
    it(what, () => assert.deepEqual(problems(text), [said]));
  }

  for (const [what, text, said] of [
    ["two documents", "config: {}\n---\nconfig: {}\n", "Source contains multiple documents at line 2, column 1"],
    ["a key that is a list", "config:\n  ? [a]\n  : b\n", "A key is a list or a map"],
    ["an anchor inside itself", "config:\n  a: &a [*a]\n", "Anchor a contains itself"],
    ["what is no UTF-8", Buffer.from([0x61, 0xff]), "The encoded data was not valid for encoding utf-8"],
  ] as const) {
    it(`${what}, as no YAML`, () => {
      writeFileSync(join(folder, "Pulumi.lab.yaml"), text);
      const message = `Pulumi.lab.yaml: not valid YAML: ${said}; nothing was changed, correct it there`;
      assert.throws(() => configOf(folder, "lab"), { message });
    });
  }

  it("all of it at once, by what only needs the config", () => {
    write("config:\n  todo:m: {a: 0755, b: 2026-11-03}\n");
    const lines = [
      `todo:m.a: ${HEAD} ${NUMBER} (line 2, column 15); ${DIGITS}`,
      `todo:m.b: ${HEAD} ${DATE} (line 2, column 24); put it in quotes`,
    ];
    assert.throws(() => configOf(folder, "lab"), {
      message: `Pulumi.lab.yaml has 2 problems; nothing was changed.\n  ${lines.join("\n  ")}`,
    });
  });
});

describe("Pulumi itself", function () {
  this.timeout(60_000);
  const pulumi = (...args: string[]) =>
    execa("pulumi", [...args, "--stack", "lab"], {
      cwd: folder,
      env: {
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
      reject: false,
      stdin: "ignore",
    });
  /** The `config:` of a stack file as a program gets it; undefined where Pulumi refuses the file. */
  const config = async (text: string) => {
    write(text);
    const { failed, stdout } = await pulumi("config", "--json");
    if (failed) return undefined;
    const entries = Object.entries(JSON.parse(stdout) as Record<string, { value: string; objectValue?: unknown }>);
    return Object.fromEntries(entries.map(([key, { value, objectValue }]) => [key, objectValue ?? value]));
  };
  before(async () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: todo\nruntime: nodejs\n");
    write("");
    const { stderr, failed } = await pulumi("stack", "init");
    assert.ok(!failed, stderr);
  });

  it("reads all that is not refused as we do, at the top and in maps", async () => {
    const map = alike.map((text, index) => `    k${index}: ${text}\n`).join("");
    const top = alike.map((text, index) => `  todo:t${index}: ${text}\n`).join("");
    const merge = "  m:\n    <<: [{a: '1', b: '1'}, &x {b: '2', c: '2'}]\n    c: own\n  n:\n    d: own\n    <<: *x\n";
    const text = `config:\n  todo:map:\n${map}${top}${merge}  todo:config:old: x\n`;
    const theirs = await config(text);
    // By way of JSON, as Pulumi hands it over: there is no -0 in it.
    assert.deepEqual(JSON.parse(JSON.stringify(configOf(folder, "lab"))), theirs);
    assert.deepEqual(theirs?.["todo:m"], { a: "1", b: "1", c: "own" });
    assert.equal(theirs?.["todo:old"], "x");
    // So does the copy that the report on a pull request is made with.
    assert.deepEqual(await config(withoutSecrets(theirs ?? {})), theirs);
  });

  it("rewrites dates whatever it is told to change, and that is still found", async () => {
    write("config:\n  todo:m:\n    k: 2026-11-03\n");
    const { stderr, failed } = await pulumi("config", "set", "todo:other", "x");
    assert.ok(!failed, stderr);
    assert.deepEqual(
      readStackFile(folder, "lab").problems.map(({ key, text }) => `${key}: ${text}`),
      [
        `todo:m.k: ${HEAD} what \`pulumi config set\` made of a date without quotes (line 3, column 8); write the date again, in quotes`,
      ],
    );
  });

  it("reads what is refused as said here, or refuses it too", async () => {
    const accepted = values.filter(([, , , theirs]) => theirs !== undefined);
    const lines = accepted.map(([text], index) => `    k${index}: ${text}\n`).join("");
    const expected = accepted.map(([, , , theirs], index) => [`k${index}`, theirs]);
    assert.deepEqual((await config(`config:\n  todo:m:\n${lines}`))?.["todo:m"], Object.fromEntries(expected));
    for (const [text, , , theirs] of values) {
      if (theirs === undefined) assert.equal(await config(`config:\n  todo:m:\n    k: ${text}\n`), undefined, text);
    }
  });
});
