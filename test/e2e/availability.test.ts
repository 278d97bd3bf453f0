// What users see while an environment of two pods each is changed: nothing. Of at least ten thousand requests none fails, by
// connections that are kept and by one for each, and every row that was answered for is there. Without the pause before a
// pod's end the same counts failures, or it would prove nothing.
// Does not prove: more than one node (test/e2e/drain.test.ts); other clients' habits than Node's.
import { strict as assert } from "node:assert";
import { ingressPorts } from "../../settings/minikube.ts";
import { command, type Place } from "./cluster.ts";
import { figure } from "./figures.ts";
import { assertToldToComeBack, type LoadOptions, load, rowsOf, total } from "./load.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "steady";
const [BACKEND, FRONTEND, POSTGRES] = ["backend", "frontend", "postgres"].map((name) => `todo-${name}-${stack}`);
const HOST = `${stack}.localhost`;
/** Of all changes together. */
const LEAST = 10_000;

describe("users of an environment with two pods of each service", function () {
  this.timeout(400_000);
  let own: OwnEnvironment;
  let place: Place;
  let image: string;
  let sent = 0;
  let rows = 0;

  const rolledOut = () => {
    for (const name of [BACKEND, FRONTEND]) place.kubectl("rollout", "status", `deployment/${name}`, "--timeout=180s");
  };
  /** Ways to the page: where a request goes, and by what name. */
  const ways: Record<string, () => Pick<LoadOptions, "target" | "host">> = {
    "the Service": () => ({ target: `http://${FRONTEND}:3000` }),
    "the Ingress": () => ({ target: `http://traefik.todo-ingress:${ingressPorts.http}`, host: HOST }),
    "the node port": () => {
      const address = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
      const port = "jsonpath={.spec.ports[0].nodePort}";
      const [node, at] = [
        place.kubectl("get", "nodes", "--output", address),
        place.kubectl("get", "service", "by-node-port", "--output", port),
      ];
      return { target: `http://${node}:${at}` };
    },
  };
  const started = (way = "the Service") => load(place, { ...ways[way](), image });
  const sql = (query: string) =>
    place.kubectl("exec", `${POSTGRES}-0`, "--", "sh", "-c", `psql -U todo -d todo -Atc "${query}"`).trim();

  before(() => {
    command("make", "cluster", "ADDONS=1");
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:cluster", "ingressClass"], "traefik");
      config.setIn(["config", "todo:origin"], `http://${HOST}:30080`);
      for (const name of ["backend", "frontend"]) {
        config.setIn(["config", `todo:${name}`, "replicas"], 2);
        // Other suites have pods on this node, too.
        config.setIn(["config", `todo:${name}`, "resources", "requests", "cpu"], "20m");
      }
    });
    ({ place } = own);
    own.up();
    image = place.kubectl(
      "get",
      "deployment",
      FRONTEND,
      "--output",
      "jsonpath={.spec.template.spec.containers[0].image}",
    );
    place.kubectl("expose", "deployment", FRONTEND, "--type=NodePort", "--name=by-node-port", "--port=3000");
  });
  after(() => own?.end());

  const changes: [string, () => void][] = [
    [
      "every pod is replaced, by a restart",
      () => place.kubectl("rollout", "restart", `deployment/${BACKEND}`, `deployment/${FRONTEND}`),
    ],
    [
      "a variable changes, by an update",
      () => {
        own.set("backend.env.E2E", "changed");
        own.set("frontend.env.E2E", "changed");
        own.up();
      },
    ],
    [
      "a third pod comes, and goes again",
      () => {
        own.set("backend.replicas", "3");
        own.up();
        own.set("backend.replicas", "2");
        own.up();
      },
    ],
  ];
  const seesNothing = async (change: () => void, way?: string) => {
    const stop = await started(way);
    change();
    rolledOut();
    const account = await stop();
    rows += rowsOf(account);
    sent += total(account).sent;
    assert.equal(total(account).failed, 0, JSON.stringify(account));
  };
  for (const [what, change] of changes) it(`see nothing of it when ${what}`, () => seesNothing(change));
  for (const way of Object.keys(ways).slice(1))
    it(`see nothing of it when ${changes[0][0]}, through ${way}`, () => seesNothing(changes[0][1], way));

  it("have to repeat a write now and then, and nothing else, while the key of their sessions is rotated", async () => {
    const stop = await started();
    const { status, said } = own.make("rotate", "KEY=SECRET_KEY");
    assert.equal(status, 0, said);
    rolledOut();
    const account = await stop();
    rows += rowsOf(account);
    sent += total(account).sent;
    // While pods of both keys serve, a session of the one is none to the other: how long that is, is the machine's matter.
    for (const [kind, { failed }] of Object.entries(account)) {
      const { 403: refused = 0, ...others } = failed;
      assert.deepEqual([others, kind.startsWith("GET") ? refused : 0], [{}, 0], JSON.stringify(account));
    }
    await seesNothing(() => {});
  });

  it("have sent enough for that to say something, and every row is there that was answered for", async () => {
    // On a busy machine it takes more restarts.
    for (let more = 0; sent < LEAST && more < 10; more += 1) await seesNothing(changes[0][1]);
    assert.ok(sent >= LEAST, `${sent} requests`);
    assert.equal(sql("SELECT count(*) FROM todos"), String(rows));
    figure(`${sent} requests, 0 failed; ${rows} rows`);
  });

  it("wait no longer than seconds for an answer while the database's pod is replaced, and what fails says so", async () => {
    const stop = await started();
    const began = Date.now();
    place.kubectl("delete", "pod", `${POSTGRES}-0`, "--wait=true");
    place.kubectl("rollout", "status", `statefulset/${POSTGRES}`, "--timeout=120s");
    const seconds = Math.round((Date.now() - began) / 1000);
    const account = await stop();
    assertToldToComeBack(account);
    figure(`database away for ${seconds} s: ${JSON.stringify(account)}`);
  });

  it("would see it without the pause before a pod's end", async () => {
    const remove = [{ op: "remove", path: "/spec/template/spec/containers/0/lifecycle" }];
    for (const name of [BACKEND, FRONTEND])
      place.kubectl("patch", "deployment", name, "--type=json", `--patch=${JSON.stringify(remove)}`);
    rolledOut();
    let failed = 0;
    for (let tries = 0; tries < 5 && failed === 0; tries += 1) {
      const stop = await started();
      place.kubectl("rollout", "restart", `deployment/${BACKEND}`, `deployment/${FRONTEND}`);
      rolledOut();
      ({ failed } = total(await stop()));
    }
    assert.ok(failed > 0, "five restarts without a failure: this test would find nothing");
  });
});
