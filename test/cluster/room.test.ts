// What the cluster's place lacks is refused before anything is made, and it is the engine's place that counts. Docker is
// a stand-in. Does not prove: that a cluster starts where there is room for one, nor what a real Docker Desktop answers.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { assertRoom, type EngineInfo, type Room, roomOf, roomOfEngine } from "../../cluster/room.ts";

const desktop: EngineInfo = {
  NCPU: 8,
  MemTotal: 8_000_000_000,
  Name: "docker-desktop",
  OperatingSystem: "Docker Desktop",
  DockerRootDir: "/var/lib/docker",
};

describe("a place that is too small is refused", () => {
  const enough: Room = {
    cpus: 2,
    memoryMiB: 8192,
    disk: { folder: "/var/lib", freeGiB: 20 },
    of: "Docker (Debian)",
    more: "give the machine more",
  };
  const cases: [string, Partial<Room>, string][] = [
    ["CPUs", { cpus: 1 }, "CPUs: the cluster needs 2, Docker (Debian) has 1; give the machine more and run this again"],
    [
      "memory",
      { memoryMiB: 4000 },
      "memory: the cluster needs 5120 MiB, Docker (Debian) has 4000 MiB; give the machine more and run this again",
    ],
    [
      "disk",
      { disk: { folder: "/var/lib", freeGiB: 3 } },
      "disk: the cluster needs 8 GiB free below /var/lib, found 3 GiB; free some and run this again",
    ],
  ];
  it("one that is large enough is not, nor one whose disk cannot be seen", () => {
    assertRoom(enough);
    assertRoom({ ...enough, disk: undefined });
  });
  for (const [title, shortage, message] of cases) {
    it(title, () => assert.throws(() => assertRoom({ ...enough, ...shortage }), { message }));
  }

  it("Docker Desktop's says where it is made larger", () => {
    const message =
      "CPUs: the cluster needs 2, Docker (Docker Desktop) has 1; give it more (Docker Desktop: Settings, Resources) and run this again";
    assert.throws(() => assertRoom(roomOfEngine({ ...desktop, NCPU: 1 })), { message });
  });

  it("one on another machine says so", () => {
    const remote = { ...desktop, NCPU: 1, Name: "colima", OperatingSystem: "Ubuntu 24.04.3 LTS" };
    const message =
      "CPUs: the cluster needs 2, Docker (Ubuntu 24.04.3 LTS) has 1; give the machine that it runs on more and run this again";
    assert.throws(() => assertRoom(roomOfEngine(remote)), { message });
  });
});

describe("the room of an engine", () => {
  let folder: string;
  const { PATH } = process.env;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-room-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
  const docker = (script: string) => writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const says = (info: EngineInfo) => docker(`[ "$1" = info ] && cat <<'END'\n${JSON.stringify(info)}\nEND`);

  it("with a machine of its own is that machine's, and its disk is not looked for on this one", async () => {
    says({ ...desktop, NCPU: 3, DockerRootDir: folder });
    const { cpus, memoryMiB, disk } = await roomOf("present");
    assert.deepEqual({ cpus, memoryMiB, disk }, { cpus: 3, memoryMiB: 7629, disk: undefined });
  });

  it("on this machine has its disk where the engine keeps its data", async () => {
    says({ ...desktop, Name: hostname(), OperatingSystem: "Debian", DockerRootDir: folder });
    const { disk, more } = await roomOf("present");
    assert.equal(disk?.folder, folder);
    assert.ok((disk?.freeGiB as number) >= 0);
    assert.equal(more, "give the machine more");
  });

  it("of the project's own is this machine's, whatever another one says", async () => {
    says({ ...desktop, NCPU: 64 });
    const { cpus, of, disk } = await roomOf("own");
    assert.deepEqual([cpus, of], [availableParallelism(), "this machine"]);
    assert.match(disk?.folder as string, /todo-on-minikube$/);
  });

  it("that does not say is this machine's", async () => {
    docker("exit 1");
    assert.equal((await roomOf("present")).of, "this machine");
  });
});
