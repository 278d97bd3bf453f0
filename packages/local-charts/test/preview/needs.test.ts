// What charts need of a cluster, and what is short of it. Does not prove: that a cluster answers like this (make doctor on one).
import { strict as assert } from "node:assert";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { isMet, lacks, needsOf, shortOfCores } from "../../src/preview/needs.ts";
import { fakeCluster } from "../support/fake-cluster.ts";

const object = (apiVersion: string, kind: string, spec: object = {}): KubernetesObject => ({
  ...{ apiVersion, kind, metadata: { name: "web" }, spec },
});
const chart = (...objects: KubernetesObject[]) => ({ chart: "./web", release: "web", namespace: "shop", objects });
const paths = (...objects: KubernetesObject[]) => needsOf([chart(...objects)]).map(({ path }) => path);
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";

describe("what charts need of a cluster", () => {
  it("is a class for their volumes: the default one, the one that they name, or none where they say so", () => {
    const claim = (spec: object) => object("v1", "PersistentVolumeClaim", spec);
    const set = object("apps/v1", "StatefulSet", { volumeClaimTemplates: [{ spec: { storageClassName: "fast" } }] });
    assert.deepEqual(paths(claim({}), claim({ storageClassName: "" }), set), [CLASSES, `${CLASSES}/fast`]);
    const [need] = needsOf([chart(claim({}))]);
    const classes = (value: string) => ({
      items: [{ metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": value } } }],
    });
    assert.deepEqual(
      [isMet(need, classes("true")), isMet(need, classes("false")), isMet(need, { items: [] })],
      [true, false, false],
    );
  });

  it("is what serves an Ingress, a route and an autoscaler, each once", () => {
    const ingress = object("networking.k8s.io/v1", "Ingress", { ingressClassName: "traefik" });
    const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", {
      parentRefs: [{ name: "public", namespace: "edge" }, { name: "own" }, { name: "web", kind: "Service" }],
    });
    const scaled = object("autoscaling/v2", "HorizontalPodAutoscaler", { metrics: [{ type: "Resource" }] });
    const outside = object("autoscaling/v2", "HorizontalPodAutoscaler", { metrics: [{ type: "External" }] });
    assert.deepEqual(paths(ingress, ingress, route, scaled, outside, object("networking.k8s.io/v1", "Ingress")), [
      "/apis/networking.k8s.io/v1/ingressclasses/traefik",
      "/apis/gateway.networking.k8s.io/v1/namespaces/edge/gateways/public",
      "/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/own",
      "/apis/metrics.k8s.io/v1beta1",
    ]);
  });

  it("is the Prometheus operator, of what only that reads", () => {
    const of = (kind: string) => object("monitoring.coreos.com/v1", kind, {});
    assert.deepEqual(paths(of("PodMonitor"), of("PrometheusRule")), ["/apis/monitoring.coreos.com/v1"]);
  });

  it("is a Gateway's listener, where a route names one", () => {
    const route = (sectionName?: string) =>
      object("gateway.networking.k8s.io/v1", "HTTPRoute", { parentRefs: [{ name: "public", sectionName }] });
    const [any, https, ...more] = needsOf([chart(route(), route("https"), route("https"))]);
    assert.deepEqual([any.listener, https.listener, more], [undefined, "https", []]);
    assert.match(https.text, /^HTTPRoute web asks for listener https of gateway shop\/public$/);
    const gateway = (...names: string[]) => ({ spec: { listeners: names.map((name) => ({ name })) } });
    const met = [any, https].map((need) => [isMet(need, gateway("http")), isMet(need, gateway("http", "https"))]);
    assert.deepEqual(met, [
      [true, true],
      [false, true],
    ]);
  });

  const requests = (cpu: string) => ({ resources: { requests: { cpu } } });
  const template = { spec: { containers: [{ name: "web", ...requests("300m") }] } };
  const web = object("apps/v1", "Deployment", { replicas: 2, template });
  const node = (cpu: string, spec = {}) => ({ spec, status: { allocatable: { cpu } } });
  const pod = (namespace: string, cpu: string, phase = "Running") => ({
    ...{ metadata: { namespace }, spec: { containers: [requests(cpu)] }, status: { phase } },
  });

  it("are cores, a rollout's included, beside what other namespaces have set aside", () => {
    const short = (nodes: Parameters<typeof shortOfCores>[1], ...pods: ReturnType<typeof pod>[]) =>
      shortOfCores([chart(web)], nodes, pods);
    const nodes = [node("2"), node("8", { unschedulable: true }), node("8", { taints: [{ effect: "NoSchedule" }] })];
    assert.equal(short(nodes, pod("shop", "2"), pod("other", "250m"), pod("other", "4", "Succeeded")), undefined);
    assert.match(
      short(nodes, pod("other", "750m")) ?? "",
      /^expected 1500m of cpu .* found 1250m of 2000m; take another environment down/,
    );
    assert.equal(short([]), undefined);
  });

  it("is said where it is not there; where nobody may look, or nobody answers, nothing is", async () => {
    const own = process.env.KUBECONFIG;
    const ingress = object("networking.k8s.io/v1", "Ingress", { ingressClassName: "x" });
    const said = async (answer: (path: string) => unknown, status = 200, asking = ingress) => {
      const cluster = await fakeCluster("lab", (_, path) => answer(path), status);
      process.env.KUBECONFIG = cluster.kubeconfig;
      try {
        return await lacks("lab", [chart(asking, web)]);
      } finally {
        if (own === undefined) delete process.env.KUBECONFIG;
        else process.env.KUBECONFIG = own;
        await cluster.close();
      }
    };
    const lists = (path: string) =>
      path.endsWith("/nodes") ? { items: [node("1")] } : path.endsWith("/pods") ? { items: [] } : undefined;
    const [first, second, ...more] = await said(lists);
    assert.match(first, /^Ingress web asks for ingress class x, and this cluster has none; install a controller/);
    assert.match(second, /^expected 1500m of cpu/);
    assert.deepEqual([more, await said(() => ({}), 403)], [[], []]);
    // What serves an autoscaler: not there, not yet there, there and silent.
    const scaler = object("autoscaling/v2", "HorizontalPodAutoscaler", { metrics: [{ type: "Resource" }] });
    const roomy = (path: string) => (path.endsWith("/nodes") ? { items: [node("4")] } : lists(path));
    const comes = (path: string) => (path.endsWith("/services/metrics-server") ? {} : roomy(path));
    const silent = (path: string) =>
      path.includes("metrics.k8s.io") ? new Response("{}", { status: 503 }) : roomy(path);
    const metrics = "HorizontalPodAutoscaler web asks how busy pods are, of a metrics server, and this cluster has";
    const fix = "install metrics-server; until then the number of pods stays as it is";
    assert.deepEqual(await said(roomy, 200, scaler), [`${metrics} none; ${fix}`]);
    assert.deepEqual(await said(comes, 200, scaler), []);
    assert.deepEqual(await said(silent, 200, scaler), [`${metrics} one that does not answer; ${fix}`]);
  });
});
