// A release before and after Helm: what is said of it, and what is sent. Does not prove: that Helm goes on from there
// (test/e2e/healing.test.ts of the repository).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { Passage } from "../../src/live/release.ts";
import { digest } from "../../src/render/digest.ts";
import { type FakeCluster, fakeCluster, helmSecret } from "../support/fake-cluster.ts";

const web: KubernetesObject = {
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } },
  spec: { replicas: 1, template: { spec: { containers: [{ name: "web", image: "web:1" }] } } },
};
const OURS = `objects ${digest([web])}`;
const PLACE = "/apis/apps/v1/namespaces/shop/deployments";

describe("the passage of a release through an update", () => {
  const own = process.env.KUBECONFIG;
  let cluster: FakeCluster;
  let said: string[];
  /** What is there: Helm's description of the last revision, and the object. */
  const start = async (description: string | undefined, live: KubernetesObject | undefined, away = "") => {
    cluster = await fakeCluster("lab", (method, path) => {
      if (away) return new Response(away, { status: 500 });
      const record = helmSecret({ release: "web", revision: 3, status: "deployed", objects: [web], description });
      const secret = { ...record, metadata: { ...record.metadata, name: "web.v3", namespace: "shop" } };
      if (path.includes("owner%3Dhelm")) return { items: description === undefined ? [] : [secret] };
      if (path === "/apis/apps/v1")
        return { resources: [{ kind: "Deployment", name: "deployments", namespaced: true }] };
      // What a dry run makes of it is what it says.
      if (method === "POST" && path.endsWith("?dryRun=All")) return web;
      if (method !== "GET" || path === "/api/v1/namespaces/shop") return {};
      return path === `${PLACE}/web` ? live : undefined;
    });
    process.env.KUBECONFIG = cluster.kubeconfig;
    said = [];
    const place = { context: "lab", namespace: "shop", release: "web", objects: [web] };
    return new Passage(place, (text, kind = "info") => said.push(`${kind}: ${text}`));
  };
  const sent = () =>
    cluster.sent.filter(({ path }) => !path.includes("dryRun")).map(({ method, path }) => `${method} ${path}`);
  /** The object as an update has left it that did not get to its end: with a variable more. */
  const withMore = (manager: string, env = [{ name: "X", value: "1" }]): KubernetesObject => {
    const live = structuredClone(web) as KubernetesObject & { spec: { template: { spec: { containers: object[] } } } };
    live.spec.template.spec.containers = [{ name: "web", image: "web:1", env }];
    const fields = { "f:env": { 'k:{"name":"X"}': { ".": {}, "f:name": {} } } };
    const fieldsV1 = { "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': fields } } } } };
    return Object.assign(live, {
      metadata: { name: "web", resourceVersion: "7", managedFields: [{ manager, operation: "Update", fieldsV1 }] },
    }) as KubernetesObject;
  };
  afterEach(async () => {
    await cluster.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  it("asks once, sends nothing and has taken no time where all is as it shall be", async () => {
    const passage = await start(OURS, web);
    assert.equal(await passage.before(), OURS);
    const asked = cluster.asked.length;
    await passage.after();
    assert.deepEqual([cluster.asked.length - asked, sent(), said, passage.seconds], [0, [], [], undefined]);
  });

  it("has something to do where an object is gone, and says which", async () => {
    const passage = await start(OURS, undefined);
    assert.match(await passage.before(), new RegExp(`^${OURS}, \\d{4}-`));
    assert.deepEqual(said, ["info: of release web there is no Deployment web in the cluster any more; made again"]);
    assert.ok((passage.seconds ?? -1) >= 0);
  });

  it("has Helm let go of the number of pods that an autoscaler takes over, before Helm begins", async () => {
    await start(OURS, web);
    const { replicas: _, ...spec } = web.spec as { replicas: number };
    const scaleTargetRef = { kind: "Deployment", name: "web" };
    const scaler: KubernetesObject = {
      ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "web" } },
      spec: { maxReplicas: 3, scaleTargetRef },
    };
    const objects = [{ ...web, spec }, scaler];
    await new Passage({ context: "lab", namespace: "shop", release: "web", objects }, () => {}).before();
    assert.deepEqual(sent(), ["PUT /api/v1/namespaces/shop/secrets/web.v3"]);
  });

  it("has Helm go on from a record of nothing where there is none, which is gone afterwards", async () => {
    const passage = await start(undefined, web);
    await passage.before();
    await passage.after();
    const record = "/api/v1/namespaces/shop/secrets";
    assert.deepEqual(sent(), [`POST ${record}`]);
    assert.ok(cluster.asked.includes(`DELETE ${record}/sh.helm.release.v1.web.v0`));
  });

  it("takes away what a failed update has left, and nothing else", async () => {
    const passage = await start(OURS, withMore("pulumi-resource-kubernetes"));
    await passage.before();
    await passage.after();
    const [put, ...more] = cluster.sent.filter(({ method }) => method === "PUT");
    assert.deepEqual([put.path, more], [`${PLACE}/web`, []]);
    const { spec, metadata } = put.body as typeof web & { metadata: { resourceVersion?: string } };
    // As it is there, but for that: and only if nobody has changed it since.
    assert.deepEqual([spec, metadata.resourceVersion], [web.spec, "7"]);
    assert.deepEqual(said, [
      "info: Deployment web still had what an update that failed had added, and lost it: spec.template.spec.containers[web].env",
    ]);
  });

  it("names what somebody has changed, and leaves it", async () => {
    const passage = await start(OURS, withMore("kubectl-set"));
    await passage.before();
    await passage.after();
    assert.deepEqual(sent(), []);
    assert.match(
      said.join(),
      /^warn: changed in the cluster by hand, and left so: Deployment web: .*env is .*\(kubectl-set\)$/,
    );
  });

  it("ends where Pulumi has taken another revision for deployed, and has the next update see it", async () => {
    const passage = await start("objects 0123456789ab", web);
    assert.equal(await passage.before(), OURS);
    await assert.rejects(
      passage.after(),
      /what is deployed is not what Pulumi's state says .*run the same command again/,
    );
    assert.deepEqual(sent(), ["PUT /api/v1/namespaces/shop/secrets/web.v3"]);
  });

  it("ends with a sentence where the cluster cannot be asked, before anything", async () => {
    const passage = await start(OURS, web, "x509: certificate signed by unknown authority");
    await assert.rejects(passage.before(), {
      message:
        "release web: cluster lab could not be asked: x509: certificate signed by unknown authority; nothing of it was changed; see that `kubectl --context lab get nodes` answers, then run this again",
    });
  });
});
