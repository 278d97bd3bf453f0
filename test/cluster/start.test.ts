// How a cluster is started, found and woken where Docker and the official images are reachable: what docker, minikube and
// kubectl are called with, as they are stand-ins. Does not prove: that the real ones do it.
import { strict as assert } from "node:assert";
import { afterEach, beforeEach, describe, it } from "mocha";
import { leaveDockerEnv } from "../../cluster/environment.ts";
import { Stubs } from "../support/stubs.ts";

const NODE_IMAGE = "gcr.io/k8s-minikube/kicbase:v0.0.50";
const help = `    --auto-update-drivers=true:\n    --base-image='${NODE_IMAGE}@sha256:eb4f':\n\tThe base image to use`;
const info = { NCPU: 4, MemTotal: 8 * 2 ** 30, Name: "docker-desktop", OperatingSystem: "Docker Desktop" };

const start = (...more: string[]) =>
  [
    "minikube start --profile=todo-on-minikube --driver=docker --container-runtime=containerd",
    "--kubernetes-version=v1.35.1 --cpus=2 --memory=4096m",
    "--ports=127.0.0.1:30300:30300,127.0.0.1:30301:30301,127.0.0.1:30302:30302,127.0.0.1:30303:30303,127.0.0.1:30080:30080,127.0.0.1:30443:30443",
    "--keep-context --wait=apiserver,system_pods,default_sa",
    ...(process.getuid?.() === 0 ? ["--force"] : []),
    ...more,
  ].join(" ");

describe("make cluster, with Docker and the internet", function () {
  this.timeout(30_000);
  let machine: Stubs;
  beforeEach(() => {
    machine = new Stubs();
    machine.toolsAreFound();
    machine.file("help", help);
    machine.file("info", JSON.stringify(info));
    // The node is a file that holds whether it runs; an image that was pulled is one too.
    machine.program(
      "docker",
      `case "$1 $2" in
  "version "*) echo 29.1.0 ;;
  "info "*) cat info ;;
  "container inspect") [ -e node ] && cat node ;;
  "image inspect") [ -e pulled ] ;;
  "pull "*) echo "5d20c808ce19: Pulling fs layer"; >pulled ;;
esac`,
    );
    machine.program(
      "minikube",
      `case "$*" in
  "start --help") cat help ;;
  "start "*) echo true >node ;;
  "profile list "*) echo '{"invalid":[],"valid":[{"Name":"minikube","Status":"OK"}]}' ;;
esac`,
    );
    machine.program("kubectl", "[ -e node ] && grep -q true node && echo cluster-1");
  });
  afterEach(() => machine.end());
  /** The calls that change something. */
  const changes = () =>
    machine.calls().filter((call) => /^(docker (pull|build|run)|minikube (start --p|delete))/.test(call));
  const cluster = () => machine.run("cluster", [], machine.outside());
  const complete = { engine: "present", images: "pulled", uid: "cluster-1" };

  it("makes it beside another profile: the node's image by docker, with its login, then the stock command", async () => {
    const { exitCode, stdout, stderr } = await cluster();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(changes(), [`docker pull ${NODE_IMAGE}`, start()]);
    assert.match(stdout, /node image gcr\.io\/k8s-minikube\/kicbase:v0\.0\.50: here/);
    assert.match(stdout, /cluster todo-on-minikube: Minikube runs Kubernetes v1\.35\.1/);
    assert.deepEqual(machine.recorded(), complete);
  });

  it("pulls nothing that the engine has", async () => {
    machine.file("pulled", "");
    assert.equal((await cluster()).exitCode, 0);
    assert.deepEqual(changes(), [start()]);
  });

  for (const [title, change] of [
    [
      "docker cannot pull it",
      () =>
        machine.program(
          "docker",
          `case $1 in version) echo 29 ;; info) cat info ;; pull) echo "denied: no" >&2; exit 1 ;; *) exit 1 ;; esac`,
        ),
    ],
    ["another minikube does not say its name", () => machine.file("help", "    --base-image='':")],
  ] as const) {
    it(`leaves the node's image to minikube where ${title}`, async () => {
      change();
      const { stdout } = await cluster();
      assert.equal(changes().at(-1), start());
      assert.ok(
        !stdout.includes("node image") || /left to minikube, as docker cannot pull it \(denied: no\)/.test(stdout),
      );
    });
  }

  it("finds one that runs, and starts nothing", async () => {
    machine.file("node", "true");
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    assert.equal((await cluster()).exitCode, 0);
    assert.deepEqual(changes(), []);
  });

  it("wakes one that sleeps with the same command", async () => {
    machine.file("node", "false");
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    assert.equal((await cluster()).exitCode, 0);
    assert.deepEqual(changes(), [start()]);
  });

  it("goes on where its first start was interrupted, without looking for room again", async () => {
    machine.record({ engine: "present", images: "pulled" });
    assert.equal((await cluster()).exitCode, 0);
    assert.deepEqual(changes(), [`docker pull ${NODE_IMAGE}`, start()]);
    assert.ok(!machine.calls().some((call) => call.startsWith("docker info")), machine.calls().join("\n"));
  });

  describe("refuses, and makes nothing", () => {
    afterEach(() => {
      assert.deepEqual(changes(), []);
      assert.equal(machine.recorded(), undefined);
    });

    it("a profile of its name that it has not made", async () => {
      machine.program("minikube", `echo '{"valid":[{"Name":"todo-on-minikube","Status":"OK"}]}'`);
      const { exitCode, stderr } = await cluster();
      assert.equal(exitCode, 1);
      assert.match(stderr, /^error: minikube profile todo-on-minikube: exists but was not made by this project; /);
    });

    it("an engine whose machine is too small, whatever this one has", async () => {
      machine.file("info", JSON.stringify({ ...info, MemTotal: 4 * 2 ** 30 }));
      const { exitCode, stderr } = await cluster();
      const expected =
        "error: memory: the cluster needs 5120 MiB, Docker (Docker Desktop) has 4096 MiB; give it more (Docker Desktop: Settings, Resources) and run this again";
      assert.deepEqual([exitCode, stderr], [1, expected]);
    });

    it("a port that another program has, as the other profile may", async () => {
      const { exitCode, stderr } = await machine.run("cluster", [], machine.outside(30301));
      assert.equal(exitCode, 1);
      assert.match(stderr, /^error: port 30301: the cluster publishes it on 127\.0\.0\.1, but another program listens/);
    });
  });

  it("means the engine outside in a shell that another profile's docker-env was typed into", async () => {
    machine.program(
      "docker",
      '[ -z "$DOCKER_HOST$DOCKER_TLS_VERIFY" ] || exit 1; case $1 in version) echo 29 ;; info) cat info ;; container) [ -e node ] ;; esac',
    );
    const inside = {
      MINIKUBE_ACTIVE_DOCKERD: "minikube",
      DOCKER_HOST: "tcp://127.0.0.1:32769",
      DOCKER_TLS_VERIFY: "1",
    };
    const { exitCode, stderr } = await machine.run("cluster", [], { ...machine.outside(), ...inside });
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const env = { ...inside, MINIKUBE_EXISTING_DOCKER_HOST: "unix:///run/user/1000/docker.sock" };
    leaveDockerEnv(env);
    assert.deepEqual(env, {
      DOCKER_HOST: "unix:///run/user/1000/docker.sock",
      MINIKUBE_EXISTING_DOCKER_HOST: "unix:///run/user/1000/docker.sock",
    });
  });
});
