// Programs in bash run on macOS too, whose bash is 3.2 and whose other programs are BSD's.
// Does not prove: that they run there; it knows the usual traps by their look.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, it } from "mocha";
import { root } from "../../tools/places.ts";

const newer: [string, RegExp, string][] = [
  ["associative arrays, references, globals", /\b(declare|local|typeset) -[a-zA-Z]*[Ang]/, "local -A seen"],
  ["reading lines into an array", /\b(mapfile|readarray)\b/, "mapfile -t lines"],
  ["changing case", /\$\{\w+(\[[^\]]*\])?(\^|,)/, "$" + "{name,,}"],
  ["quoting an expansion", /\$\{\w+(\[[^\]]*\])?@[A-Za-z]\}/, "$" + "{name@Q}"],
  ["an array that may be empty, under set -u", /(?<!\+)"?\$\{\w+\[[@*]\]\}/, 'run "$' + '{flags[@]}"'],
  ["appending both outputs", /&>>/, "make &>>log"],
  ["piping both outputs", /\|&/, "make |& tee log"],
  ["falling through a case", /;;?&/, "a) one ;;&"],
  ["asking whether a variable is set", /\[ -v |\[\[ -v |\btest -v /, "[ -v CI ]"],
  ["coprocesses", /\bcoproc\b/, "coproc cat"],
  ["waiting for any child", /\bwait -n\b/, "wait -n"],
  ["variables that came later", /\$\{?(BASHPID|EPOCH\w+|SRANDOM|BASH_ARGV0)\b/, "kill $BASHPID"],
  ["a file descriptor of its own choice", /\{\w+\}[<>]/, "exec {lock}>file"],
  ["a fraction of a second", /\bread [^|;]*-t ?[0-9]*\.[0-9]/, "read -t 0.5 line"],
  ["times by printf", /%\([^)]*\)T/, "printf '%(%s)T'"],
  ["a case in $(…): its ) ends the command", /\$\([^()]*\bcase\b/, "x=$(case $1 in a) echo b ;; esac)"],
];
const gnu: [string, RegExp, string][] = [
  ["sed -i, which wants a suffix there", /\bsed (-\w+ )*-i\b/, "sed -i s/a/b/ file"],
  ["dates by words", /\bdate (-d|--date)\b/, "date -d yesterday"],
  ["stat's format", /\bstat (-c|--format)\b/, "stat -c %s file"],
  ["grep's Perl", /\bgrep -\w*P/, "grep -oP x"],
  ["all but the last lines", /\bhead -n? ?-[0-9]/, "head -n -1"],
  ["nproc, tac, timeout, sha256sum alone", /(^|[|;&(] *)(nproc|tac|timeout) /, "timeout 3 make"],
];
const traps = [...newer, ...gnu];

const found = (text: string) =>
  text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, ""))
    .flatMap((line) => traps.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line.trim()}`));

describe("bash 3.2 and BSD's programs", () => {
  it("are enough for every program in bash that runs on a person's machine", async () => {
    const { stdout } = await execa("git", ["grep", "-lE", "^#!.*\\bbash", "--", ".", ":!cluster/offline"], {
      cwd: root,
    });
    const programs = stdout.split("\n");
    assert.ok(
      ["tools/run", ".ci/run"].every((each) => programs.includes(each)),
      stdout,
    );
    for (const program of programs) {
      assert.deepEqual(found(readFileSync(join(root, program), "utf8")), [], program);
    }
  });

  for (const [what, , example] of traps) {
    it(`${what}: seen`, () => assert.ok(found(example).some((each) => each.startsWith(what))));
  }
});
