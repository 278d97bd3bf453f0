// What is asked of an API server to note a deployment, and what is noted of a release.
// Does not prove: that an API server takes it, nor when the engine asks for it (test/e2e).
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { authorOf } from "../../src/history/author.ts";
import { entriesOf, type HistoryMap } from "../../src/history/entry.ts";
import { type RecordOptions, readHistory, recordHealthy } from "../../src/history/record.ts";
import { healthyRelease } from "../../src/history/release.ts";
import { RenderedChart } from "../../src/render/chart.ts";
import { deployment } from "../support/objects.ts";

const LIST = "/api/v1/namespaces/shop-dev/configmaps?fieldSelector=metadata.name%3Ddeployments";
const release = (digest: string) => ({ revision: 1, chart: "web", version: "0.1.0", digest, images: [] });

/** A namespace with at most one ConfigMap, which takes what it is given. */
function namespace() {
  const asked: string[] = [];
  let map: HistoryMap | undefined;
  const request = async (method: string, path: string, body?: unknown) => {
    asked.push(`${method} ${path}`);
    if (body) map = { ...(body as HistoryMap), metadata: { ...(body as HistoryMap).metadata, resourceVersion: "5" } };
    return method === "GET" ? { items: map ? [map] : [] } : map;
  };
  return { asked, request, map: () => map };
}

describe("noting a deployment", () => {
  const options = (request: RecordOptions["request"], digest: string): RecordOptions => ({
    ...{ request, namespace: "shop-dev", program: "shop", releases: { "web-dev": release(digest) } },
    ...{ author: async () => ({ by: "ann@desk" }), details: async () => ({ schema: "0001" }) },
    now: new Date("2026-11-27T10:00:00Z"),
  });
  const first = {
    ...{ number: 1, at: "2026-11-27T10:00:00.000Z", by: "ann@desk", details: { schema: "0001" } },
    releases: { "web-dev": release("a") },
  };

  it("makes the ConfigMap, then puts another in its place, and leaves it alone where nothing changed", async () => {
    const { asked, request, map } = namespace();
    assert.deepEqual(await readHistory(request, "shop-dev"), []);
    assert.deepEqual(await recordHealthy(options(request, "a")), first);
    assert.equal(await recordHealthy(options(request, "a")), undefined);
    assert.equal((await recordHealthy(options(request, "b")))?.number, 2);
    const place = "/api/v1/namespaces/shop-dev/configmaps";
    const asking = `GET ${LIST}`;
    assert.deepEqual(asked, [asking, asking, `POST ${place}`, asking, asking, `PUT ${place}/deployments`]);
    assert.deepEqual(entriesOf(map() as HistoryMap)[1], first);
    assert.equal((await readHistory(request, "shop-dev")).length, 2);
  });

  it("puts it in the place of the one that it has read, and of no other", async () => {
    const { request, map } = namespace();
    await recordHealthy(options(request, "a"));
    let sent: HistoryMap | undefined;
    await recordHealthy(
      options(async (method, path, body) => {
        if (body) sent = body as HistoryMap;
        return request(method, path);
      }, "b"),
    );
    assert.equal(sent?.metadata.resourceVersion, map()?.metadata.resourceVersion);
  });

  it("rejects where the cluster refuses", async () => {
    const refusing = options(() => Promise.reject(new Error("answered 403")), "a");
    await assert.rejects(recordHealthy(refusing), { message: "answered 403" });
  });
});

describe("what is noted of a release", () => {
  it("is its chart's name and version, its digest, and each image once, those of first containers too", async () => {
    const folder = resolve(import.meta.dirname, "..");
    const app = deployment((container, spec) => {
      Object.assign((spec.template as { spec: object }).spec, {
        initContainers: [{ ...container, name: "first", image: "a:2" }],
      });
    });
    const args = { chart: "./charts/web", release: "web-dev", namespace: "shop-dev", values: {} };
    const chart = await RenderedChart.render(
      args,
      Object.assign(async () => [app, app], { folder }),
    );
    const found = healthyRelease(chart, 4, 7.5, folder);
    assert.match(found.digest, /^[0-9a-f]{12}$/);
    assert.deepEqual(
      { ...found, digest: "" },
      { revision: 4, chart: "web", version: "0.1.0", digest: "", images: ["a:2", "app:1"], seconds: 7.5 },
    );
    assert.ok(!("seconds" in healthyRelease(chart, 4, undefined, folder)));
  });
});

describe("who deployed it", () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder, encoding: "utf8" });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "history-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is a user and a host; with git, the commit too, and whether there are changes beside it", async () => {
    const plain = await authorOf(folder);
    assert.match(plain.by, /^[^@]+@/);
    assert.ok(plain.by.endsWith(`@${hostname()}`));
    assert.deepEqual(Object.keys(plain), ["by"]);

    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "first");
    const commit = git("rev-parse", "HEAD").trim();
    assert.deepEqual(await authorOf(folder), { ...plain, commit, changed: false });
    writeFileSync(join(folder, "file"), "");
    assert.deepEqual(await authorOf(folder), { ...plain, commit, changed: true });
  });
});
