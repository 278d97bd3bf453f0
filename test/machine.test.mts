// Bad places and bad input, as the commands meet them: one sentence, a non-zero exit, nothing begun.
// Does not prove: that a cluster starts where there is room for one.
import { strict as assert } from "node:assert";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { contentTag } from "../cluster/content-tag.mts";
import { assertPortsFree, assertRoom, chooseGround, type Machine } from "../cluster/preflight.mts";
import { assertCanBuild } from "../tools/go-build.mts";
import { root } from "../tools/places.mts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-machine-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of the project with nothing of this machine's state, and what `env` says. */
const run = (program: string[], env: Record<string, string> = {}) =>
  execa("node", program, { cwd: root, reject: false, env: { XDG_STATE_HOME: join(folder, "state"), ...env } });

describe("a stack that cannot be deployed is refused in one sentence", () => {
  const cases = [
    {
      title: "no such stack",
      stack: "nope",
      expected:
        "error: ENV=nope: there is no Pulumi.nope.yaml; expected dev, staging or prod, or a stack file of your own\n",
    },
    {
      title: "a context that is not Minikube's",
      stack: "cloud",
      file: "config:\n  todo:cluster: { context: eks-prod }\n",
      expected:
        "error: Pulumi.cloud.yaml: todo:cluster.context is eks-prod, and the make commands deploy to the Minikube profile todo-on-minikube only; for another cluster use `pulumi up -s cloud`\n",
    },
    {
      title: "a stack file that is no YAML",
      stack: "broken",
      file: "config: [\n",
      expected: /^error: Pulumi\.broken\.yaml: not valid YAML: .+ at line \d+.*\n$/,
    },
  ];
  for (const { title, stack, file, expected } of cases) {
    it(title, async () => {
      if (file) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), file);
      const { exitCode, stderr, stdout } = await run(["ops/up.mts", stack], { TODO_ROOT: file ? folder : root });
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      if (typeof expected === "string") assert.equal(`${stderr}\n`, expected);
      else assert.match(`${stderr}\n`, expected);
    });
  }

  it("`make env` before there is a cluster", async () => {
    const { exitCode, stderr } = await run(["ops/env.mts"]);
    assert.deepEqual([exitCode, stderr], [1, "error: there is no cluster yet; `make up` (or `make cluster`) makes it"]);
  });
});

describe("a machine that is too small is refused before anything is made", () => {
  const enough: Machine = { cpus: 2, memoryMiB: 8192, freeGiB: 20 };
  const cases: [string, Partial<Machine>, RegExp][] = [
    ["CPUs", { cpus: 1 }, /^CPUs: the cluster needs 2, found 1; give /],
    ["memory", { memoryMiB: 4000 }, /^memory: the cluster needs a machine with 5120 MiB, found 4000 MiB; give /],
    [
      "disk",
      { freeGiB: 3 },
      /^disk: the cluster needs 8 GiB free below .+, found 3 GiB; free some and run this again$/,
    ],
  ];
  it("one that is large enough is not", () => assertRoom(enough));
  for (const [title, shortage, message] of cases) {
    it(title, () => assert.throws(() => assertRoom({ ...enough, ...shortage }), { message }));
  }

  it("a port in use", async () => {
    const server = createServer();
    const port = await new Promise<number>((listening) => {
      server.listen(0, "127.0.0.1", () => listening((server.address() as { port: number }).port));
    });
    const message = new RegExp(
      `^port ${port}: the cluster publishes it on 127.0.0.1, but another program listens there`,
    );
    await assert.rejects(assertPortsFree([port]), { message });
    await new Promise((closed) => server.close(closed));
    await assertPortsFree([port]);
  });
});

