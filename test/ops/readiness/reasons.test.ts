// What `make up` adds where an update ended without a cause: of a hook, Helm says only that it waited.
// Does not prove: that causes are what a cluster says (test/e2e/causes.test.ts).
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { tellReasons } from "../../../ops/readiness/reasons.ts";
import { hintsOf } from "../../../ops/stack/cause-hints.ts";
import { type FakeCluster, fakeCluster } from "../../../packages/local-charts/test/support/fake-cluster.ts";

const PASSWORD = "correct horse battery";
const MIGRATION = "todo-backend-dev-migration";

describe("the reasons of a deployment that failed", function () {
  this.timeout(30_000);
  const { KUBECONFIG, XDG_STATE_HOME } = process.env;
  const { error } = console;
  let cluster: FakeCluster;
  let folder: string;
  let said: string[];
  /** What lists hold, by the end of their path. */
  let lists: Record<string, object[]>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "todo-reasons-"));
    process.env.XDG_STATE_HOME = folder;
    cluster = await fakeCluster("todo-on-minikube", (_, path) => {
      const { pathname } = new URL(path, "http://fake");
      if (pathname.endsWith("/log")) return new Response(`no such column: ${PASSWORD}\n`);
      return { items: lists[pathname.split("/").at(-1) ?? ""] ?? [] };
    });
    process.env.KUBECONFIG = cluster.kubeconfig;
    said = [];
    console.error = (text: string) => said.push(text);
  });
  afterEach(async () => {
    console.error = error;
    Object.assign(process.env, { KUBECONFIG, XDG_STATE_HOME });
    if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME;
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  const failed = (reason: string) => ({
    metadata: { name: MIGRATION, uid: "job", annotations: { "helm.sh/hook": "pre-upgrade" } },
    status: { failed: 1, conditions: [{ type: "Failed", status: "True", reason, message: "it did" }] },
  });
  const pod = {
    metadata: {
      ...{ name: `${MIGRATION}-x2x1y`, uid: "pod" },
      ownerReferences: [{ kind: "Job", name: MIGRATION, uid: "job", controller: true }],
    },
    spec: { containers: [{ name: "migration", image: "localhost/todo-backend:1" }] },
    status: { containerStatuses: [{ name: "migration", state: { terminated: { exitCode: 1, reason: "Error" } } }] },
  };
  const secret = { metadata: { name: "keys" }, data: { PASSWORD: Buffer.from(PASSWORD).toString("base64") } };
  const long = new Date(0);

  it("are none where all is well", async () => {
    lists = {};
    await tellReasons("dev", long);
    assert.deepEqual(said, []);
  });

  it("are none where nobody answers", async () => {
    lists = { jobs: [failed("BackoffLimitExceeded")] };
    process.env.KUBECONFIG = join(folder, "none");
    await tellReasons("dev", long);
    assert.deepEqual(said, []);
  });

  it("are the end of a failed hook's log, without what a Secret holds", async () => {
    lists = { jobs: [failed("BackoffLimitExceeded")], pods: [pod], secrets: [secret] };
    await tellReasons("dev", long);
    const shows = `kubectl --context todo-on-minikube -n todo-dev logs ${MIGRATION}-x2x1y -c migration`;
    assert.deepEqual(said.join("\n").split("\n"), [
      "",
      "in todo-dev:",
      `  container migration of pod ${MIGRATION}-x2x1y ended with 1 (Error)`,
      `    → mend what its log says, in its image or its settings; \`${shows}\` shows all of its log`,
      "      no such column: [redacted]",
    ]);
  });

  it("name the key of the deadline that ended a migration", async () => {
    lists = { jobs: [failed("DeadlineExceeded")] };
    await tellReasons("dev", long);
    assert.match(said[0], /did not end within its time .*\n.*more time \(todo:backend\.migration\.deadlineSeconds\);/);
  });

  it("are none where the update itself ended with them, and what an older one ended with does not count", async () => {
    lists = { jobs: [failed("DeadlineExceeded")] };
    const place = join(folder, "todo-on-minikube", "diagnosed", "todo-dev");
    mkdirSync(place, { recursive: true });
    const at = new Date("2026-01-01").toISOString();
    writeFileSync(
      join(place, "todo-backend-dev.json"),
      JSON.stringify({ release: "todo-backend-dev", at, causes: [] }),
    );
    await tellReasons("dev", new Date("2025-12-31"));
    assert.deepEqual(said, []);
    await tellReasons("dev", new Date("2026-01-02"));
    assert.equal(said.length, 1);
  });
});

describe("what is known of a stack to do about causes", () => {
  it("is less where its file cannot be read", () => {
    const { aboutAnswer, timeSetting, loadImage, loadBalancer } = hintsOf("nosuch");
    assert.equal(aboutAnswer, undefined);
    assert.equal(loadImage, "minikube -p todo-on-minikube image load");
    assert.match(loadBalancer ?? "", /minikube -p todo-on-minikube tunnel/);
    assert.equal(timeSetting?.("todo-backend-dev-6d5f9-x2x1y", "start"), "todo:backend.startSeconds");
    assert.equal(timeSetting?.("mailer-dev-x", "start"), undefined);
  });
});
