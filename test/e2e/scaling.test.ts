// An autoscaler in the place of a number of pods: the change itself costs none, the metrics server comes with `make up`, and
// the pods follow the load up and down.
// Does not prove: the metrics server's official image, where the cluster's own stands in for it; nor the five minutes that
// the chart waits before it takes pods away: the test takes them from the autoscaler.
import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import type { Checkout } from "./checkout.ts";
import { until } from "./cluster.ts";
import { json, kubectl } from "./environment.ts";
import { figure } from "./figures.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "scaled";
const namespace = `todo-${stack}`;
const backend = `todo-backend-${stack}`;

const SAMPLE_SECONDS = 10;

/** Asks without a pause, for three minutes at most. */
const LOAD = `
import http.client, threading, time
end = time.monotonic() + 180
def ask():
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("${backend}", 8000, timeout=10)
            for _ in range(200):
                connection.request("GET", "/health")
                connection.getresponse().read()
                if time.monotonic() > end:
                    break
            connection.close()
        except OSError:
            time.sleep(0.2)
threads = [threading.Thread(target=ask) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

describe("an autoscaler in the place of replicas", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let checkout: Checkout;
  const up = () => checkout.run(["make", "up", `ENV=${stack}`]);
  const config = (...args: string[]) => checkout.run(["pulumi", "config", ...args, "--stack", stack]);
  const wanted = (): number => json(stack, "get", "deployment", backend).spec.replicas;
  const scaler = () => json(stack, "get", "horizontalpodautoscaler", backend);

  before(() => {
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:backend", "replicas"], 2);
    });
    ({ checkout } = own);
  });

  after(() => own?.end());

  it("takes over two pods, and the service never has fewer meanwhile", async () => {
    up();
    assert.equal(wanted(), 2);
    config("rm", "--path", "todo:backend.replicas");
    config("set", "--path", "todo:backend.autoscaling.enabled", "true");
    const path = "{.spec.replicas} {.status.availableReplicas}{'\\n'}";
    let seen = "";
    const watch: ChildProcess = spawn("kubectl", [
      ...["--context", "todo-on-minikube", "--namespace", namespace],
      ...["get", "deployment", backend, "--watch", "--output", `jsonpath=${path}`],
    ]);
    watch.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk;
    });
    await until("the first word of the watch", async () => seen || undefined);
    const preview = checkout.run(["make", "preview", `ENV=${stack}`]);
    assert.match(preview, /it keeps its 2 pods, until its autoscaler wants another number/);
    const said = up();
    assert.doesNotMatch(said, /and this cluster has none/);
    // What was written meanwhile is read when nothing blocks the loop any more.
    await new Promise((done) => setTimeout(done, 2_000));
    watch.kill();
    assert.deepEqual([...new Set(seen.split("\n").filter(Boolean))], ["2 2"]);
    assert.equal(wanted(), 2);
    assert.doesNotMatch(up(), /add-on|changed in the cluster by hand/);
  });

  it("reads how busy the pods are", async () => {
    const use = await until("metrics of the pods", async () => {
      const [metric] = scaler().status.currentMetrics ?? [];
      return metric?.resource?.current?.averageUtilization as number | undefined;
    });
    assert.ok(use >= 0, String(use));
    assert.match(kubectl(stack, "top", "pods"), new RegExp(`^${backend}-\\S+ +\\d+m +\\d+Mi`, "m"));
  });

  it("makes more pods under load, and fewer after it", async () => {
    const { image } = json(stack, "get", "deployment", backend).spec.template.spec.containers[0];
    const limits = ["--overrides", JSON.stringify({ spec: { containers: [loader(image)] } })];
    const began = Date.now();
    const seen: string[] = [];
    let last = { at: Number.NEGATIVE_INFINITY, replicas: 0 };
    /** How many pods the Deployment has to have; written down now and then and when it changes, with how busy they are. */
    const pods = async (): Promise<number> => {
      const { spec } = json(stack, "get", "deployment", backend);
      const at = Math.round((Date.now() - began) / 1000);
      if (at - last.at >= SAMPLE_SECONDS || spec.replicas !== last.replicas) {
        last = { at, replicas: spec.replicas };
        const [metric] = scaler().status.currentMetrics ?? [];
        seen.push(`${at} s: ${spec.replicas} at ${metric?.resource?.current?.averageUtilization ?? "?"} %`);
      }
      return spec.replicas;
    };
    // As the chart's own test, which the network policies let in.
    const labels = `--labels=app.kubernetes.io/name=todo-backend-test,app.kubernetes.io/instance=${backend}`;
    kubectl(stack, "run", "load", `--image=${image}`, "--restart=Never", labels, ...limits);
    const more = await until("more pods", async () => ((await pods()) > 2 ? pods() : undefined));
    assert.equal(more, 3);
    await until("the third pod", async () => {
      const { availableReplicas } = json(stack, "get", "deployment", backend).status;
      return availableReplicas === 3 || undefined;
    });
    kubectl(stack, "delete", "pod", "load", "--grace-period=1");
    const patch = { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } };
    kubectl(stack, "patch", "horizontalpodautoscaler", backend, "--type=merge", "--patch", JSON.stringify(patch));
    await until("one pod", async () => (await pods()) === 1 || undefined);
    figure(`pods, and the CPU that they use of what they ask for: ${seen.join(", ")}`);
  });
});

const loader = (image: string) => ({
  ...{ name: "load", image, command: ["python", "-c", LOAD] },
  securityContext: {
    ...{ runAsNonRoot: true, runAsUser: 10001, allowPrivilegeEscalation: false },
    ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
  },
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
});
