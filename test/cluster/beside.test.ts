// Tools that only a deployment needs are built while the cluster is made: what waits for what, and how both end where one fails
// or is killed. go, minikube, docker and kubectl are stand-ins.
// Does not prove: that there is room for both; and what is gained.
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { tool } from "../../tools/catalog.ts";
import { ClusterMachine } from "../support/cluster-machine.ts";

/** In a stub: waits for a file, ten seconds at most. */
const until = (file: string) =>
  `tries=0; until [ -f ${file} ]; do tries=$((tries + 1)); [ $tries -lt 100 ] || exit 1; sleep 0.1; done`;

/** A go whose programs know their version, and a pulumi that installs plugins of which it finds no release. */
const go = `[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit
[ "$1" = build ] || exit 0
stamp=
for argument; do
  case $argument in
    -ldflags=*=v*) stamp=\${argument#*=v}; stamp=\${stamp%% *} ;;
    */tools/*.part.*) out=$argument ;;
  esac
done
name=\${out#*/tools/}; name=\${name%%.part.*}
echo "$name begins" >>builds
case $name in
  pulumi-3*) out=\${out}pulumi; touch building; PULUMI ;;
  minikube-*|kubectl-*) printf '#!/bin/sh\\nexec %s "$@"\\n' "$PWD/bin/\${name%%-*}" >"$out" ;;
esac
[ -f "$out" ] || cat >"$out" <<END
#!/bin/sh
[ "\\$1" = plugin ] || { echo v$stamp; exit; }
case "\\$*" in
  *--file*) mkdir -p "$PULUMI_HOME/plugins/resource-\\$4-\\$5" ;;
  *) echo "no such host" >&2; exit 1 ;;
esac
END
chmod +x "$out"
echo "$name ends" >>builds`;

const minikube = `case "$1 $2" in
  "start --help") ;;
  "start "*) START ;;
  "version "*) [ ! -d cache/tools/minikube-* ] || echo v1.38.1 ;;
  "profile "*) echo '{"invalid":[],"valid":[]}' ;;
esac`;

const kubectl = `case "$*" in
  version*) [ ! -d cache/tools/kubectl-* ] || echo v1.35.1 ;;
  *kube-system*) [ -f node ] && echo uid-1 ;;
esac`;

