// On which ground a cluster is made, and that a choice is looked at again while nothing stands on it. docker, minikube,
// kubectl and curl are stubs that write down how they were called.
// Does not prove: that the real ones do as they are told.
import { strict as assert } from "node:assert";
import { afterEach, beforeEach, describe, it } from "mocha";
import { choose, type Facts } from "../../cluster/preflight.ts";
import { ClusterMachine, dockerSays } from "../support/cluster-machine.ts";

const mac = { platform: "darwin", uid: 501 };
const linux = { platform: "linux", uid: 1000 };

let machine: ClusterMachine;
/** In each suite: mocha gives a hook outside of suites to all files that one process runs. */
function onMachines(): void {
  beforeEach(() => {
    machine = new ClusterMachine();
  });
  afterEach(() => machine.end());
}

describe("the ground of a cluster", () => {
  const engineLack = "docker: no engine answers";
  const registryLack = "registries: expected https://gcr.io/v2/ to answer";
  const grounds: [string, Omit<Facts, "canMake">, boolean[], string | RegExp][] = [
    ["Docker and the registries", {}, [true, false], "present pulled"],
    ["the registries, no Docker: also root on Debian is told", { engineLack }, [true, false], /^docker: .+, and run/],
    ["Docker, no registries, where packages will do", { registryLack }, [true], "present made"],
    ["neither, where packages will do", { engineLack, registryLack }, [true], "own made"],
    [
      "Docker, no registries",
      { registryLack },
      [false],
      /^registries: .+; check the network, and run this again \(only/,
    ],
    ["neither", { engineLack, registryLack }, [false], /^registries: /],
  ];
  for (const [what, facts, able, expected] of grounds) {
    for (const canMake of able) {
      it(`${what}${canMake ? "" : ", not root on Debian"}`, () => {
        const chosen = () => Object.values(choose({ ...facts, canMake })).join(" ");
        if (typeof expected === "string") assert.equal(chosen(), expected);
        else assert.throws(chosen, { message: expected });
      });
    }
  }
});

describe("a machine with Docker and internet", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  onMachines();
  for (const [title, system, root] of [
    ["Linux, a user of the docker group", linux, []],
    ["Linux, root", { platform: "linux", uid: 0 }, ["--force"]],
    ["macOS", mac, []],
  ] as const) {
    it(`${title}: stock minikube, its ports on loopback, the context left alone`, async () => {
      const { exitCode, said, calls, record } = await machine.up({}, system);
      assert.equal(exitCode, 0, said);
      const ports = [30300, 30301, 30302, 30303, 30080, 30443].map((port) => `127.0.0.1:${port}:${port}`).join(",");
      assert.deepEqual(
        calls.filter((call) => call.startsWith("minikube start --profile")).map((call) => call.split(" ").slice(2)),
        [
          [
            "--profile=todo-on-minikube",
            "--driver=docker",
            "--container-runtime=containerd",
            "--kubernetes-version=v1.35.1",
            "--cpus=2",
            "--memory=4096m",
            `--ports=${ports}`,
            "--keep-context",
            "--wait=apiserver,system_pods,default_sa",
            ...root,
          ],
        ],
      );
      assert.deepEqual(record, { engine: "present", images: "pulled", uid: "uid-1" });
      assert.match(said, /official images: can be pulled/);
    });
  }

  it("asks nobody the second time", async () => {
    await machine.up();
    const { calls } = await machine.up();
    assert.deepEqual(
      calls.map((call) => call.split(" ")[0]),
      ["docker", "kubectl"],
    );
  });

  it("and another profile that runs: only ours is touched", async () => {
    machine.has("profiles", '{"invalid":[],"valid":[{"Name":"minikube","Status":"Running"}]}');
    const { exitCode, calls } = await machine.up();
    assert.equal(exitCode, 0);
    const named = calls.filter((call) => /^minikube (start|stop|delete)\b/.test(call) && !call.includes("--help"));
    assert.ok(named.length > 0 && named.every((call) => call.includes("todo-on-minikube")), named.join("\n"));
  });

  it("and a profile of our name that is not ours: refused, and nothing is written", async () => {
    machine.has("profiles", '{"invalid":[],"valid":[{"Name":"todo-on-minikube","Status":"Running"}]}');
    const { said, record } = await machine.up();
    assert.match(said, /^error: minikube profile todo-on-minikube: exists but was not made by this project; /m);
    assert.equal(record, undefined);
  });
});

