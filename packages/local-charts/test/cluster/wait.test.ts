// The wait for a release's pods: what it says, what ends it, and when.
// Does not prove: that a line shows in `pulumi up`, nor what a cluster makes of a Job's deadline (the end-to-end tests).
import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { NotReady, Wait } from "../../src/cluster/wait.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { type FakeCluster, fakeCluster } from "../support/fake-cluster.ts";

const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } } as KubernetesObject;
const hook = {
  ...{ apiVersion: "batch/v1", kind: "Job" },
  metadata: { name: "migration", annotations: { "helm.sh/hook": "pre-upgrade" } },
} as KubernetesObject;
const PASSWORD = "correct horse battery";

describe("the wait for a release", function () {
  this.timeout(30_000);
  const own = process.env.KUBECONFIG;
  let cluster: FakeCluster;
  let said: string[];
  /** What lists hold, by the end of their path; changed while somebody waits. */
  let lists: Record<string, object[]>;
  let version = 1;
  /** Why nobody is reached; "" where somebody is. */
  let away = "";

  const start = async (timeoutSeconds = 20, objects = [web]) => {
    cluster = await fakeCluster("lab", (method, path) => {
      if (method !== "GET") return {};
      if (away) return new Response(away, { status: 500 });
      const { pathname, searchParams } = new URL(path, "http://lab");
      // A watch that ends at once: the next list is what it would have told.
      if (searchParams.has("watch")) return new Response("", { status: 200 });
      if (pathname.endsWith("/log")) return new Response(`starting\nwrong: ${PASSWORD}\n`, { status: 200 });
      const items = lists[pathname.split("/").at(-1) ?? ""] ?? [];
      const metadata = { resourceVersion: String(++version) };
      return { metadata, items: items.map((item) => structuredClone(item)) };
    });
    process.env.KUBECONFIG = cluster.kubeconfig;
    said = [];
    const options = { ...{ context: "lab", namespace: "shop", release: "web", objects }, timeoutSeconds };
    return new Wait({ ...options, hints: { diagnose: "make diagnose" } }, (text) => said.push(text));
  };
  const deployment = (available: number) => ({
    metadata: { name: "web", uid: "d", generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: available },
  });
  const pod = (containerStatus: object, owner = "Deployment") => ({
    metadata: {
      ...{ name: "web-x", uid: "p", creationTimestamp: new Date().toISOString() },
      ownerReferences: [
        {
          kind: owner,
          name: owner === "Job" ? "migration" : "web",
          uid: owner === "Job" ? "j" : "d",
          controller: true,
        },
      ],
    },
    spec: { containers: [{ name: "web", image: "web:1" }] },
    status: { containerStatuses: [{ name: "web", ...containerStatus }] },
  });
  afterEach(async () => {
    await cluster.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  it("is over at once where all is ready", async () => {
    lists = { deployments: [deployment(1)] };
    await (await start()).untilReady();
    assert.deepEqual(said, []);
  });

  it("says what it waits for, and ends when that is there", async () => {
    lists = { deployments: [deployment(0)], pods: [pod({ state: { waiting: { reason: "ContainerCreating" } } })] };
    const done = (await start()).untilReady();
    await sleep(1_500);
    assert.match(said.join("\n"), /^web: 0\/1 pods ready, web-x waits for a node \d s$/);
    lists.deployments = [deployment(1)];
    await done;
  });

  it("ends with the cause where nothing heals it, without what a Secret holds", async () => {
    const state = { waiting: { reason: "CrashLoopBackOff" } };
    lists = {
      deployments: [deployment(0)],
      pods: [pod({ restartCount: 2, state, lastState: { terminated: { exitCode: 1, reason: "Error" } } })],
      secrets: [{ metadata: { name: "keys" }, data: { PASSWORD: Buffer.from(PASSWORD).toString("base64") } }],
    };
    const began = Date.now();
    await assert.rejects((await start(60)).untilReady(), (error: NotReady) => {
      assert.ok(error instanceof NotReady);
      const [sentence, ...more] = error.message.split("\n");
      assert.equal(
        sentence,
        "web is not ready: container web of pod web-x ended with 1, 3 times so far; mend what its log says, in its image or its settings; `kubectl --context lab -n shop logs web-x -c web --previous` shows all of its log",
      );
      assert.deepEqual(more, ["    starting", "    wrong: [redacted]", "  `make diagnose` shows this again"]);
      return true;
    });
    const seconds = (Date.now() - began) / 1000;
    assert.ok(seconds >= 10, `gave up after ${seconds} s, before the state had lasted`);
  });

  it("ends after its time with what it waited for", async () => {
    lists = { deployments: [deployment(0)] };
    await assert.rejects((await start(1)).untilReady(), { message: "web is not ready after 1 s: web: 0/1 pods ready" });
  });

  it("ends after its time where nobody answers, with why", async () => {
    away = "dial tcp 10.0.0.1:8443: connect: connection refused";
    const wait = await start(1);
    await assert.rejects(wait.untilReady(), { message: `web is not ready after 1 s: ${away}` }).finally(() => {
      away = "";
    });
  });

  it("has a hook's Job give up that nothing heals, and so Helm, which waits for it", async () => {
    const state = { waiting: { reason: "InvalidImageName" } };
    const metadata = { name: "migration", uid: "j", creationTimestamp: new Date().toISOString() };
    lists = { jobs: [{ metadata }], pods: [pod({ state }, "Job")] };
    const wait = await start(60, [web, hook]);
    const running = wait.duringHelm();
    for (let turn = 0; turn < 100 && cluster.sent.length === 0; turn++) await sleep(100);
    lists = { deployments: [deployment(1)] };
    await wait.untilReady();
    await running;
    assert.deepEqual(cluster.sent[0], {
      method: "PATCH",
      path: "/apis/batch/v1/namespaces/shop/jobs/migration",
      body: { spec: { activeDeadlineSeconds: 1 } },
    });
  });
});
