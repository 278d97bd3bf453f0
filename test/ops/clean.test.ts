// `make clean`: what it removes, and what it refuses before it has removed anything. Docker, minikube and kubectl are
// stand-ins. Does not prove: that minikube removes a cluster.
import { strict as assert } from "node:assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { ClusterRecord } from "../../cluster/profile.ts";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

const record: ClusterRecord = { engine: "present", images: "pulled", uid: "cluster-1" };
const removed = (calls: string[]) => calls.filter((call) => /^(minikube|docker rmi|kubectl config)/.test(call));
const everything = [
  "minikube delete --profile todo-on-minikube",
  "docker rmi localhost/todo-backend:1",
  "kubectl config delete-context todo-on-minikube",
];

describe("make clean", function () {
  this.timeout(30_000);
  let machine: Stubs;
  beforeEach(() => {
    machine = new Stubs();
    machine.toolsAreFound();
    machine.record(record);
    machine.program("docker", '[ "$1" = images ] && printf "localhost/todo-backend:1\\npostgres:17\\n" || echo 29.1.0');
    machine.program("minikube");
    machine.program("kubectl", "[ $1 != --context ] || exit 1");
  });
  afterEach(() => machine.end());

  /** Pulumi's own record of a stack: what the last update left there. */
  const deployed = (
    stack: string,
    protect: boolean,
    ending = "json",
    pack: (text: string) => string | Buffer = String,
  ) => {
    const folder = join(machine.state, "pulumi", "cluster-1", ".pulumi", "stacks", "todo");
    mkdirSync(folder, { recursive: true });
    const text = JSON.stringify({ version: 3, checkpoint: { latest: { resources: [{}, { protect }] } } });
    writeFileSync(join(folder, `${stack}.${ending}`), pack(text));
  };
  const refusal = (which: string, them: string, all: string) =>
    `error: cluster todo-on-minikube: holds the protected ${which} (todo:protected), so nothing was removed; where that is meant, with all the data, name ${them}: \`make clean PROTECTED="${all}"\``;

  it("removes the cluster, its images and its context, by the profile's name, and then the record", async () => {
    deployed("dev", false);
    const { exitCode, stderr } = await machine.run("clean");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(removed(machine.calls()), everything);
    assert.equal(machine.recorded(), undefined);
  });

  it("keeps the record where Docker is stopped, as the node is still there", async () => {
    machine.program("docker", "exit 1");
    const { exitCode, stdout, stderr } = await machine.run("clean");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: docker: .+ run this again/m);
    assert.doesNotMatch(stdout, /removed the state/);
    assert.deepEqual(removed(machine.calls()), []);
    assert.deepEqual(machine.recorded(), record);
  });

  it("keeps the record where minikube cannot do its part", async () => {
    machine.program("minikube", "echo no such driver >&2; exit 1");
    const { exitCode, stderr } = await machine.run("clean");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: minikube delete --profile todo-on-minikube: ended with 1.*\n {4}no such driver$/m);
    assert.deepEqual(machine.recorded(), record);
  });

  for (const [ending, pack] of [
    ["json", String],
    ["json.gz", gzipSync],
    ["json.zst", zstdCompressSync],
  ] as const) {
    it(`refuses where a protected stack is deployed, whatever its file says by now: state in ${ending}`, async () => {
      deployed("prod", true, ending, pack);
      machine.stack("prod", stackText("prod", "external"));
      const { exitCode, stderr } = await machine.run("clean");
      assert.deepEqual([exitCode, stderr], [1, refusal("stack prod", "it", "prod")]);
      assert.deepEqual(removed(machine.calls()), []);
      assert.deepEqual(machine.recorded(), record);
    });
  }

  it("removes one that is named, and all must be", async () => {
    deployed("prod", true);
    deployed("live", true);
    const one = await machine.run("clean", ["PROTECTED=prod"]);
    assert.deepEqual([one.exitCode, one.stderr], [1, refusal("stack live", "it", "live prod")]);
    assert.deepEqual(removed(machine.calls()), []);
    const all = await machine.run("clean", ["PROTECTED=prod, live"]);
    assert.deepEqual([all.exitCode, all.stderr], [0, ""]);
    assert.deepEqual(removed(machine.calls()), everything);
  });

  it("takes no protected stack file for one that is deployed", async () => {
    machine.stack("prod", stackText("prod", "external", "todo:protected: true"));
    assert.equal((await machine.run("clean")).exitCode, 0);
    assert.deepEqual(removed(machine.calls()), everything);
  });

  it("finds one that was deployed with a backend of the user's by its namespace", async () => {
    machine.program("kubectl", '[ $1 != --context ] || echo "kube-system todo-prod todo-lab todo-other"');
    machine.stack("prod", stackText("prod", "external", "todo:protected: true"));
    machine.stack("lab", stackText("lab", "inside"));
    machine.stack("idle", stackText("idle", "inside", "todo:protected: true"));
    const elsewhere = stackText("other", "inside", "todo:protected: true").replace("todo-on-minikube", "eks");
    machine.stack("other", elsewhere);
    const { exitCode, stderr } = await machine.run("clean");
    assert.deepEqual([exitCode, stderr], [1, refusal("stack prod", "it", "prod")]);
  });

  it("with such a backend, and a cluster that cannot be asked, every protected stack counts", async () => {
    for (const stack of ["live", "prod"]) machine.stack(stack, stackText(stack, "external", "todo:protected: true"));
    const own = { PULUMI_BACKEND_URL: `file://${join(machine.state, "pulumi", "cluster-1")}` };
    const { exitCode, stderr } = await machine.run("clean", [], { PULUMI_BACKEND_URL: "s3://acme" });
    assert.deepEqual([exitCode, stderr], [1, refusal("stacks live and prod", "them", "live prod")]);
    assert.equal((await machine.run("clean", [], own)).exitCode, 0);
  });

  it("asks for nothing where the first start never ended", async () => {
    machine.record({ engine: "present", images: "pulled" });
    machine.stack("prod", stackText("prod", "external", "todo:protected: true"));
    assert.equal((await machine.run("clean", [], { PULUMI_BACKEND_URL: "s3://acme" })).exitCode, 0);
    assert.deepEqual(removed(machine.calls()), everything);
  });
});
