// Which failed download lets a build from Go modules begin, and which is an error: with stubs of mise, npm, pulumi and go.
// Does not prove: that mise and pulumi word a wrong checksum or a rate limit as here; the network's words are real ones.
import { strict as assert } from "node:assert";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { essence, unreachable } from "../../tools/release.ts";
import { ToolsMachine } from "../support/tools-machine.ts";

const failed = (why: string, note = "error sending request: client error (Connect): dns error: name not known") =>
  `mise WARN  Remote versions cannot be fetched for helm/helm: error sending request: client error (Connect): dns error
mise ✗ helm@3.21.4  142ms · failed: error
mise ERROR Failed to install aqua:helm/helm@3.21.4: ${why}
note: aqua:helm/helm@3.21.4 was not checked against its version list, which could not be fetched: ${note}
mise ERROR Version: 2026.9.15 linux-x64 (2026-09-27)
mise ERROR Run with --verbose or MISE_VERBOSE=1 for more information`;

const connect = "error sending request: client error (Connect): ";
const network: Record<string, string> = {
  "a name that is not known": `${connect}dns error: error resolving DNS: failed to lookup address information`,
  "a proxy that is not there": `${connect}tunnel error: failed to create underlying connection: tcp connect error: Connection refused (os error 111)`,
  "a proxy that refuses": `${connect}tunnel error: unsuccessful`,
  "a certificate that mise does not know": `${connect}invalid peer certificate: UnknownIssuer`,
  "a mirror that refuses": "HTTP status client error (403 Forbidden) for url (https://get.helm.sh/helm-v3.21.4.tar.gz)",
  "no network wanted": "offline mode is enabled",
};
const other: Record<string, { why: string; fix: RegExp }> = {
  "a wrong checksum": {
    why: "Checksum mismatch for file helm.tar.gz:\nExpected: sha256:aa\nActual:   sha256:bb",
    fix: /Checksum mismatch for file helm\.tar\.gz: Expected: sha256:aa Actual: {3}sha256:bb; what arrived is not what was released: .+; do not use it; then run this again$/m,
  },
  "no provenance": {
    why: "GitHub artifact attestations verification failed: no attestation for the digest",
    fix: /; what arrived is not what was released/,
  },
  "a full disk": {
    why: "failed write: No space left on device (os error 28)",
    fix: /; free some disk below .+, or set XDG_CACHE_HOME to a larger one; then/,
  },
  "a time-out": {
    why: "HTTP timed out after 30.00s for https://get.helm.sh/helm-v3.21.4.tar.gz (change with `http_timeout` or env `MISE_HTTP_TIMEOUT`).",
    fix: /timed out after 30\.00s .+; where the network swallows what it forbids, TODO_BUILD_TOOLS=1 builds/,
  },
  "GitHub's rate limit": {
    why: "HTTP status client error (403 Forbidden) for url (https://api.github.com/repos/helm/helm/releases)",
    fix: /; set GITHUB_TOKEN to a token of yours \(it needs no rights\), or wait an hour; then/,
  },
  "a file that breaks off": {
    why: "error decoding response body: request or response body error: error reading a body from connection: connection reset by peer",
    fix: /connection reset by peer; /,
  },
  "a version that is not there": {
    why: "HTTP status client error (404 Not Found) for url (https://get.helm.sh/helm-v3.21.4.tar.gz)",
    fix: /404 Not Found/,
  },
  "a server in trouble": {
    why: "HTTP status server error (503 Service Unavailable) for url (https://get.helm.sh/helm-v3.21.4.tar.gz)",
    fix: /503 Service Unavailable/,
  },
};

describe("what ended a download", () => {
  for (const [what, why] of Object.entries(network)) {
    it(`${what}: cannot be reached`, () => assert.equal(unreachable(essence(failed(why))), true));
  }
  for (const [what, { why }] of Object.entries(other)) {
    it(`${what}: an error, though notes on it speak of the network`, () =>
      assert.equal(unreachable(essence(failed(why))), false));
  }
  it("a rate limit that only a warning names", () => {
    const said = `mise WARN  GitHub rate limit exceeded. Resets at 12:01\n${failed("HTTP status client error (403 Forbidden)")}`;
    assert.equal(unreachable(essence(said)), false);
  });
  it("pulumi's reason stands before its last line", () => {
    const said = (why: string) =>
      `[resource plugin random-4.21.1] installing
warning: Error downloading plugin: ${why}
Will retry in 1.28s [5/5]
error: [resource plugin random-4.21.1] downloading from : failed to download plugin: random-4.21.1: failed all 5 attempts`;
    assert.equal(unreachable(essence(said('Get "https://get.pulumi.com/x": dial tcp: lookup: no such host'))), true);
    assert.equal(unreachable(essence(said("write /home/me/.pulumi/x: no space left on device"))), false);
  });
  it("npm's code stands in its first line", () => {
    const said = (code: string) => `npm error code ${code}\nnpm error errno ${code}\nnpm error A complete log: x.log`;
    assert.deepEqual(
      ["ECONNREFUSED", "ENOTFOUND", "E403", "EINTEGRITY", "ENOSPC", "ETIMEDOUT"].map((code) =>
        unreachable(essence(said(code))),
      ),
      [true, true, true, false, false, false],
    );
  });
});