describe("what is missing is named with the way to get it", () => {
  const path = process.env.PATH;
  const getuid = process.getuid;
  before(() => {
    process.env.PATH = folder;
    process.getuid = () => 1000;
  });
  after(() => {
    process.env.PATH = path;
    process.getuid = getuid;
  });

  it("no Docker engine, and not root on Debian", () =>
    assert.rejects(chooseGround(), {
      message: /^docker: no engine answers; start it, or install one \(https:.+\), and run this again/,
    }));

  it("no release to download, and no Go", () =>
    assert.rejects(assertCanBuild("helm", 1), {
      message:
        /^helm: the official releases cannot be downloaded from here, .+ Go 1\.26\.0 or newer is needed on PATH, found none; install Go/,
    }));

  it("a Node that is too old, and nothing to fetch another with", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const name of ["bash", "dirname", "sed", "cksum", "cut", "tr", "uname", "cat", "rm", "mkdir"]) {
      symlinkSync((await execa("sh", ["-c", `command -v ${name}`], { env: { PATH: path } })).stdout, join(bin, name));
    }
    writeFileSync(join(bin, "node"), '#!/bin/sh\n[ "$1" = --version ] && echo v18.0.0 && exit\nexit 1\n', {
      mode: 0o755,
    });
    const { exitCode, stderr } = await execa(join(root, "tools/run"), ["tools/doctor.mts"], {
      reject: false,
      extendEnv: false,
      env: { PATH: bin, HOME: folder },
    });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /error: node: 22\.18 or newer is needed, found v18\.0\.0, and neither mise nor npm is there to fetch it; install Node/,
    );
  });
});

describe("packages that are linked from another checkout", () => {
  const [ours, theirs] = ["linked", "other"];
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const start = () =>
    execa(join(folder, ours, "tools/run"), ["program.mts"], {
      reject: false,
      env: { HOME: folder, XDG_CACHE_HOME: "" },
    });
  before(() => {
    for (const name of [join(ours, "tools"), join(theirs, "node_modules")]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    for (const name of ["tools/run", "tools/tools.yaml"]) cpSync(join(root, name), join(folder, ours, name));
    write(join(ours, "program.mts"), "console.log('ran');\n");
    write(join(theirs, "node_modules", ".package-lock.json"), "{}\n");
    write(join(theirs, "package-lock.json"), "{}\n");
    // Newer than the install, as in each fresh checkout.
    write(join(ours, "package-lock.json"), "{}\n");
    utimesSync(join(folder, theirs, "node_modules", ".package-lock.json"), 0, 0);
    symlinkSync(join(folder, theirs, "node_modules"), join(folder, ours, "node_modules"));
  });

  it("are taken as they are where both list the same", async () => {
    const { stdout, stderr } = await start();
    assert.deepEqual([stdout, stderr], ["ran", ""]);
  });

  it("are left alone where the lists differ, and that is said", async () => {
    write(join(ours, "package-lock.json"), '{ "lockfileVersion": 3 }\n');
    const { exitCode, stderr } = await start();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: npm packages: expected \S+\/linked\/node_modules, a link to \S+\/other\/node_modules, to hold what package-lock\.json lists, found no install of the same list there; run `npm ci` beside \S+, or remove the link and run this again$/,
    );
    assert.ok(existsSync(join(folder, theirs, "node_modules", ".package-lock.json")));
  });
});

describe("an image's tag", () => {
  const context = () => join(folder, "context");
  const write = (name: string, text: string) => writeFileSync(join(context(), name), text);
  before(async () => {
    mkdirSync(context());
    await execa("git", ["init", "--quiet"], { cwd: context() });
    write("Dockerfile", "FROM scratch\n");
    write("main.py", "print(1)\n");
    write("notes.md", "draft\n");
    write(".dockerignore", "*\n!main.py\n");
  });

  it("is twelve hex digits", async () => assert.match(await contentTag(context()), /^[0-9a-f]{12}$/));

  const changes: [string, boolean, () => void][] = [
    ["another time stamp", false, () => utimesSync(join(context(), "main.py"), 0, 0)],
    ["a file that .dockerignore leaves out", false, () => write("notes.md", "final\n")],
    ["a file's content", true, () => write("main.py", "print(2)\n")],
    ["a file's executable bit", true, () => chmodSync(join(context(), "main.py"), 0o755)],
    ["the Dockerfile", true, () => write("Dockerfile", "FROM scratch\nUSER 1\n")],
  ];
  for (const [title, counts, change] of changes) {
    it(`${counts ? "follows" : "ignores"} ${title}`, async () => {
      const before = await contentTag(context());
      change();
      assert.equal((await contentTag(context())) !== before, counts);
    });
  }
});
