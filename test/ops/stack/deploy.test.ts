// What `make up` calls, from no cluster to a page that answers, with newer tools on PATH and beside another Minikube
// profile: every call names this profile, and images come by docker. All programs are stand-ins.
// Does not prove: that a deployment works (test/e2e).
import { strict as assert } from "node:assert";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { root } from "../../../tools/places.ts";
import { stackText } from "../../support/stack-text.ts";
import { Stubs } from "../../support/stubs.ts";

const tools = parse(readFileSync(join(root, "tools/tools.yaml"), "utf8"));

describe("make up, with Docker and the internet", function () {
  this.timeout(60_000);
  let machine: Stubs;
  const up = () =>
    machine.run("up", ["lab"], {
      ...machine.outside(),
      PULUMI_CONFIG_PASSPHRASE: "own",
      PULUMI_HOME: join(machine.folder, "pulumi"),
    });

  beforeEach(() => {
    machine = new Stubs();
    for (const name of ["kubernetes", "random"]) {
      const { version } = tools[`pulumi-resource-${name}`];
      mkdirSync(join(machine.folder, "pulumi", "plugins", `resource-${name}-v${version}`), { recursive: true });
    }
    machine.file("info", JSON.stringify({ NCPU: 4, MemTotal: 2 ** 33, Name: "elsewhere", OperatingSystem: "Linux" }));
    machine.file("in-node", '{"images":[]}');
    machine.file("outputs", '{"url":"http://localhost:8300","namespace":"todo-lab","next":{}}');
    // What was streamed into the node is what it then lists.
    machine.program(
      "docker",
      `case "$*" in
  version*) echo 29.1.0 ;;
  info*) cat info ;;
  "container inspect --format {{.State.StartedAt}}"*) echo 2026-11-27T09:00:00Z ;;
  "container ls"*) echo todo-on-minikube ;;
  "container inspect"*) [ -e node ] && echo true ;;
  "image inspect"*) exit 1 ;;
  "pull example.org/page:1p") echo "Error response from daemon: denied" >&2; exit 1 ;;
  save*) echo "$2" >>saved; echo archive ;;
  *" ctr "*) cat >/dev/null; [ ! -e refused ] || { echo "ctr: content digest sha256:1: not found" >&2; exit 1; } ;;
  *crictl*) printf '{"images":['; sed 's/.*/{"repoTags":["&"]}/' saved 2>/dev/null | paste -s -d , -; printf ']}' ;;
esac`,
    );
    machine.program(
      "minikube",
      `case "$*" in
  "version --short") echo v1.39.4 ;;
  "start --help") ;;
  start*) >node ;;
  "profile list"*) echo '{"valid":[{"Name":"minikube","Status":"OK"}]}' ;;
esac`,
    );
    machine.program(
      "kubectl",
      `case "$*" in
  "version --client") echo "Client Version: v1.36.2" ;;
  *kube-system*) [ -e node ] && echo cluster-1 ;;
  *network-policies-enforced*) echo yes ;;
  *) echo '{"items":[]}' ;;
esac`,
    );
    machine.program("node", "echo v24.21.0");
    machine.program("helm", '[ "$1" = version ] && echo v3.29.1+g1 || echo "[]"');
    machine.program(
      "pulumi",
      `case "$*" in
  version) echo v3.400.0 ;;
  "stack ls"*) echo "[]" ;;
  "stack export"*) echo '{"deployment":{}}' ;;
  "stack output"*) cat outputs ;;
esac`,
    );
  });
  afterEach(() => machine.end());

  it("names this profile in every call, uses the tools that are there, and brings images in by docker before Helm waits", async () => {
    machine.stack("lab", stackText("lab", "inside"));
    const { exitCode, stdout, stderr } = await up();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /\nTodo \(lab\) is at http:\/\/localhost:8300$/);

    const calls = machine.calls();
    const those = (pattern: RegExp, but: RegExp) => calls.filter((call) => pattern.test(call) && !but.test(call));
    // A list, help, versions and rendering belong to no profile.
    assert.deepEqual(
      those(/^minikube/, /--profile=todo-on-minikube |^minikube (version|start --help|profile list)/),
      [],
    );
    assert.deepEqual(those(/^kubectl/, /--context todo-on-minikube |^kubectl version --client/), []);
    assert.deepEqual(those(/^helm/, /--kube-context todo-on-minikube |^helm (version|template) /), []);
    assert.deepEqual(
      those(/^docker (container|exec)/, / todo-on-minikube( |$)|^docker container ls .*=\^todo-on-minikube/),
      [],
    );
    for (const name of ["minikube start --profile", "kubectl --context", "docker exec"]) {
      assert.ok(those(new RegExp(`^${name}`), /^$/).length > 0, `${name}\n${calls.join("\n")}`);
    }
    // Nothing was fetched or built: there is no link to a tool of ours.
    const bin = readdirSync(join(machine.folder, "bin")).sort();
    assert.deepEqual(bin, ["curl", "docker", "found.json", "helm", "kubectl", "minikube", "node", "pulumi"]);

    const moved = those(/^(docker (pull|save)|docker exec .* ctr|pulumi up)/, /^$/);
    const load = "docker exec --interactive todo-on-minikube ctr --namespace=k8s.io images import --digests=false -";
    const images = [
      "docker pull docker.io/library/postgres:17",
      "docker pull example.org/api:1a",
      "docker pull example.org/page:1p",
      "docker save docker.io/library/postgres:17",
      "docker save example.org/api:1a",
    ];
    assert.deepEqual(moved.slice(0, -1).sort(), [load, load, ...images]);
    assert.equal(moved.at(-1), "pulumi up --stack lab --yes --skip-preview");
    assert.match(stdout, /image docker\.io\/library\/postgres:17: in the cluster/);
    const left = "it does not come by docker (Error response from daemon: denied)";
    assert.ok(stdout.includes(`image example.org/page:1p: left to the node, as ${left}`), stdout);
  });

  it("pulls none that the node has, one of this machine alone included", async () => {
    machine.file("saved", "docker.io/library/postgres:17\nexample.org/api:1a\nlocalhost/page:1p\n");
    machine.stack("lab", stackText("lab", "inside").replace("example.org/page", "localhost/page"));
    assert.equal((await up()).exitCode, 0);
    assert.deepEqual(
      machine.calls().filter((call) => /^docker (pull|save)/.test(call)),
      [],
    );
  });

  it("refuses one of this machine alone that neither the node nor docker has, before anything changes", async () => {
    machine.stack("lab", stackText("lab", "inside").replace("example.org/page", "localhost/page"));
    const { exitCode, stderr } = await up();
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      "error: Pulumi.lab.yaml: todo:frontend.image: expected an image that the node has, or Docker here, as no registry can have one by such a name, found localhost/page:1p in neither; build it by this name, or bring one that another engine has with `minikube -p todo-on-minikube image load localhost/page:1p`; nothing was changed",
    );
    const changes = machine.calls().filter((call) => /^docker (pull|save)|^pulumi (up|stack)/.test(call));
    assert.deepEqual(changes, []);
  });

  it("leaves to the node what docker has and the node does not take", async () => {
    machine.stack("lab", stackText("lab", "external"));
    machine.file("refused", "");
    const { exitCode, stdout } = await up();
    assert.equal(exitCode, 0);
    const why = "(ctr: content digest sha256:1: not found)";
    assert.ok(
      stdout.includes(`image example.org/api:1a: left to the node, as it does not come by docker ${why}`),
      stdout,
    );
    assert.ok(machine.calls().includes("pulumi up --stack lab --yes --skip-preview"));
  });

  it("needs no PostgreSQL where the database is outside", async () => {
    machine.stack("lab", stackText("lab", "external", 'todo:databaseUrl: { secure: "v1:x" }'));
    assert.equal((await up()).exitCode, 0);
    assert.ok(!machine.calls().some((call) => call.includes("postgres")), machine.calls().join("\n"));
  });
});
