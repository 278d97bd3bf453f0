// This machine's certificate authority: what it signs is believed by who trusts it, without a check being left out, and by
// nobody else. Does not prove: a browser's own store (docs/reach.md), nor that Traefik serves it (test/e2e/reach.test.ts).
import { strict as assert } from "node:assert";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { httpsHostsIn } from "../../cluster/addons/asked.ts";
import { ensureAuthority, hostsCovered, isOfThisMachine, issue, type Pair } from "../../cluster/authority.ts";
import { hasOpenssl } from "../support/internet.ts";

/** Node knows not every refusal of OpenSSL by a code. */
const codeOf = ({ code, message }: NodeJS.ErrnoException) => (code && code !== "UNSPECIFIED" ? code : message);

/** What a client that leaves out no check says of a server with a certificate, asked by a host name. */
async function opened(pair: Pair, servername: string, ca?: string): Promise<string> {
  const server = createServer({ cert: pair.certificate, key: pair.key }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const options = { host: "127.0.0.1", port, servername, ca, agent: false as const };
      const asked = request(options, (response) => resolve(String(response.resume().statusCode)));
      asked.on("error", (error: NodeJS.ErrnoException) => resolve(codeOf(error))).end();
    });
  } finally {
    server.close();
  }
}

describe("this machine's certificate authority", function () {
  this.timeout(30_000);
  const place = mkdtempSync(join(tmpdir(), "todo-authority-"));
  const folder = join(place, "data", "authority");
  const hosts = ["localhost", "staging.localhost"];
  const now = new Date();
  let authority: Pair;
  let leaf: Pair;

  before(async function () {
    if (!hasOpenssl()) this.skip();
    authority = await ensureAuthority(folder);
    leaf = await issue(hosts, authority);
  });
  after(() => rmSync(place, { recursive: true }));

  it("is made once, by whoever comes first, and its key is its owner's", async () => {
    const other = join(place, "other");
    const [one, two] = await Promise.all([ensureAuthority(other), ensureAuthority(other)]);
    assert.deepEqual(one, two);
    assert.deepEqual(await ensureAuthority(folder), authority);
    assert.equal(statSync(join(folder, "ca-key.pem")).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ["ca-key.pem", "ca.pem"]);
    assert.deepEqual(readdirSync(place).sort(), ["data", "other"]);
  });

  it("is believed by who trusts it, for the hosts of the certificate, and by nobody else", async () => {
    for (const host of hosts) assert.equal(await opened(leaf, host, authority.certificate), "200", host);
    assert.equal(await opened(leaf, "prod.localhost", authority.certificate), "ERR_TLS_CERT_ALTNAME_INVALID");
    assert.equal(await opened(leaf, "staging.localhost"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  it("is not believed for a name elsewhere, even if its key signs for it", async () => {
    const elsewhere = await issue(["bank.example.org"], authority);
    assert.equal(await opened(elsewhere, "bank.example.org", authority.certificate), "permitted subtree violation");
  });

  it("knows which hosts a certificate is good for: of another authority, near its end, or no certificate, none", async () => {
    assert.deepEqual(hostsCovered(leaf.certificate, authority, now), hosts);
    const another = await ensureAuthority(join(place, "other"));
    assert.deepEqual(hostsCovered(leaf.certificate, another, now), []);
    const end = new Date(new X509Certificate(leaf.certificate).validTo).getTime();
    assert.deepEqual(hostsCovered(leaf.certificate, authority, new Date(end - 29 * 24 * 3600_000)), []);
    assert.deepEqual(hostsCovered(leaf.certificate, authority, new Date(end - 31 * 24 * 3600_000)), hosts);
    assert.deepEqual(hostsCovered("", authority, now), []);
  });

  it("says what is missing of it, and does not make another one in silence", async () => {
    const half = join(place, "half");
    await ensureAuthority(half);
    rmSync(join(half, "ca-key.pem"));
    await assert.rejects(ensureAuthority(half), {
      message: `${half}: expected ca.pem and ca-key.pem, found no ca-key.pem; \`rm -r ${half}\` and the same command make a new one, which browsers have to be told of`,
    });
    assert.ok(existsSync(join(half, "ca.pem")));
  });

  it("signs for this machine's hosts", () => {
    const names = ["localhost", "a.localhost", "localhost.example.org", "notlocalhost"];
    assert.deepEqual(names.filter(isOfThisMachine), ["localhost", "a.localhost"]);
  });
});

describe("hosts that a stack is reached at by https", () => {
  for (const [what, config, expected] of [
    ["of the page", { "todo:origin": "https://a.localhost:30443" }, ["a.localhost"]],
    ["of the page by http", { "todo:origin": "http://a.localhost:30080" }, []],
    [
      "of page and backend",
      { "todo:origin": "https://a.localhost:30443", "todo:backend": { origin: "https://b.localhost:30443" } },
      ["a.localhost", "b.localhost"],
    ],
    ["of what is no address", { "todo:origin": "https://" }, []],
  ] as const) {
    it(what, () => assert.deepEqual(httpsHostsIn(config), expected));
  }
});