describe("a cluster, and tools that have to be built", function () {
  this.timeout(60_000);
  let machine: ClusterMachine;
  beforeEach(() => {
    machine = new ClusterMachine().links("node", "sleep", "mkdir", "chmod", "nice", "cp");
    machine.stub("kubectl", kubectl);
  });
  afterEach(() => machine.end());

  const at = (...path: string[]) => join(machine.folder, ...path);
  /** @param pulumi what its building waits for · @param start how minikube starts */
  const make = (pulumi: string, start: string, before = "", env: Record<string, string> = {}) => {
    machine.stub("go", go.replace("PULUMI", pulumi));
    machine.stub("minikube", minikube.replace("START", start));
    const bin = at("cache", "bin");
    const code = `${before}
      process.availableMemory = () => Number(process.env.GIB ?? 16) * 2 ** 30;
      globalThis.images ??= async () => (await import("./tools/steps.ts")).steps([{ title: "images", run: async () => "images: loaded" }]);
      await cluster.ensureToolsAndCluster(images);
      console.log("deployed");`;
    const built = { TODO_BUILD_TOOLS: "1", TODO_BIN: bin, PULUMI_HOME: at("pulumi"), PATH: `${bin}:${at("bin")}` };
    return machine.run(code, { ...built, ...env });
  };
  const builds = (end: "begins" | "ends") => {
    const lines = existsSync(at("builds")) ? machine.read("builds").split("\n") : [];
    // One of two modules is built in two parts.
    return [...new Set(lines.flatMap((line) => (line.endsWith(end) ? line.split(" ")[0] : [])))];
  };
  const named = (...names: string[]) => names.map((name) => `${name}-${tool(name).version}`);
  const plugins = named("pulumi-resource-kubernetes", "pulumi-resource-random");
  const starts = (calls: string[]) => calls.filter((call) => call.startsWith("minikube start --profile")).length;

  it("are both made at the same time: minikube starts with pulumi begun, pulumi is built with minikube started", async () => {
    const { exitCode, said, calls, record } = await make(until("node"), `${until("building")}; touch node`);
    assert.equal(exitCode, 0, said);
    assert.deepEqual(builds("ends").slice(0, 3), named("minikube", "kubectl", "pulumi"));
    assert.deepEqual(builds("ends").slice(3).sort(), plugins);
    assert.deepEqual([starts(calls), record?.uid], [1, "uid-1"]);
    assert.ok(said.endsWith("deployed"), said);
    assert.match(said, /images: loaded/);
    assert.ok(!existsSync(at("cache", "build")), "build caches are left");
    assert.ok(!builds("begins").some((name) => name.startsWith("helm")));
  });

  it("are made one after the other where memory is short", async () => {
    const { exitCode, said } = await make(":", "cp builds before; touch node", "", { GIB: "4" });
    assert.equal(exitCode, 0, said);
    assert.match(machine.read("before"), /pulumi-resource-random-\S+ ends/);
  });

  it("that does not start: what is being built is finished, nothing further is begun, and the cluster's sentence is the end", async () => {
    const start = `${until("building")}; echo "no room for a node" >&2; touch refused; exit 80`;
    const { exitCode, said, record } = await make(`${until("refused")}; sleep 0.5`, start);
    assert.equal(exitCode, 1, said);
    assert.match(said, /^error: minikube start .+: ended with 80; .+, its last lines:\n {4}no room for a node$/m);
    assert.match(said, /minikube start [^\n]+ended with 80[^\n]+; ends when what runs beside it has ended/);
    assert.deepEqual(builds("ends"), named("minikube", "kubectl", "pulumi"));
    assert.equal(record?.uid, undefined);
    assert.doesNotMatch(said, /images: loaded|deployed/);
  });

  it("that starts, while a tool cannot be built: it is there, no images follow, and the build's sentence is the end", async () => {
    const pulumi = `${until("starting")}; echo 'a/b.go:1:2: undefined: c' >&2; touch broken; exit 1`;
    const { exitCode, said, record } = await make(pulumi, `touch starting; ${until("broken")}; sleep 0.5; touch node`);
    assert.equal(exitCode, 1, said);
    assert.match(said, /^error: pulumi \S+: go build failed in .+:\n {4}a\/b\.go:1:2: undefined: c$/m);
    assert.equal(record?.uid, "uid-1");
    assert.deepEqual(builds("ends"), named("minikube", "kubectl"));
    assert.doesNotMatch(said, /images: loaded|deployed/);
    const again = await make(":", "touch node");
    assert.equal(again.exitCode, 0, again.said);
    assert.deepEqual([starts(again.calls), builds("ends").length], [0, 5]);
  });

  it("and images that cannot be had: that is told at once, and what is being built is finished", async () => {
    const wrong = `const { Failure } = await import("./tools/program.ts");
      globalThis.images = async () => { (await import("node:fs")).writeFileSync("FOLDER/asked", ""); throw new Failure("no such tag"); };`;
    const { exitCode, said } = await make(
      `${until("asked")}; sleep 0.5`,
      "touch node",
      wrong.replace("FOLDER", machine.folder),
    );
    assert.equal(exitCode, 1, said);
    const told = said.indexOf("no such tag; ends when what runs beside it has ended");
    assert.ok(told > 0 && told < said.indexOf(`pulumi ${tool("pulumi").version}: built`), said);
    assert.match(said, /\nerror: no such tag$/);
    assert.deepEqual(builds("ends"), named("minikube", "kubectl", "pulumi"));
  });

  it("killed at any moment go on, and build nothing again that was finished", async () => {
    const finished = () =>
      existsSync(at("cache", "tools"))
        ? readdirSync(at("cache", "tools")).filter((name) => !name.includes(".part."))
        : [];
    const goOn = async (before = "") => {
      const kept = finished();
      rmSync(at("builds"), { force: true });
      const made = await make("sleep 0.5", "sleep 0.3; touch node", before);
      assert.deepEqual(
        kept.filter((name) => builds("begins").includes(name)),
        [],
      );
      return made;
    };
    for (const milliseconds of [1_000, 1_000, 1_500, 2_000]) {
      await goOn(`setTimeout(() => process.kill(-process.pid, "SIGKILL"), ${milliseconds});`);
    }
    const { exitCode, said } = await goOn();
    assert.equal(exitCode, 0, said);
    const whole = named("minikube", "kubectl", "pulumi", "pulumi-resource-kubernetes", "pulumi-resource-random");
    assert.deepEqual(finished().sort(), whole.sort());
    const again = await make("exit 1", "exit 1");
    assert.deepEqual([again.exitCode, again.said], [0, "❯ images\n✔ images: loaded (0:00)\ndeployed"]);
  });
});
