// The stack of monitoring as a person meets it: installed, asked, and removed without a trace.
// Does not prove: that every rule fires (one is made to, and to clear), that a browser shows the pages, nor that lines of a longer absence of the store arrive.
import { strict as assert } from "node:assert";
import { answerOf, withStore } from "../../ops/monitoring/ask.ts";
import { MONITORING } from "../../settings/monitoring.ts";
import { interrupt } from "./checkout.ts";
import { claim, present, unclaim } from "./claims.ts";
import { dev, until } from "./cluster.ts";
import { figure } from "./figures.ts";
import { OwnEnvironment } from "./own-environment.ts";
import { forms, leaks, secretsOf } from "./secret-search.ts";

const stack = "mon";
const REQUESTS = 30;
/** Of the stack, on one node. */
const CONTAINERS = 5;
const ID = "e2e-1.seen_from_outside";
const namespaces = [MONITORING.namespace, MONITORING.agentNamespace];

/** Of the page's server, from inside its own pod. */
const ASK = `
(async () => {
  for (let left = Number(process.argv[1]); left > 0; left -= 1) {
    const { status } = await fetch("http://127.0.0.1:3000/api/todos", { headers: { "x-request-id": process.argv[2] } });
    if (status !== 200) throw new Error(String(status));
  }
})();`;

/** Ends at once, again and again. */
const CRASHER = (image: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "crasher" },
  spec: {
    selector: { matchLabels: { app: "crasher" } },
    template: {
      metadata: { labels: { app: "crasher" } },
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "crasher",
            image,
            command: ["node", "-e", "console.error('crasher: going down'); process.exit(1)"],
            resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  },
});

/** The value of an expression that has one. */
async function measured(query: string): Promise<number | undefined> {
  const answer = await withStore("metrics", async (base) => (await answerOf(`${base}/api/v1/query`, { query })).json());
  const { data } = answer as { data: { result: { value: [number, string] }[] } };
  return data.result[0] && Number(data.result[0].value[1]);
}

