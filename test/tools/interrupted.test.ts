// `make tools` where all has to be built, killed again and again: it goes on, and builds nothing again that was finished.
// Does not prove: that Go finds again what it has compiled; its own build cache does that.
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { home, tools } from "../../tools/catalog.ts";
import { onPath } from "../../tools/command.ts";
import { ToolsMachine } from "../support/tools-machine.ts";

/** A go that writes down what it builds, and takes a while; what it builds knows its version, and pulumi installs plugins. */
const go = `[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit
[ "$1" = build ] || exit 0
stamp=; out=
for argument; do
  case $argument in
    -ldflags=*=v*) stamp=\${argument#*=v}; stamp=\${stamp%% *} ;;
    */tools/*.part.*) out=$argument ;;
  esac
done
echo "\${out#*/tools/}" >>"$FOLDER/builds"
sleep 0.4
case $out in */) out=\${out}pulumi ;; esac
cat >"$out" <<END
#!/bin/sh
[ "\\$1" = plugin ] || { echo v$stamp; exit; }
case "\\$*" in
  *--file*) mkdir -p "$PULUMI_HOME/plugins/resource-\\$4-\\$5" ;;
  *) echo "no such host" >&2; exit 1 ;;
esac
END
chmod +x "$out"`;

describe("make tools, killed at random moments", function () {
  this.timeout(120_000);
  let machine: ToolsMachine;
  beforeEach(() => {
    machine = new ToolsMachine();
    for (const name of ["sleep", "chmod"]) machine.link(name, onPath(name) as string);
    machine.stub("mise", '[ "$1" = --version ] && echo 1 && exit; echo "dns error" >&2; exit 1');
    machine.stub("go", go);
  });
  afterEach(() => machine.end());

  const builds = () => {
    const file = join(machine.folder, "builds");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    return lines.map((line) => line.replace(/\.part\..*/, ""));
  };
  const folder = () => join(machine.folder, "cache", "tools");
  const finished = () => (existsSync(folder()) ? readdirSync(folder()).filter((name) => !name.includes(".part.")) : []);

  it("goes on, and builds nothing again that was finished", async () => {
    for (let kill = 0; kill < 3; kill++) {
      await machine.makeUntil(1_500 + Math.random() * 2_500);
      const [before, kept] = [builds().length, finished()];
      await machine.makeUntil(1_500 + Math.random() * 2_500);
      const again = builds().slice(before);
      assert.deepEqual(
        kept.filter((name) => again.includes(name)),
        [],
      );
    }
    const [before, kept] = [builds().length, finished()];
    const { said, exitCode } = await machine.make();
    assert.equal(exitCode, 0, said);
    const expected = tools.filter(({ build, optional, late }) => build && !optional && !late);
    assert.deepEqual(finished().sort(), expected.map((tool) => home(tool).split("/").at(-1)).sort());
    assert.deepEqual(
      kept.filter((name) => builds().slice(before).includes(name)),
      [],
    );
    assert.deepEqual((await machine.make()).said, "");
  });

  it("leaves helm to those who ask for it", async () => {
    const { said } = await machine.make();
    assert.match(
      said,
      /helm \S+: the official release cannot be reached from here \(.+\); it is built when something asks for it/,
    );
    const asked = await machine.run('await (await import("./tools/install.ts")).ensureTool("helm");');
    assert.deepEqual([asked.exitCode, builds().at(-1)?.split("-")[0]], [0, "helm"], asked.said);
    const also = await machine.run('await (await import("./tools/install.ts")).ensureTools({ also: ["helm"] });');
    assert.deepEqual([also.exitCode, builds().filter((name) => name.startsWith("helm")).length], [0, 1], also.said);
  });
});