describe("make tools where nothing is there yet", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  let machine: ToolsMachine;
  beforeEach(() => {
    machine = new ToolsMachine();
  });
  afterEach(() => machine.end());

  const says = (text: string) => {
    writeFileSync(join(machine.folder, "said"), text);
    machine.stub("mise", '[ "$1" = --version ] && echo 2026.9.15 && exit; cat "$FOLDER/said" >&2; exit 1');
  };

  for (const [what, why] of Object.entries(network)) {
    it(`${what}: says so, and would build`, async () => {
      says(failed(why));
      const { said, exitCode, builds } = await machine.make();
      assert.deepEqual([exitCode, builds], [1, true], said);
      assert.match(
        said,
        /helm \S+: the official release cannot be reached from here \((client error|HTTP status|offline mode)/,
      );
      assert.match(
        said,
        /^error: .+ cannot be downloaded from here \(.+, after \d+\.\d s without a proxy \(HTTPS_PROXY is unset\)\), Go \S+ or newer is needed on PATH, found 1\.0\.0; check the network and HTTPS_PROXY, or install Go/m,
      );
    });
  }

  for (const [what, { why, fix }] of Object.entries(other)) {
    it(`${what}: ends with what mise said, and builds nothing`, async () => {
      says(failed(why));
      const { said, exitCode, builds } = await machine.make();
      assert.deepEqual([exitCode, builds], [1, false], said);
      assert.match(said, /^error: \S+ \S+: expected `mise install \S+` to get it, found: Failed to install aqua:/m);
      assert.match(said, fix);
    });
  }

  it("no mise: its binary is taken from the package of this platform, without an install script", async () => {
    const binary = '[ "$1" = --version ] && echo 1 && exit; echo "mise $*" >>"$FOLDER/log"; exit 1';
    machine.stub(
      "npm",
      `echo "npm $*" >>"$FOLDER/log"; for last; do :; done
name=\${2%@*}; mkdir -p "$last/node_modules/$name/bin"; cp "$FOLDER/binary" "$last/node_modules/$name/bin/mise"`,
    );
    writeFileSync(join(machine.folder, "binary"), `#!/bin/sh\n${binary}\n`, { mode: 0o755 });
    await machine.make();
    const [npm, mise] = machine.log();
    assert.match(
      npm,
      new RegExp(`^npm install @jdxcode/mise-${process.platform}-${process.arch}@\\S+ --ignore-scripts `),
    );
    assert.match(mise, /^mise install /);
  });

  for (const [what, error, reason] of [
    ["no such package", "code E404", /cannot be reached from here \(mise: the npm registry has no @jdxcode\/mise-/],
    ["no registry", "code ENOTFOUND", /cannot be reached from here \(mise: code ENOTFOUND/],
  ] as const) {
    it(`no mise, and ${what}: says so, and would build`, async () => {
      machine.stub("npm", `echo "npm error ${error}" >&2; exit 1`);
      const { said, builds } = await machine.make();
      assert.match(said, reason);
      assert.equal(builds, true);
    });
  }

  it("no mise, and a package that is not what it was: an error", async () => {
    machine.stub("npm", 'echo "npm error code EINTEGRITY" >&2; exit 1');
    const { said, builds } = await machine.make();
    assert.match(
      said,
      /^error: mise \S+: expected `npm install \S+` to get it, found: code EINTEGRITY; what arrived is not/m,
    );
    assert.equal(builds, false);
  });

  it("neither mise nor npm: an error that says what to install", async () => {
    const { said, builds } = await machine.make();
    assert.match(
      said,
      /^error: mise \S+: expected `npm install \S+` to get it, found: npm is not on PATH; install Node with npm \(.+\), or mise/m,
    );
    assert.equal(builds, false);
  });

  it("GITHUB_TOKEN reaches mise", async () => {
    machine.stub("mise", '[ "$1" = --version ] && echo 1 && exit; echo "$GITHUB_TOKEN" >>"$FOLDER/log"; exit 1');
    await machine.make({ GITHUB_TOKEN: "of-the-workflow" });
    assert.equal(machine.log()[0], "of-the-workflow");
  });

  it("TODO_BUILD_TOOLS=1 asks nobody", async () => {
    machine.stub("mise", 'touch "$FOLDER/mise"');
    const { said, builds } = await machine.make({ TODO_BUILD_TOOLS: "1" });
    assert.deepEqual([builds, existsSync(join(machine.folder, "mise"))], [true, false]);
    assert.match(said, /cannot be reached from here \(TODO_BUILD_TOOLS is set\)/);
  });
});
