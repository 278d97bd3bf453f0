// The real mise against a release server on loopback: what it makes of a good file, and of each way in which one is not to
// be had. release.test.ts has what follows from its words. Skipped where mise itself cannot be had.
// Does not prove: that the releases' own places answer so.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { tool } from "../../tools/catalog.ts";
import { onPath } from "../../tools/command.ts";
import { getMise } from "../../tools/release.ts";
import { type Answer, hasOpenssl, startInternet, startProxiedInternet } from "../support/internet.ts";
import { ToolsMachine } from "../support/tools-machine.ts";

const { version } = tool("helm");
let folder: string;
let mise: string;
let archive: Buffer;
let sum: string;
let machine: ToolsMachine;

/** In each suite: mocha gives a hook outside of suites to all files that one process runs. */
function onMachines(): void {
  before(async function () {
    this.timeout(120_000);
    const { path, missing } = await getMise();
    if (!path) {
      console.log(`      mise: ${missing}`);
      this.skip();
    }
    mise = path === "mise" ? (onPath("mise") as string) : path;
    folder = mkdtempSync(join(tmpdir(), "todo-mise-"));
    // As Helm's, which is built for what mise calls this machine.
    const built = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
    mkdirSync(join(folder, built));
    writeFileSync(join(folder, built, "helm"), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
    execFileSync("tar", ["-czf", join(folder, "helm.tar.gz"), "-C", folder, built]);
    archive = readFileSync(join(folder, "helm.tar.gz"));
    sum = createHash("sha256").update(archive).digest("hex");
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  beforeEach(() => {
    machine = new ToolsMachine();
    machine.link("mise", mise);
    for (const name of ["tar", "gzip"]) machine.link(name, onPath(name) as string);
  });
  afterEach(() => machine.end());
}

const end = (response: ServerResponse, status: number, headers = {}) => response.writeHead(status, headers).end("no");
const isRelease = (host: string, path: string) => host === "get.helm.sh" && path.includes(`v${version}`);
const begins = (response: ServerResponse) =>
  response.writeHead(200, { "content-length": archive.length }).write(archive.subarray(0, 10));

/** A place that has the release, and its checksum; nothing else is anywhere. */
const releases =
  (sha256 = sum): Answer =>
  ({ host, path }, response) => {
    if (!isRelease(host, path)) return end(response, 404);
    const file = basename(path, ".sha256sum");
    response.end(path.endsWith(".sha256sum") ? `${sha256}  ${file}\n` : archive);
  };

describe("the real mise", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  onMachines();
  /** Makes the tools of a machine that lacks one, with these answers to all that mise asks. */
  async function make(answer: Answer, name = "helm") {
    machine.lacksOnly(name);
    const internet = await startInternet(answer);
    try {
      const made = await machine.make({
        MISE_URL_REPLACEMENTS: JSON.stringify({ "regex:^https://([^/]*)/": `${internet.url}/$1/` }),
        MISE_HTTP_TIMEOUT: "1s",
        MISE_HTTP_RETRIES: "0",
      });
      return { ...made, asked: internet.asked.map(({ host, path }) => host + path) };
    } finally {
      await internet.end();
    }
  }

  it("a good file: taken, against its checksum", async () => {
    const { said, exitCode, builds, asked } = await make(releases());
    assert.deepEqual([exitCode, builds], [0, false], said);
    assert.match(said, new RegExp(`helm ${version}: official release`));
    assert.ok(
      asked.some((url) => url.endsWith(".tar.gz.sha256sum")),
      asked.join("\n"),
    );
    assert.match(realpathSync(join(machine.folder, "cache/bin/helm")), /\/mise\/installs\//);
  });

  for (const [what, answer, expected] of [
    [
      "a wrong checksum",
      (request, response) => releases("0".repeat(64))(request, response),
      /^error: helm \S+: expected `mise install helm@\S+` to get it, found: .+Checksum mismatch for file .+; what arrived is not what was released: .+; do not use it; then run this again$/m,
    ],
    [
      "a file that stalls",
      ({ host, path }, response) => {
        if (isRelease(host, path)) begins(response);
        else end(response, 404);
      },
      /^error: helm \S+: .+ operation timed out; where the network swallows what it forbids, TODO_BUILD_TOOLS=1/m,
    ],
    [
      "a file that breaks off",
      ({ host, path }, response) => {
        if (!isRelease(host, path)) return end(response, 404);
        begins(response);
        setTimeout(() => response.destroy(), 50);
      },
      /^error: helm \S+: .+(error decoding response body|IncompleteMessage|end of file)/m,
    ],
    ["a server in trouble", (_, response) => end(response, 503), /^error: helm \S+: .+503 Service Unavailable/m],
  ] as [string, Answer, RegExp][]) {
    it(`${what}: an error, and nothing is built`, async () => {
      const { said, exitCode, builds } = await make(answer);
      assert.deepEqual([exitCode, builds], [1, false], said);
      assert.match(said, expected);
    });
  }

  it("a place that refuses: says so, and would build", async () => {
    const { said, builds } = await make((_, response) => end(response, 403), "kubectl");
    assert.equal(builds, true, said);
    assert.match(
      said,
      /kubectl \S+: the official release cannot be reached from here \(HTTP status client error \(403/,
    );
  });

  it("a place that refuses what nothing asks for yet: says so, and builds nothing", async () => {
    const { said, exitCode, builds } = await make((_, response) => end(response, 403));
    assert.deepEqual([exitCode, builds], [0, false], said);
    assert.match(
      said,
      /helm \S+: the official release cannot be reached from here .+; it is built when something asks/,
    );
  });

  it("GitHub's rate limit: an error that asks for a token, and nothing is built", async () => {
    const limited = { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795000000" };
    const { said, exitCode, builds } = await make(
      ({ host }, response) => end(response, host === "api.github.com" ? 403 : 404, limited),
      "minikube",
    );
    assert.deepEqual([exitCode, builds], [1, false], said);
    assert.match(
      said,
      /^error: minikube \S+: .+; set GITHUB_TOKEN to a token of yours \(it needs no rights\), or wait/m,
    );
  });
});

describe("the real mise behind a proxy that is the only way out", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  onMachines();
  before(function () {
    if (process.platform !== "linux" || !hasOpenssl()) this.skip(); // elsewhere mise trusts what the system's store has
  });

  async function make(name: string, answer: Answer) {
    machine.lacksOnly(name);
    const hosts = ["get.helm.sh", "api.github.com", "github.com", "mise-versions.jdx.dev"];
    const internet = await startProxiedInternet(machine.folder, hosts, answer);
    try {
      return { ...(await machine.make({ ...internet.env, GITHUB_TOKEN: "of-the-workflow" })), ...internet };
    } finally {
      await internet.end();
    }
  }

  it("takes the release through it", async () => {
    const { said, exitCode, connected } = await make("helm", releases());
    assert.equal(exitCode, 0, said);
    assert.ok(connected.includes("get.helm.sh:443"), connected.join());
  });

  it("shows GITHUB_TOKEN to GitHub's API, and to nobody else", async () => {
    const { asked, said } = await make("minikube", (_, response) => end(response, 404));
    const shown = (of: (host: string) => boolean) =>
      new Set(asked.filter(({ host }) => of(host)).map(({ headers }) => headers.authorization ?? ""));
    assert.deepEqual([...shown((host) => host === "api.github.com")], ["Bearer of-the-workflow"], said);
    assert.deepEqual([...shown((host) => host !== "api.github.com")], [""]);
  });
});
