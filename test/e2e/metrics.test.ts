// What the application says of itself, where it runs: metrics to the scraper's namespace and to nobody else, and one id for a
// request in the logs of both services.
// Does not prove: that a scraper finds the pods by their annotations, nor what the Prometheus operator makes of its objects.
import { strict as assert } from "node:assert";
import { claim, unclaim } from "./claims.ts";
import { dev, until } from "./cluster.ts";
import { Callers } from "./knock.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "met";
const SCRAPERS = "todo-met-scraper";
const PORT = 9464;
const ID = "e2e-0.one_request";

/** Asks an address from a pod with Node.js, and prints the answer. */
const ASK = `
const [url, id] = process.argv.slice(1);
const headers = id ? { "x-request-id": id } : {};
fetch(url, { headers }).then(async (answer) => console.log(JSON.stringify({
  status: answer.status, id: answer.headers.get("x-request-id"), text: await answer.text(),
})));`;

describe("what the application says of itself", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let scraper: Callers;
  let stranger: Callers;

  const cluster = (...args: string[]) => dev.run("", "kubectl", "--context", "todo-on-minikube", ...args);
  const addressOf = (service: string) =>
    own.place.kubectl(
      ...["get", "pod", "--selector", `app.kubernetes.io/name=${service}`],
      ...["--output", "jsonpath={.items[0].status.podIP}"],
    );
  const asked = (namespace: string, pod: string, url: string, id = "") => {
    const said = cluster("exec", "--namespace", namespace, pod, "--", "node", "-e", ASK, url, id);
    return JSON.parse(said) as { status: number; id: string; text: string };
  };
  const eventsOf = (service: string) =>
    own.place
      .kubectl("logs", `deployment/${service}-${stack}`)
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

  before(async () => {
    claim(SCRAPERS);
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:networkPolicies"], "wired");
      config.setIn(["config", "todo:metrics"], { namespace: SCRAPERS });
    });
    own.up();
    cluster("create", "namespace", SCRAPERS);
    const image = own.place.kubectl(
      ...["get", "deployment", `todo-frontend-${stack}`],
      ...["--output", "jsonpath={.spec.template.spec.containers[0].image}"],
    );
    scraper = new Callers(SCRAPERS, image);
    stranger = new Callers(own.namespace, image);
    scraper.add("scraper", {});
    stranger.add("stranger", {});
    assert.ok(await stranger.enforced("pod/stranger"), "the cluster enforces no NetworkPolicy");
  });
  after(() => {
    stranger?.remove();
    cluster("delete", "namespace", SCRAPERS, "--ignore-not-found", "--timeout=180s");
    unclaim(SCRAPERS);
    own?.end();
  });

  for (const service of ["todo-backend", "todo-frontend"]) {
    it(`is for the scraper alone: ${service}`, () => {
      const address = addressOf(service);
      const { status, text } = asked(SCRAPERS, "scraper", `http://${address}:${PORT}/metrics`);
      assert.equal(status, 200);
      assert.match(text, /^http_requests_total\{.*route="(\/ready|probe)",status="200"\} [1-9]/m);
      assert.equal(stranger.knock("pod/stranger", address, PORT), "closed");
    });
  }

  it("is not on the way of browsers, nor may the scraper go that of others", () => {
    const page = `http://todo-frontend-${stack}.${own.namespace}:3000`;
    for (const path of ["/metrics", "/api/metrics"])
      assert.equal(asked(own.namespace, "stranger", `${page}${path}`).status, 404);
    assert.equal(scraper.knock("pod/scraper", addressOf("todo-backend"), 8000), "closed");
    assert.equal(stranger.knock("pod/stranger", `todo-backend-${stack}`, PORT), "closed");
  });

  it("has one id for a request, in the answer and in both logs", async () => {
    const url = `http://todo-frontend-${stack}.${own.namespace}:3000/api/todos`;
    const { status, id } = asked(own.namespace, "stranger", url, ID);
    assert.deepEqual([status, id], [200, ID]);
    for (const service of ["todo-backend", "todo-frontend"]) {
      const found = async () => eventsOf(service).find((event) => event.request_id === ID && event.status);
      const { route, method, path } = await until(`the event in the log of ${service}`, found);
      assert.deepEqual([route, method, path], ["/api/todos", "GET", "/api/todos"]);
    }
    const { id: another } = asked(own.namespace, "stranger", url, "not an id");
    assert.match(another, /^[0-9a-f]{32}$/);
  });

  it("is not for an operator that there is not: a preview says so, before anything changes", () => {
    own.set("metrics.operator", "true");
    const { status, said } = own.tried(["preview"]);
    own.restore();
    assert.notEqual(status, 0);
    assert.match(
      said,
      /PodMonitor todo-backend-met: the cluster has no kind PodMonitor of monitoring\.coreos\.com\/v1/,
    );
  });
});
