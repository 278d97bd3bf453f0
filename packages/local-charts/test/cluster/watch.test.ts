// What is said below a component while its chart is being installed.
// Does not prove: that a line shows while Helm waits (the end-to-end tests of a program).
import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { type WatchHints, watchPods } from "../../src/cluster/watch.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { type FakeCluster, fakeCluster } from "../support/fake-cluster.ts";

const [FIRST, SECOND] = ["localhost/web:1", "localhost/api:1"];
const PODS = "/api/v1/namespaces/shop/pods";
const object = (image: string) =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [{ name: "a", image }] },
  }) as KubernetesObject;
const readinessProbe = { httpGet: { path: "/ready", port: 80 } };
const pod = (name: string, image: string, state: object) => ({
  metadata: { name },
  spec: { containers: [{ name: "a", image, readinessProbe }] },
  status: { containerStatuses: [{ name: "a", state }] },
});
const items = [
  pod("web-1", FIRST, { waiting: { reason: "ImagePullBackOff" } }),
  pod("web-2", FIRST, { waiting: { reason: "ErrImagePull" } }),
  pod("api-1", SECOND, { running: {} }),
];
const answer = (_: string, path: string) => (path === PODS ? { items } : new Response("no schema", { status: 503 }));

describe("while a chart is being installed", () => {
  const own = process.env.KUBECONFIG;
  const component = {} as pulumi.Resource;
  let cluster: FakeCluster;
  let said: unknown[][];
  let warn: typeof pulumi.log.warn;
  const watch = ({ preview = false, objects = [object(FIRST), object(SECOND)], hints = {} as WatchHints } = {}) => {
    pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "shop", "test", preview);
    return watchPods({ context: "shop", namespace: "shop", release: "shop-dev", objects, hints }, component);
  };

  beforeEach(async () => {
    cluster = await fakeCluster("shop", answer);
    process.env.KUBECONFIG = cluster.kubeconfig;
    said = [];
    ({ warn } = pulumi.log);
    Object.assign(pulumi.log, { warn: async (...args: unknown[]) => void said.push(args) });
  });
  afterEach(async () => {
    Object.assign(pulumi.log, { warn });
    await cluster.close();
    if (own === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = own;
  });

  it("what its pods wait for is said below the component, once, with what is known of it, and not after its end", async () => {
    const hints = { loadImage: "load", aboutAnswer: (release: string, text: string) => `${release} ${text}: migrate` };
    const end = watch({ hints });
    await sleep(4_700);
    assert.deepEqual(said, [
      [
        `pod web-1 does not get its image ${FIRST}, which its node does not have and no registry can have by this name; \`load ${FIRST}\` lets this go on`,
        component,
      ],
      ["pod api-1 is not ready, as GET /ready answers 503: no schema; shop-dev no schema: migrate", component],
    ]);
    assert.deepEqual(cluster.asked.slice(0, 2), [PODS, `${PODS}/api-1:80/proxy/ready`]);
    assert.ok(cluster.asked.length >= 4, String(cluster.asked));
    await end();
    const { length } = cluster.asked;
    await sleep(2_500);
    assert.deepEqual([cluster.asked.length, said.length], [length, 2]);
  });

  it("it is said too where nothing was waited for", async () => {
    await watch()();
    assert.equal(said.length, 2);
  });

  it("of answers that differ each time not all are said", async () => {
    await cluster.close();
    let times = 0;
    const many = Array.from({ length: 9 }, (_, index) => pod(`api-${index}`, SECOND, { running: {} }));
    cluster = await fakeCluster("shop", (_, path) =>
      path === PODS ? { items: many } : new Response(`try ${times++}`, { status: 500 }),
    );
    process.env.KUBECONFIG = cluster.kubeconfig;
    const end = watch();
    await sleep(2_700);
    await end();
    assert.equal(said.length, 5);
  });

  it("nobody is asked in a preview, nor for a chart without pods, and a cluster that is away is no failure", async () => {
    const ends = [watch({ preview: true }), watch({ objects: [] })];
    await sleep(2_300);
    for (const end of ends) await end();
    assert.deepEqual(cluster.asked, []);
    process.env.KUBECONFIG = "/dev/null";
    const end = watch();
    await sleep(2_300);
    await end();
    assert.deepEqual(said, []);
  });
});
