// What is found out before anything is made: whether official images can be pulled.
// Does not prove: what a real registry answers.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { findRegistries } from "../../cluster/preflight.ts";
import { type Answer, hasOpenssl, type ProxiedInternet, startProxiedInternet } from "../support/internet.ts";

describe("whether official images can be pulled, asked by the real curl behind a proxy that is the only way out", function () {
  this.timeout(30_000);
  let folder: string;
  let internet: ProxiedInternet;
  let answer: Answer;
  const variables = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "CURL_CA_BUNDLE"];
  const given = variables.map((name) => [name, process.env[name]] as const);
  const set = (name: string, value?: string) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  before(async function () {
    if (!hasOpenssl()) this.skip();
    folder = mkdtempSync(join(tmpdir(), "todo-preflight-"));
    const hosts = ["gcr.io", "registry-1.docker.io"];
    internet = await startProxiedInternet(folder, hosts, (...request) => answer(...request));
  });
  beforeEach(() => {
    for (const name of variables) set(name, internet.env[name]);
  });
  after(async () => {
    for (const [name, value] of given) set(name, value);
    await internet?.end();
    if (folder) rmSync(folder, { recursive: true });
  });
  const status =
    (code: number, headers = {}): Answer =>
    (_, response) =>
      response.writeHead(code, headers).end("{}");

  it("they can where the registries greet", async () => {
    answer = status(401);
    assert.equal(await findRegistries(), undefined);
    assert.deepEqual(internet.connected.sort(), ["gcr.io:443", "registry-1.docker.io:443"]);
  });

  it("slow is not unreachable", async () => {
    answer = ({ host }, response) => setTimeout(() => response.writeHead(401).end(), host === "gcr.io" ? 6_000 : 0);
    assert.equal(await findRegistries(), undefined);
  });

  it("what failed by chance is asked again", async () => {
    let asked = 0;
    answer = (request, response) => status(asked++ === 0 ? 503 : 401, { "retry-after": "1" })(request, response);
    assert.equal(await findRegistries(), undefined);
    assert.equal(asked, 3);
  });

  it("one that forbids is named, with the time and the proxy", async () => {
    answer = (request, response) => status(request.host === "gcr.io" ? 401 : 403)(request, response);
    assert.match(
      (await findRegistries()) ?? "",
      /^registries: expected https:\/\/registry-1\.docker\.io\/v2\/ to answer, where official images come from, found: HTTP 403, after \d+\.\d s through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)$/,
    );
  });

  it("so is a proxy that does not let this user through", async () => {
    set("HTTPS_PROXY", process.env.HTTPS_PROXY?.replace("secret", "wrong"));
    const found = (await findRegistries()) ?? "";
    assert.match(
      found,
      /found: curl: .+ 407.*, after \d+\.\d s through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)$/,
    );
    assert.doesNotMatch(found, /wrong/);
  });
});
