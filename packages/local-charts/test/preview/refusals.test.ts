// What a cluster is sure to refuse ends a program, what it may take by then does not. Does not prove: that an API server says it
// in these words (test/e2e/drift.test.ts of the repository).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import type { Found } from "../../src/preview/changes.ts";
import { assertTaken } from "../../src/preview/refusals.ts";
import { digest } from "../../src/render/digest.ts";
import { type FakeCluster, fakeCluster } from "../support/fake-cluster.ts";

const web: KubernetesObject = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: {} };
const hook: KubernetesObject = {
  ...{ apiVersion: "batch/v1", kind: "Job" },
  metadata: { name: "migration", annotations: { "helm.sh/hook": "pre-upgrade" } },
};
const DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments";
const refused = (status: number, message: string) => new Response(JSON.stringify({ message }), { status });

describe("what a cluster would refuse", () => {
  const own = process.env.KUBECONFIG;
  let cluster: FakeCluster | undefined;
  afterEach(async () => {
    await cluster?.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });
  /** What is said of objects of which nothing is deployed, unless `found` says otherwise. */
  const said = async (
    objects: KubernetesObject[],
    answer: (method: string, path: string) => unknown,
    found: Found = new Map(),
  ) => {
    cluster = await fakeCluster("lab", (method, path) => {
      const resource = (kind: string, name: string) => ({ resources: [{ kind, name, namespaced: true }] });
      if (path === "/apis/apps/v1") return resource("Deployment", "deployments");
      if (path === "/apis/batch/v1") return resource("Job", "jobs");
      return answer(method, path);
    });
    process.env.KUBECONFIG = cluster.kubeconfig;
    const chart = { chart: "./charts/web", release: "web", namespace: "shop", objects };
    return assertTaken("lab", [chart], found).then(
      () => "",
      ({ message }) => message as string,
    );
  };
  const mine = {
    ...web,
    metadata: {
      ...web.metadata,
      annotations: {
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": "shop",
      },
    },
  };

  it("ends with chart, object, its words and the fix", async () => {
    const words = 'Deployment.apps "web" is invalid: spec.selector: Invalid value: field is immutable';
    assert.equal(
      await said([web], () => refused(422, words)),
      `charts/web, Deployment web: the cluster would refuse it: ${words}; nothing was changed; delete the object first, or keep the field`,
    );
    assert.match(
      await said([web], () => refused(400, 'strict decoding error: unknown field "spec.foo"')),
      /Deployment web: the cluster knows no such field, .*unknown field "spec.foo"; nothing was changed; correct its name, or take it out$/,
    );
    assert.match(
      await said([web], () => refused(403, 'admission webhook "x" denied the request: no')),
      /follow the cluster's rule/,
    );
  });

  it("is not what may be otherwise by then: rights, a quota, a taken port, something that is not there yet", async () => {
    for (const [status, words] of [
      [403, 'deployments.apps is forbidden: User "me" cannot patch'],
      [403, "exceeded quota: environment"],
      [422, "spec.ports[0].nodePort: Invalid value: 30300: provided port is already allocated"],
      [403, 'error looking up service account shop/web: serviceaccount "web" not found'],
      [500, "etcdserver: request timed out"],
    ] as const)
      assert.equal(await said([web], () => refused(status, words)), "", words);
  });

  it("is asked of a hook as of something new, under another name, which nobody reads", async () => {
    let asked = "";
    const text = await said([hook], (method, path) => {
      asked = `${method} ${path}`;
      return refused(422, `Job.batch "${JSON.stringify(cluster?.sent.at(-1)?.body)}" is invalid`);
    });
    assert.match(asked, /^POST \/apis\/batch\/v1\/namespaces\/shop\/jobs\?dryRun=All/);
    assert.match(text, /^charts\/web, Job migration: /);
  });

  it("is asked in a namespace that is there, where its own is not yet", async () => {
    const asked: string[] = [];
    const text = await said([web], (method, path) => {
      if (path.startsWith("/version")) return {};
      // What only looks may be a test's that has ended.
      if (method !== "GET") asked.push(`${method} ${path.split("?")[0]}`);
      return path.startsWith(DEPLOYMENTS) ? undefined : refused(400, "no");
    });
    assert.deepEqual(asked, [`PATCH ${DEPLOYMENTS}/web`, `POST ${DEPLOYMENTS.replace("shop", "default")}`]);
    assert.match(text, /: the cluster would refuse it: no; nothing was changed; fix the template of it/);
  });

  it("is an object that is there and another's, with the line that takes it over; not one of its own", async () => {
    assert.match(
      await said([web], () => web),
      /it is there already, and no release has made it; nothing was changed; .*kubectl --context lab annotate --overwrite deployment web .*release-name=web/,
    );
    assert.equal(await said([web], () => mine), "");
    const deployed = { revision: 1, objects: [web], last: { status: "failed", description: "" } };
    assert.equal(await said([web], () => web, new Map([["shop/web", deployed]])), "");
  });

  it("is a kind that the cluster has not, unless the program brings it", async () => {
    const other: KubernetesObject = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "w" } };
    const definition: KubernetesObject = {
      ...{ apiVersion: "apps/v1", kind: "CustomResourceDefinition", metadata: { name: "widgets.example.org" } },
      spec: { group: "example.org", names: { kind: "Widget" } },
    };
    assert.match(
      await said([other], () => undefined),
      /the cluster has no kind Widget of example.org\/v1; nothing was changed; install first/,
    );
    assert.doesNotMatch(await said([other, definition], () => undefined), /Widget of/);
  });

  it("is not asked of what is deployed as it is, nor where nobody answers", async () => {
    const last = { status: "deployed", description: `objects ${digest([web])}` };
    const no = () => refused(422, "no");
    assert.equal(await said([web], no, new Map([["shop/web", { revision: 1, objects: [web], last }]])), "");
    assert.equal(await said([web], no, "nobody is there"), "");
  });
});
