// What a login may do with its namespace, and what is said of what it may not see. Does not prove: that an API server
// answers so (test/e2e/identity.test.ts of the repository).
import { strict as assert } from "node:assert";
import { diagnose } from "../../src/cluster/diagnose.ts";
import { clusterGet } from "../../src/cluster/request.ts";
import { lookedAt } from "../../src/cluster/unseen.ts";
import { mayWriteNow, unseenAndUnwritten } from "../../src/live/namespace-rights.ts";
import { type FakeCluster, fakeCluster } from "../support/fake-cluster.ts";

const REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const forbidden = (what = "it") =>
  new Response(JSON.stringify({ kind: "Status", reason: "Forbidden", message: `${what} is forbidden` }), {
    status: 403,
  });

describe("a login with the rights of one namespace", () => {
  const own = process.env.KUBECONFIG;
  let cluster: FakeCluster;
  const start = async (answer: (method: string, path: string) => unknown) => {
    cluster = await fakeCluster("lab", answer);
    process.env.KUBECONFIG = cluster.kubeconfig;
  };
  afterEach(async () => {
    await cluster.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  const may = (allowed: boolean | undefined, namespace: unknown = {}) =>
    start((method, path) => {
      if (method === "POST") return allowed === undefined ? forbidden() : { status: { allowed } };
      return path === "/api/v1/namespaces/shop" ? namespace : forbidden();
    });

  it("may write its namespace where the API server says so, which is asked as of a part of itself", async () => {
    await may(true);
    assert.equal(await mayWriteNow("lab", "shop", "make it"), true);
    const [{ path, body }] = cluster.sent;
    const { spec } = body as { spec: { resourceAttributes: object } };
    assert.deepEqual(
      [path, spec.resourceAttributes],
      [REVIEW, { verb: "patch", resource: "namespaces", name: "shop", namespace: "shop" }],
    );
    assert.deepEqual(cluster.asked, [`POST ${REVIEW}`]);
  });

  it("goes on with a namespace that it may only read", async () => {
    await may(false);
    assert.equal(await mayWriteNow("lab", "shop", "make it"), false);
    assert.equal(
      unseenAndUnwritten("lab", "shop", false),
      "namespace shop is read and neither made, changed nor removed, as this login may do no more",
    );
    assert.equal(unseenAndUnwritten("lab", "shop", true), undefined);
  });

  it("ends before anything changes where there is none, or it may not see it", async () => {
    await may(false, new Response("{}", { status: 404 }));
    const says = (found: string) => ({
      message: `cluster lab: expected namespace shop, as this login may not make it, found ${found}; nothing was changed; make it`,
    });
    await assert.rejects(mayWriteNow("lab", "shop", "make it"), says("none"));
    await cluster.close();
    await may(false, forbidden());
    await assert.rejects(mayWriteNow("lab", "shop", "make it"), says("that it may not see it either"));
  });

  it("is told in one sentence what it may not look at, each once", async () => {
    await start(() => forbidden());
    const paths = ["/api/v1/nodes", "/api/v1/nodes", "/api/v1/namespaces/kube-system"];
    await Promise.all(paths.map((path) => clusterGet("lab", path, 5_000).catch(() => {})));
    assert.equal(
      unseenAndUnwritten("lab", "shop", false),
      "cluster lab: this login may not look at namespace kube-system, nodes, so what depends on that was not checked; namespace shop is read and neither made, changed nor removed, as this login may do no more",
    );
  });

  const places: [path: string, words: string][] = [
    ["/api/v1/nodes", "nodes"],
    ["/api/v1/pods", "pods of other namespaces"],
    ["/api/v1/namespaces", "namespaces"],
    ["/api/v1/namespaces/kube-system", "namespace kube-system"],
    ["/api/v1/namespaces/shop/secrets?labelSelector=a/b", "secrets of shop"],
    ["/api/v1/namespaces/shop/pods/web-1/log?tailLines=1", "pods/log of shop"],
    ["/api/v1/namespaces/shop/pods/web-1:80/proxy/health/ready", "pods/proxy of shop"],
    ["/apis/storage.k8s.io/v1/storageclasses/fast", "storageclasses"],
    ["/apis/gateway.networking.k8s.io/v1/namespaces/edge/gateways/public", "gateways of edge"],
  ];
  it("has words for what a path shows", async () => {
    await start(() => ({}));
    for (const [path, words] of places) assert.equal(lookedAt(path), words);
  });

  const status = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 0, numberAvailable: 0 };
  const web = { metadata: { name: "web", uid: "1" }, spec: {}, status };
  /** A pod of it that runs and is not ready. */
  const pod = {
    metadata: {
      ...{ name: "web-1", labels: { app: "web" } },
      ownerReferences: [{ kind: "DaemonSet", name: "web", uid: "1", controller: true }],
    },
    spec: { containers: [{ name: "web", readinessProbe: { httpGet: { path: "/", port: 80 } } }] },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [{ name: "web", ready: false, started: true, state: { running: {} } }],
    },
  };

  it("diagnoses with what it sees; a refusal of the API server is no answer of a pod", async () => {
    await start((_, path) => {
      if (path.endsWith("/pods")) return { items: [pod] };
      if (path.endsWith("/daemonsets")) return { items: [web] };
      if (/\/(proxy|jobs|secrets)/.test(path)) return forbidden();
      return { items: [] };
    });
    const { causes, unseen } = await diagnose("lab", "shop");
    assert.deepEqual(
      causes.filter(({ text }) => /403|forbidden/.test(text)),
      [],
    );
    assert.ok(cluster.asked.includes("/api/v1/namespaces/shop/pods/web-1:80/proxy/"));
    for (const each of ["jobs of shop", "pods/proxy of shop"]) assert.ok(unseen.includes(each), String(unseen));
  });

  it("cannot diagnose what it sees nothing of", async () => {
    await start(() => forbidden("pods"));
    await assert.rejects(diagnose("lab", "shop"), { message: "the API server answered 403: pods is forbidden" });
  });
});