describe("the stack of monitoring", function () {
  this.timeout(900_000);
  let own: OwnEnvironment;

  const cluster = (...args: string[]) => dev.run("", "kubectl", "--context", "todo-on-minikube", ...args);
  const make = (verb: string, ...words: string[]) => {
    const { status, said } = own.make(verb, ...words);
    assert.equal(status, 0, said);
    return said;
  };
  const podOf = (service: string) =>
    own.place.kubectl("get", "pod", "--selector", `app.kubernetes.io/name=${service}`, "--output", "name").trim();
  const firing = () => own.make("alerts").said;

  before(async () => {
    claim(...namespaces);
    own = new OwnEnvironment(stack, (config) => config.setIn(["config", "todo:networkPolicies"], "wired"));
    own.up();
  });
  after(() => {
    if (own) own.make("monitoring", "DOWN=1");
    unclaim(...namespaces);
    own?.end();
  });

  it("comes up by `make monitoring`, and its pages answer", () => {
    const began = Date.now();
    const said = make("monitoring");
    figure(`${Math.round((Date.now() - began) / 1000)} s until the pages answered`);
    for (const page of ["metrics", "logs"]) assert.match(said, new RegExp(`The page of ${page} answers`));
  });

  it("is not changed by a second run", () => {
    const said = make("monitoring");
    assert.match(said, /Resources:\n +\d+ unchanged\n/);
  });

  it("has the traffic of an environment among its metrics", async () => {
    own.place.kubectl("exec", podOf("todo-frontend"), "--", "node", "-e", ASK, String(REQUESTS), ID);
    for (const job of ["todo-frontend", "todo-backend"]) {
      const series = `http_requests_total{namespace="${own.namespace}",job="${job}",route="/api/todos",status="200"}`;
      await until(`the requests to ${job} in the store`, async () => {
        // Of a pod that has been moved since, too.
        const found = await measured(`sum(max_over_time(${series}[10m]))`);
        return found !== undefined && found >= REQUESTS ? found : undefined;
      });
    }
  });

  it("finds the lines of a request by its id, in both pods, and also when a pod is gone", async () => {
    const find = () => make("logs", `Q=${ID}`, "FOLLOW=0");
    const pods = ["todo-frontend", "todo-backend"].map((service) => podOf(service).replace("pod/", ""));
    await until("the lines of both pods", async () => {
      const said = find();
      return pods.every((pod) => said.includes(pod)) ? said : undefined;
    });
    own.place.kubectl("delete", "pod", pods[0], "--wait=true");
    own.place.kubectl("rollout", "status", `deployment/todo-frontend-${stack}`, "--timeout=120s");
    const lines = find()
      .split("\n")
      .filter((line) => line.includes(pods[0]));
    assert.equal(lines.length, REQUESTS);
    for (const line of lines) assert.match(line, new RegExp(`info GET /api/todos 200 .*request_id=${ID}`));
  });

  it("follows, and shows what comes", async () => {
    const { checkout, place } = own;
    const env = { TODO_ROOT: checkout.folder };
    const words = ["env", `TODO_ROOT=${env.TODO_ROOT}`, "make", "logs", `ENV=${stack}`, "Q=e2e-later"];
    const shown = checkout.start(words, "request_id=e2e-later");
    place.kubectl("exec", podOf("todo-frontend"), "--", "node", "-e", ASK, "1", "e2e-later");
    interrupt(await shown);
  });

  it("has no value of a secret among its lines", async () => {
    const query = `{kubernetes.pod_namespace="${own.namespace}"}`;
    const parameters = { query, limit: "100000" };
    const text = await withStore("logs", async (base) =>
      (await answerOf(`${base}/select/logsql/query`, parameters)).text(),
    );
    assert.ok(text.includes(forms(ID).clear), "what was looked through is not this environment's");
    assert.deepEqual(leaks(secretsOf(own.place), { "store of logs": text }), []);
  });

  it("fires at a pod that crashes again and again, with what to do, and clears when it is gone", async () => {
    const path = "jsonpath={.spec.template.spec.containers[0].image}";
    const image = own.place.kubectl("get", "deployment", `todo-frontend-${stack}`, "--output", path);
    own.place.run(
      JSON.stringify(CRASHER(image)),
      ...["kubectl", "--context", "todo-on-minikube", "--namespace", own.namespace, "create", "--filename", "-"],
    );
    const mine = /warning PodCrashLoops, .*: container crasher of todo-mon\/crasher-\S+ crashes again and again/;
    const said = await until("the alert", async () => (mine.test(firing()) ? firing() : undefined), 420);
    assert.match(said, /kubectl --context todo-on-minikube logs --previous crasher-\S+ --container crasher/);
    own.place.kubectl("delete", "deployment", "crasher", "--wait=true");
    // Where the scraper was moved meanwhile it takes the last that it saw for what is, for five minutes.
    await until("the alert to clear", async () => (mine.test(firing()) ? undefined : true), 420);
  });

  it("needs no more than 320 MiB of memory", async () => {
    const where = `namespace=~"${namespaces.join("|")}",container!=""`;
    // Of a container that has just started there is no figure yet.
    const perContainer = (inner: string) => {
      const each = `max by (namespace, pod, container) (${inner})`;
      return `(sum(${each}) and count(${each}) >= ${CONTAINERS})`;
    };
    const memory = await until("the memory of all containers", () =>
      measured(`${perContainer(`container_memory_working_set_bytes{${where}}`)} / 2^20`),
    );
    const cpu = await until("their CPU", () =>
      measured(`${perContainer(`rate(container_cpu_usage_seconds_total{${where}}[2m])`)} * 1000`),
    );
    figure(
      `${Math.round(memory)} MiB of memory and ${Math.round(cpu)}m of CPU for all containers, metrics-server aside`,
    );
    assert.ok(memory < 320, `${memory} MiB`);
  });

  it("is gone without a trace after DOWN=1, and the verbs that ask it say so", () => {
    make("monitoring", "DOWN=1");
    assert.deepEqual(present(namespaces), []);
    const kinds = "clusterroles,clusterrolebindings";
    assert.equal(
      cluster("get", kinds, "--selector", "app.kubernetes.io/part-of=todo-platform", "--output", "name"),
      "",
    );
    const volumes = cluster("get", "persistentvolumes", "--output", "jsonpath={.items[*].spec.claimRef.namespace}");
    assert.deepEqual(
      volumes.split(" ").filter((namespace) => namespaces.includes(namespace)),
      [],
    );
    const left = dev.run(
      "",
      "docker",
      "exec",
      "todo-on-minikube",
      "find",
      "/var/lib",
      "-maxdepth",
      "1",
      "-name",
      "todo-log-agent",
    );
    assert.equal(left, "");
    for (const verb of ["logs", "alerts"]) {
      const { status, said } = own.make(verb);
      assert.notEqual(status, 0);
      assert.match(
        said,
        /monitoring: expected its stores in namespace todo-monitoring, found none; `make monitoring` installs them/,
      );
    }
  });
});