describe("without a Docker engine: one sentence, and nothing is begun", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  onMachines();
  const refuses = async (expected: RegExp, system?: { platform: string; uid: number }) => {
    const { exitCode, said, record, calls } = await machine.up({}, system);
    assert.deepEqual([exitCode, record], [1, undefined], said);
    assert.match(said, expected);
    assert.ok(!calls.some((call) => call.startsWith("minikube start")));
  };

  it("none on PATH", () => {
    machine.without("docker");
    return refuses(/^error: docker: not on PATH; install it \(https:\S+\) and start it, and run this again$/m);
  });
  it("none on PATH, as root on Debian with internet: no engine of our own either", () => {
    machine.without("docker");
    return refuses(/^error: docker: not on PATH; install it/m, { platform: "linux", uid: 0 });
  });
  it("a stopped one, on Linux", () => {
    machine.has("engine", dockerSays.stopped);
    return refuses(
      /^error: docker: no engine answers \(Cannot connect .+\?\); start it \(sudo systemctl start docker/m,
    );
  });
  it("a stopped one, on macOS", () => {
    machine.has("engine", dockerSays.stopped);
    return refuses(/^error: docker: no engine answers \(Cannot connect .+\?\); start it \(open -a Docker\), and/m, mac);
  });
  it("one that this user may not use", () => {
    machine.has("engine", dockerSays.forbidden);
    return refuses(
      /^error: docker: an engine is there, but this user may not use it \(permission denied .+usermod -aG/m,
    );
  });
  it("WSL 2 without Docker Desktop's integration", () => {
    machine.has("engine", dockerSays.wsl);
    return refuses(
      /^error: docker: no engine answers \(We recommend to activate the WSL integration in Docker Desktop/m,
    );
  });
  it("podman behind the command docker", () => {
    machine.has("podman");
    return refuses(/^error: docker: expected Docker's engine, found podman behind the command docker, /m);
  });
});

describe("a choice that was remembered", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  onMachines();
  const started = (calls: string[]) => calls.filter((call) => call.startsWith("minikube start --profile"));

  for (const engine of ["present", "own"] as const) {
    it(`on a day without registries (engine: ${engine}) is given up where nothing was made yet`, async () => {
      machine.remembers({ engine, images: "made" });
      const { exitCode, said, calls, record } = await machine.up({}, mac);
      assert.equal(exitCode, 0, said);
      assert.deepEqual(record, { engine: "present", images: "pulled", uid: "uid-1" });
      assert.match(
        said,
        /^cluster todo-on-minikube: was begun with .+images made of packages, and is made with this machine's Docker and official images now$/m,
      );
      assert.equal(started(calls).length, 1);
      assert.doesNotMatch(started(calls)[0], /base-image|DOCKER_HOST|MINIKUBE_HOME/);
      // What may have been begun is removed; an engine of ours that never ran is not started for it.
      assert.equal(calls.filter((call) => call.startsWith("minikube delete")).length, engine === "present" ? 1 : 0);
    });
  }

  it("fails with the registry, the time and the proxy while the day lasts, and not with what packages need", async () => {
    machine
      .remembers({ engine: "present", images: "made" })
      .offline("28 Connection timed out after 30001 milliseconds");
    const env = { HTTPS_PROXY: "http://me:secret@proxy.acme.example:3128" };
    const { exitCode, said, calls } = await machine.up(env, mac);
    assert.equal(exitCode, 1);
    assert.match(
      said,
      /^error: registries: expected https:\/\/gcr\.io\/v2\/ to answer, where official images come from, found: curl: \(28\) Connection timed out after 30001 milliseconds, after \d+\.\d s through the proxy http:\/\/proxy\.acme\.example:3128 \(HTTPS_PROXY\); check the network, and run this again \(only as root on Debian/m,
    );
    assert.deepEqual(started(calls), []);
  });

  it("is kept while it is the same, and what was begun goes on", async () => {
    machine.remembers({ engine: "present", images: "pulled" });
    const { exitCode, calls } = await machine.up();
    assert.equal(exitCode, 0);
    assert.deepEqual([started(calls).length, calls.some((call) => call.includes("delete"))], [1, false]);
  });

  it("is not asked about while the node is there, though it has never been whole", async () => {
    machine.remembers({ engine: "present", images: "pulled" }).has("node").offline();
    const { exitCode, calls, said } = await machine.up();
    assert.deepEqual([exitCode, calls.some((call) => call.startsWith("curl"))], [0, false], said);
  });

  it("is looked at again where the cluster was deleted", async () => {
    machine.remembers({ engine: "present", images: "made", uid: "uid-0" });
    const { exitCode, record, said } = await machine.up();
    assert.equal(exitCode, 0, said);
    assert.deepEqual(record, { engine: "present", images: "pulled", uid: "uid-1" });
    assert.match(said, /was deleted and is made anew/);
  });

  it("is kept where the cluster was deleted and nothing else is possible", async () => {
    machine.remembers({ engine: "present", images: "pulled", uid: "uid-0" }).offline();
    const { exitCode, record, said } = await machine.up();
    assert.equal(exitCode, 0, said);
    assert.deepEqual(record, { engine: "present", images: "pulled", uid: "uid-1" });
  });

  it("is kept where Docker is stopped, which is said", async () => {
    machine.remembers({ engine: "present", images: "pulled", uid: "uid-0" }).has("engine", dockerSays.stopped);
    const { exitCode, said, record } = await machine.up();
    assert.deepEqual([exitCode, record?.uid], [1, "uid-0"]);
    assert.match(said, /^error: docker: no engine answers /m);
  });

  it("does not follow what `make env` put into the shell for an engine of ours", async () => {
    machine.remembers({ engine: "own", images: "made" });
    const { exitCode, calls, said } = await machine.up({ DOCKER_HOST: "unix:///run/todo-on-minikube/docker.sock" });
    assert.equal(exitCode, 0, said);
    assert.doesNotMatch(started(calls)[0], /DOCKER_HOST/);
  });
});
